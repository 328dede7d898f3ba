"""The last answer to each question: `results.json`, and the table that the README has of it.

Answers may come from several runs, so that nobody has to give the machine away for a quarter of an hour at once. They
stand side by side only when they are of one machine: with another processor, kernel or Python the record begins anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.measure import Figure, markdown_table

HERE = Path(__file__).parent
RESULTS, README = HERE / "results.json", HERE / "README.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"


def keep(machine: dict[str, str], answers: Mapping[str, Sequence[Figure]], *, order: Sequence[str]) -> None:
    """Puts answers in the place of earlier ones to the same questions, and writes both files."""
    today = datetime.now(UTC).date().isoformat()
    kept = _kept(machine)
    for question, figures in answers.items():
        told = [{**asdict(figure), "passed": figure.passed} for figure in figures]
        kept[question] = {"measured": today, "figures": told}
    questions = {question: kept[question] for question in order if question in kept}
    document = {"machine": machine, "questions": questions}
    RESULTS.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(_with_table(README.read_text(encoding="utf-8"), machine, questions), encoding="utf-8")


def _kept(machine: dict[str, str]) -> dict[str, Any]:
    if not RESULTS.exists():
        return {}
    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    questions: dict[str, Any] = document["questions"]
    return questions if document["machine"] == machine else {}


def _with_table(text: str, machine: dict[str, str], questions: dict[str, Any]) -> str:
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    days = sorted({answer["measured"] for answer in questions.values()})
    about = "\n".join(f"- {name}: {value}" for name, value in machine.items())
    about += f"\n- measured: {' to '.join(dict.fromkeys((days[0], days[-1])))}" if days else ""
    figures = [_figure(told) for answer in questions.values() for told in answer["figures"]]
    return f"{head}{BEGIN}\n{about}\n\n{markdown_table(figures)}\n\n{END}{tail}"


def _figure(told: dict[str, Any]) -> Figure:
    """What was kept of a figure; whether it passed follows from it."""
    return Figure(
        **{**{name: told[name] for name in told if name != "passed"}, "rounds": tuple(told["rounds"])}
    )
