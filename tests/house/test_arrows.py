"""The arrows of docs/architecture.md: who may import whom, and which third-party package belongs where."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.house.sources import PACKAGE, ROOT, Source, parsed, place

EVERYWHERE = ("kanbanai",)
HOMES: dict[str, tuple[str, ...]] = {
    "msgspec": EVERYWHERE,
    # Drivers of the world, each in the one folder that stands for it.
    "sqlalchemy": ("kanbanai.adapters.storage",),
    "alembic": ("kanbanai.adapters.storage",),
    "acp": ("kanbanai.adapters.agents",),
    "httpx": ("kanbanai.client", "kanbanai.adapters"),
    "httpx_sse": ("kanbanai.client",),
    "watchfiles": ("kanbanai.adapters.git",),
    "githubkit": ("kanbanai.adapters.github",),
    "cryptography": ("kanbanai.adapters.secrets",),
    # The edge.
    "litestar": ("kanbanai.http", "kanbanai.app"),
    "uvicorn": ("kanbanai.http", "kanbanai.app"),
    "httptools": ("kanbanai.http",),
    # What uvicorn speaks WebSocket with; nothing of ours imports it.
    "websockets": (),
    "prometheus_client": ("kanbanai.http", "kanbanai.app"),
    # The program: what is chosen once, at start.
    "uvloop": ("kanbanai.cli", "kanbanai.app", "kanbanai.http.server"),
    "structlog": ("kanbanai.cli", "kanbanai.app", "kanbanai.config", "kanbanai.http", "kanbanai.runtime"),
    "typer": ("kanbanai.cli",),
    "click": ("kanbanai.cli",),
    "rich": ("kanbanai.cli",),
}
"""Third-party package → where it may be imported. A package that is not listed may be imported nowhere."""

IMPURE = {
    "asyncio", "concurrent", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets",
    "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading",
    "time", "urllib", "uuid",
}  # fmt: skip
"""Modules of the standard library that reach the world, a clock or chance: not for the domain (law 3)."""
CLOCKS = {"now", "utcnow", "today"}


def _inside(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("kanbanai", include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def imports(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """(importer, imported) for every import of anything that is not ours."""
    ours = sorted(module for module in graph.modules if _inside(module, EVERYWHERE))
    return [
        (module, imported)
        for module in ours
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if not _inside(imported, EVERYWHERE)
    ]


def test_the_contracts_of_import_linter_hold() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_command_line_knows_the_program_only_through_its_composition_root(
    graph: grimp.ImportGraph,
) -> None:
    """It starts `app` or `upkeep` with a `config`, or speaks to a server as any other client does."""
    parts = ("app", "cli", "client", "config", "domain", "upkeep")
    doors = tuple(f"kanbanai.{part}" for part in parts)
    command_line = sorted(module for module in graph.modules if _inside(module, ("kanbanai.cli",)))
    strays = [
        f"{module} imports {imported}"
        for module in command_line
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if _inside(imported, EVERYWHERE) and not _inside(imported, doors)
    ]
    assert not strays


def test_a_third_party_package_is_imported_only_where_it_belongs(imports: list[tuple[str, str]]) -> None:
    strays = [
        f"{module} imports {imported}"
        for module, imported in imports
        if imported not in sys.stdlib_module_names and not _inside(module, HOMES.get(imported, ()))
    ]
    assert not strays, "HOMES in this file says where each package belongs"


def test_the_domain_reaches_neither_world_nor_clock_nor_chance(imports: list[tuple[str, str]]) -> None:
    impure = [
        f"{module} imports {imported}"
        for module, imported in imports
        if _inside(module, ("kanbanai.domain",)) and imported in IMPURE
    ]
    assert not impure


def _asks_a_clock(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS


def test_domain_and_use_cases_ask_no_clock_of_their_own() -> None:
    """The Clock port does; `clock.now()` is how the rest asks it."""
    own = [
        place(source, node)
        for source in parsed(PACKAGE)
        if _inside(source.module, ("kanbanai.domain", "kanbanai.usecases"))
        for node in ast.walk(source.tree)
        if _asks_a_clock(node) and ast.unparse(node).split(".")[0] in {"datetime", "date", "dt", "time"}
    ]
    assert not own


def _emits(source: Source) -> list[str]:
    return [
        place(source, node)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "emit"
    ]


def test_only_use_cases_say_events() -> None:
    """Law 1: `tx.emit(...)` stands in kanbanai.usecases and nowhere else."""
    sources = parsed(PACKAGE)
    strays = [line for s in sources if not _inside(s.module, ("kanbanai.usecases",)) for line in _emits(s)]
    assert not strays
