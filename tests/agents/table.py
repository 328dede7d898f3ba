"""What works with which version of which agent: the table of docs/agents.md.

`python -m tests.agents.table` runs the tests of the real agents and writes the table when every one passes. What
an agent cannot do stands here as a note, and its test is of what happens instead.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from tests.agents.real import AGENTS, FOLDER, RealAgent

ROOT = FOLDER.parents[1]
DOCUMENT = ROOT / "docs" / "agents.md"
BEGIN, END = "<!-- what works: begin -->", "<!-- what works: end -->"
TESTS = "tests/agents/test_real_agents.py"
BESIDE_EACH_OTHER = ("-n", "3", "--dist", "loadscope")
"""As scripts/test runs them: each agent's tests one after the other, three agents at a time."""

ROWS = {
    "work": "writes a file, runs a command, tells what it thinks",
    "output": "what a command printed is shown",
    "plan": "its plan is shown",
    "allowed": "asks before it acts, and goes on when allowed",
    "refused": "does nothing that was refused",
    "edit mode": "mode `edit`: edits unasked, asks before a command",
    "plan mode": "mode `plan`: changes nothing",
    "follow-up": "a follow-up knows what was said before",
    "image": "pictures reach the model",
    "stream": "stops in mid-sentence",
    "command": "stops in a command, and no process is left",
    "resume": "goes on after the server was killed",
    "500": "an error of the model is a failure with a sentence",
    "401": "so is a key that the model refuses",
    "cut": "so is an answer that breaks off",
    "short": "so is an answer that ends too early",
    "usage": "tells what it used",
}
"""The lines of the table, each shown by a test."""
NOTES: dict[tuple[str, str], str] = {
    ("output", "GEMINI"): "no",
    ("plan", "GEMINI"): "no",
    ("follow-up", "GEMINI"): "replayed in the prompt",
    ("resume", "GEMINI"): "replayed in the prompt",
    ("refused", "CODEX"): "yes; ends its turn",
    ("refused", "OPENCODE"): "yes; ends its turn",
    ("edit mode", "CODEX"): "runs commands unasked, too, in its sandbox",
    ("cut", "OPENCODE"): "after a minute",
    ("short", "GEMINI"): "no: it says it is done",
    ("short", "OPENCODE"): "no: it asks again until it is stopped",
    ("usage", "CLAUDE_CODE"): "tokens, cost",
    ("usage", "CODEX"): "tokens",
    ("usage", "OPENCODE"): "tokens, cost",
    ("usage", "GEMINI"): "tokens",
}
"""(line, agent) → what it says there instead of `yes`."""

Test = TypeVar("Test", bound=Callable[..., Any])


def shows(*rows: str) -> Callable[[Test], Test]:
    """Marks a test as the one that shows these lines of the table for the agent it is run with."""

    def mark(test: Test) -> Test:
        assert set(rows) <= set(ROWS)
        test.shows = rows  # type: ignore[attr-defined]  # read by `cells`
        return test

    return mark


def can(row: str, agent: RealAgent) -> bool:
    """Whether the agent can do what the line says; its test asks, to expect what happens instead."""
    return NOTES.get((row, agent.key)) != "no"


class Shown:
    """A plugin of pytest that notes what was shown, by whichever process."""

    def __init__(self) -> None:
        self.cells: set[tuple[str, str]] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            *_, group, test = report.nodeid.split("::")
            self.cells |= cells(group, test)


def cells(group: str, test: str) -> set[tuple[str, str]]:
    """The cells that a test of one agent shows: (line, agent)."""
    from tests.agents import test_real_agents  # which needs this module

    shown_for = getattr(test_real_agents, group)
    return {(row, shown_for.agent.key) for row in getattr(getattr(shown_for, test), "shows", ())}


def versions(agent: RealAgent) -> str:
    """The versions of an agent's packages, as the lock file has them."""
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    packages = [name for name in (agent.package, agent.inside) if name]
    return "<br>".join(
        f"{name.rpartition('/')[2]} {lock[f'node_modules/{name}']['version']}" for name in packages
    )


def table() -> str:
    """The table as it reads when everything was shown."""
    head = ["", *(f"{agent.label}<br>{versions(agent)}" for agent in AGENTS)]
    lines = [head, ["---"] * len(head)]
    lines += [[text, *(NOTES.get((row, agent.key), "yes") for agent in AGENTS)] for row, text in ROWS.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def written() -> str:
    """The table as it stands in the document."""
    return DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Puts the table into the document."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")


def main() -> int:
    shown = Shown()
    code = pytest.main(["-q", *BESIDE_EACH_OTHER, TESTS], plugins=[shown])
    missing = {(row, agent.key) for row in ROWS for agent in AGENTS} - shown.cells
    if code or missing:
        print(f"Not written: {sorted(missing) or 'a test failed'}", file=sys.stderr)
        return 1
    write()
    print(f"Written: {DOCUMENT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
