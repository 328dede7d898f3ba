"""The broker of one process."""

from collections.abc import Sequence

from kanbanai.adapters.brokers.local import LocalBroker
from kanbanai.domain.channels import DASHBOARD
from kanbanai.domain.log import Entry
from kanbanai.domain.times import Timestamp

ENTRIES = [
    Entry(DASHBOARD, seq, "project_deleted", b"{}", Timestamp("2026-11-23T18:42:00.000Z"), "user:local")
    for seq in (1, 2)
]


def test_every_listener_hears_every_ring_in_order() -> None:
    broker = LocalBroker(report=lambda _: None)
    heard: list[tuple[str, Sequence[Entry]]] = []
    broker.listen(lambda entries: heard.append(("first", entries)))
    broker.listen(lambda entries: heard.append(("second", entries)))
    broker.ring(ENTRIES[:1])
    broker.ring(ENTRIES[1:])
    assert heard == [
        ("first", ENTRIES[:1]),
        ("second", ENTRIES[:1]),
        ("first", ENTRIES[1:]),
        ("second", ENTRIES[1:]),
    ]


def test_a_listener_that_raises_is_reported_and_keeps_nobody_from_hearing() -> None:
    faults: list[Exception] = []
    broker = LocalBroker(report=faults.append)
    heard: list[Sequence[Entry]] = []

    def broken(_entries: Sequence[Entry]) -> None:
        raise ValueError("broken")

    broker.listen(broken)
    broker.listen(heard.append)
    broker.ring(ENTRIES)
    assert heard == [ENTRIES]
    assert [str(fault) for fault in faults] == ["broken"]
