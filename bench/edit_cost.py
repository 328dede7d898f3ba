"""Does an edit cost the same on a board of 10,000 cards as on one of ten? One kept-alive connection, no viewers."""

from __future__ import annotations

from collections.abc import Iterator

from bench.generator import Answer, Load
from bench.kanbanai import Board, KanbanAI
from bench.measure import Figure, Scale, cpu_ns, median_of

HERE = "edit_cost"


def edits(ours: KanbanAI, board: Board, count: int, rate: int = 0) -> tuple[Answer, float]:
    """The generator's answer and the server's processor time per edit, in ms."""
    with Load(ours.port, "/", script=board.edits(0), publisher_headers=ours.publisher_headers) as load:
        load.publish(max(count // 10, 1), rate).complete()
        before = cpu_ns(ours.pid)
        answer = load.publish(count, rate).complete()
        return answer, (cpu_ns(ours.pid) - before) / count / 1e6


def ask(scale: Scale) -> Iterator[Figure]:
    large, count, rounds = scale.pick(10_000, 1_000), scale.pick(500, 50), scale.pick(9, 2)
    cpu: dict[int, list[float]] = {10: [], large: []}
    p50: dict[int, list[float]] = {10: [], large: []}
    p99: dict[int, list[float]] = {10: [], large: []}
    paced: list[float] = []
    with KanbanAI() as ours:
        boards = {10: ours.open_board(10), large: ours.open_board(large)}
        for turn in range(rounds):
            for size in (10, large) if turn % 2 else (large, 10):
                answer, each = edits(ours, boards[size], count)
                cpu[size].append(each)
                p50[size].append(answer.service.p50 * 1e3)
                p99[size].append(answer.service.p99 * 1e3)
            answer, _ = edits(ours, boards[large], count // 5, rate=50)
            paced.append(answer.service.p50 * 1e3)
    ratio = [much / little for much, little in zip(cpu[large], cpu[10], strict=True)]
    slower = [much / little for much, little in zip(p50[large], p50[10], strict=True)]
    yield median_of(HERE, f"processor time: {large:,} cards to 10", ratio, "×", "≤", 1.3)
    yield median_of(HERE, f"time, p50: {large:,} cards to 10", slower, "×", "≤", 1.3)
    for size in (10, large):
        yield median_of(HERE, f"{size:,} cards: processor time of an edit", cpu[size], "ms", "≤", 1.0)
        yield median_of(HERE, f"{size:,} cards: time of an edit, p50", p50[size], "ms", "≤", 2.0)
        yield median_of(HERE, f"{size:,} cards: time of an edit, p99", p99[size], "ms")
    yield median_of(HERE, f"{large:,} cards, 50 edits a second: time, p50", paced, "ms", "≤", 2.0)
