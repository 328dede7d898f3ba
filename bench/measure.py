"""What every benchmark needs: processor time, memory, the machine's description, figures and their table."""

from __future__ import annotations

import os
import platform
import re
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

NS = 1_000_000_000

T = TypeVar("T")


# ── processes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def tree(pid: int) -> list[int]:
    """A process and all its living descendants."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found.extend(int(child) for child in children.read_text().split())
    return found


def cpu_ns(pid: int) -> int:
    """Processor time of a process and its living descendants so far, user and system, all threads, in nanoseconds.

    Read from each process's own processor-time clock (clock_getcpuclockid(3)), which is exact where the ticks of
    /proc/<pid>/stat are 10 ms, and counts threads that have ended. In Linux that clock's id is made from the pid.
    """
    total = 0
    for process in tree(pid):
        total += time.clock_gettime_ns((~process << 3) | 2)
    return total


@dataclass(frozen=True)
class Memory:
    """Of a process and its descendants, in bytes. `pss` counts a shared page by its share, `anonymous` is the heap."""

    rss: int
    pss: int
    anonymous: int


def memory(pid: int) -> Memory:
    totals = {"Rss": 0, "Pss": 0, "Anonymous": 0}
    for process in tree(pid):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            if name in totals:
                totals[name] += int(rest.split()[0]) * 1024
    return Memory(totals["Rss"], totals["Pss"], totals["Anonymous"])


# ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────────────


def machine() -> dict[str, str]:
    """What the figures depend on."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    total = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(total[1]) / 2**20:.0f} GiB" if total else "unknown",
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


# ── figures ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Figure:
    """One measured value and, if it has one, the bound it must keep. Without a target it is told for comparison."""

    question: str
    name: str
    value: float
    unit: str
    relation: Literal["≤", "≥", ""] = ""
    target: float | None = None
    rounds: tuple[float, ...] = field(default=())

    @property
    def passed(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.relation == "≤" else self.value >= self.target

    @property
    def verdict(self) -> str:
        return {None: "", True: "pass", False: "MISSED"}[self.passed]

    @property
    def spread(self) -> str:
        """The least and the most of the rounds whose median `value` is."""
        return f"{shown(min(self.rounds))} – {shown(max(self.rounds))}" if len(self.rounds) > 1 else ""


def at_most(question: str, name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(question, name, value, unit, "≤", target)


def at_least(question: str, name: str, value: float, unit: str, target: float) -> Figure:
    return Figure(question, name, value, unit, "≥", target)


def told(question: str, name: str, value: float, unit: str) -> Figure:
    return Figure(question, name, value, unit)


def median_of(
    question: str,
    name: str,
    rounds: Sequence[float],
    unit: str,
    relation: Literal["≤", "≥", ""] = "",
    target: float | None = None,
) -> Figure:
    """The median of several rounds, with their spread."""
    return Figure(question, name, statistics.median(rounds), unit, relation, target, tuple(rounds))


def shown(value: float) -> str:
    """Three digits that matter: 0.0421, 1.31, 13.4, 1,250."""
    if value == 0:
        return "0"
    size = abs(value)
    return f"{value:,.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.3g}"


HEADINGS = ("question", "figure", "value", "rounds", "target", "")


def rows(figures: Iterable[Figure]) -> list[tuple[str, ...]]:
    return [
        (
            figure.question,
            figure.name,
            f"{shown(figure.value)} {figure.unit}".strip(),
            figure.spread,
            f"{figure.relation} {shown(figure.target)}" if figure.target is not None else "",
            figure.verdict,
        )
        for figure in figures
    ]


def plain_table(figures: Iterable[Figure]) -> str:
    lines = [HEADINGS, *rows(figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown_table(figures: Iterable[Figure]) -> str:
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *rows(figures)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# ── how long and how often ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scale:
    """`--quick` asks the same questions for a moment only: enough to see that all works, not for figures to quote."""

    quick: bool = False

    def pick(self, full: T, quick: T) -> T:
        return quick if self.quick else full
