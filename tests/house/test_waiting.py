"""Tests wait for what they want to see, never for time to pass."""

import ast

from tests.house.sources import ROOT, Source, parsed, place

SLEEPING_ALLOWED: dict[str, str] = {}
"""Path → the reason why nothing but time will do. Empty, and meant to stay so."""


def _constants(tree: ast.Module) -> dict[str, float]:
    """Names bound to a plain number anywhere in the module."""
    return {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, int | float)
    }


def _seconds(argument: ast.expr, constants: dict[str, float]) -> float | None:
    """What a sleep's argument comes to, when it can be read off the source."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, int | float):
        return argument.value
    if isinstance(argument, ast.Name):
        return constants.get(argument.id)
    if isinstance(argument, ast.BinOp):
        sides = (_seconds(argument.left, constants), _seconds(argument.right, constants))
        return None if None in sides else 1.0
    return None


def _name(function: ast.expr) -> str:
    """What is called, without where it is from."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _sleeps(source: Source) -> list[str]:
    if str(source.path.relative_to(ROOT)) in SLEEPING_ALLOWED:
        return []
    constants = _constants(source.tree)
    return sorted(
        place(source, node)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and node.args
        and _name(node.func) == "sleep"
        and (_seconds(node.args[0], constants) or 0) > 0
    )


def test_no_test_sleeps() -> None:
    assert not [line for source in parsed(ROOT / "tests") for line in _sleeps(source)]


def test_the_rule_sees_the_sleeps_it_is_for() -> None:
    text = """
PAUSE = 0.5
async def test():
    await asyncio.sleep(0)
    await sleep(interval)
    await asyncio.sleep(0.1)
    time.sleep(PAUSE)
    anyio.sleep(2 * PAUSE)
"""
    path = ROOT / "tests" / "example.py"
    lines = [line.rpartition(":")[2] for line in _sleeps(Source(path, ast.parse(text)))]
    assert lines == ["6", "7", "8"]
