"""The benchmarks: `python -m bench [--quick] [QUESTION ...]`.

Without a question all are asked, and a full run writes `bench/results.json` and the table of `bench/README.md`.
Ends with 1 when a target is missed or a question could not be asked.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from bench.generator import LostDeliveries
from bench.measure import Figure, Scale, as_json, machine, markdown_table, plain_table
from bench.native import Missing

QUESTIONS = (
    "headroom",
    "edit_cost",
    "patch_bytes",
    "startup",
    "dashboard",
    "fanout",
    "burst",
    "viewers_10k",
    "connect_storm",
    "resume_storm",
    "stalled",
    "idle",
    "agents",
)
HERE = Path(__file__).parent
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"


def ask(question: str, scale: Scale) -> tuple[list[Figure], str | None]:
    """The figures of one question and, when it could not be asked to the end, why."""
    module = importlib.import_module(f"bench.{question}")
    figures: list[Figure] = []
    try:
        for figure in module.ask(scale):
            figures.append(figure)
            print(plain_table([figure]).splitlines()[1], flush=True)
    except (Missing, LostDeliveries, RuntimeError) as error:
        return figures, f"{type(error).__name__}: {error}"
    return figures, None


def write(figures: list[Figure], described: dict[str, str], seconds: float) -> None:
    (HERE / "results.json").write_text(as_json(figures, described, seconds) + "\n")
    readme = HERE / "README.md"
    text = readme.read_text()
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    about = "\n".join(f"- {name}: {value}" for name, value in described.items())
    readme.write_text(f"{head}{BEGIN}\n{about}\n\n{markdown_table(figures)}\n\n{END}{tail}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument(
        "--quick", action="store_true", help="a moment each: does it work, not how fast is it"
    )
    options = parser.parse_args()
    unknown = set(options.questions) - set(QUESTIONS)
    if unknown:
        parser.error(f"no such question: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    described, began = machine(), time.monotonic()
    for name, value in described.items():
        print(f"{name}: {value}")
    figures: list[Figure] = []
    unanswered: dict[str, str] = {}
    for question in options.questions or QUESTIONS:
        print(f"\n── {question}", flush=True)
        answered, problem = ask(question, Scale(options.quick))
        figures += answered
        if problem:
            unanswered[question] = problem
            print(f"could not be asked to the end: {problem}", flush=True)
    print(f"\n{plain_table(figures)}\n\n{time.monotonic() - began:.0f} s")
    for question, problem in unanswered.items():
        print(f"unanswered: {question}: {problem}")
    if not options.questions and not options.quick:
        write(figures, described, time.monotonic() - began)
    return 1 if unanswered or any(figure.passed is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
