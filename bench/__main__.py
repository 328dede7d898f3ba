"""The benchmarks: `python -m bench [--quick] [--record] [QUESTION ...]`.

Without a question all are asked. Ends with 1 when a target is missed or a question could not be asked.
A full run, and with `--record` one of some questions, is kept (`bench.record`).
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from bench import record
from bench.generator import LostDeliveries
from bench.measure import Figure, Scale, machine, plain_table
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
    "issues",
)


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


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("questions", nargs="*", metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument(
        "--quick", action="store_true", help="a moment each: does it work, not how fast is it"
    )
    parser.add_argument("--record", action="store_true", help="keep the answers, as a full run does")
    options = parser.parse_args()
    if options.quick and options.record:
        parser.error("a quick run is nothing to quote")
    unknown = set(options.questions) - set(QUESTIONS)
    if unknown:
        parser.error(f"no such question: {', '.join(sorted(unknown))}; there are {', '.join(QUESTIONS)}")
    described, began = machine(), time.monotonic()
    for name, value in described.items():
        print(f"{name}: {value}")
    figures: list[Figure] = []
    answers: dict[str, list[Figure]] = {}
    unanswered: dict[str, str] = {}
    for question in options.questions or QUESTIONS:
        print(f"\n── {question}", flush=True)
        answered, problem = ask(question, Scale(options.quick))
        figures += answered
        answers[question] = answered
        if problem:
            del answers[question]
            unanswered[question] = problem
            print(f"could not be asked to the end: {problem}", flush=True)
    print(f"\n{plain_table(figures)}\n\n{time.monotonic() - began:.0f} s")
    for question, problem in unanswered.items():
        print(f"unanswered: {question}: {problem}")
    if options.record or not (options.questions or options.quick):
        record.keep(described, answers, order=QUESTIONS)
    return 1 if unanswered or any(figure.passed is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
