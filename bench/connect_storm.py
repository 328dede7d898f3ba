"""A hundred clients connect at once to a board of 10,000 cards: when has the last one its `state`?

Plain and compressed. The compressed streams are not inflated while the clock runs (that is the clients' work, and would
make this machine's second core the limit) but afterwards, each of them, to see that the whole state was there.
"""

from __future__ import annotations

import http.client
import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.kanbanai import KanbanAI
from bench.measure import Figure, Scale, cpu_ns, median_of

HERE = "connect_storm"
FLUSH = b"\x00\x00\xff\xff"


def flushes_until_state(ours: KanbanAI) -> int:
    """After how many full flushes a compressed viewer holds its whole `state`."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=30)
    connection.request(
        "GET", ours.viewer_path, headers={"Accept": "text/event-stream", "Accept-Encoding": "gzip"}
    )
    response = connection.getresponse()
    if response.getheader("Content-Encoding") != "gzip":
        raise RuntimeError(
            "the server did not compress a stream that was asked for with Accept-Encoding: gzip"
        )
    inflater, raw, text = zlib.decompressobj(wbits=31), b"", b""
    while not state_of(text):
        piece = response.read1(1 << 16)
        if not piece:
            raise RuntimeError("the stream ended before its state")
        raw += piece
        text += inflater.decompress(piece)
    connection.close()
    # What was read may reach beyond the frame: find the shortest prefix, flush by flush, that holds the state.
    inflater, text = zlib.decompressobj(wbits=31), b""
    for count, block in enumerate(raw.split(FLUSH)[:-1], 1):
        text += inflater.decompress(block + FLUSH)
        if state_of(text):
            return count
    raise RuntimeError("the state does not end with a full flush")


def state_of(text: bytes) -> bytes:
    """The data of the `state` frame, once it is there to its end."""
    _, found, rest = text.partition(b"event: state\n")
    frame, ended, _ = rest.partition(b"\n\n")
    return frame.partition(b"data: ")[2] if found and ended else b""


def storm(ours: KanbanAI, clients: int, flushes: int) -> tuple[float, float, float]:
    """Seconds to the last `state`, the server's processor seconds, bytes per client."""
    cards = len(ours.chosen_board().cards)
    with tempfile.TemporaryDirectory() as folder:
        options: dict[str, Any] = {"window": clients}
        if flushes:
            options |= {"viewer_headers": ["Accept-Encoding: gzip"], "flushes": flushes, "dump": Path(folder)}
        with ours.load(**options) as load:
            before = cpu_ns(ours.pid)
            answer = load.connect(clients).complete()
            cpu = (cpu_ns(ours.pid) - before) / 1e9
        dumps = list(Path(folder).iterdir())
        if flushes and len(dumps) != clients:
            raise RuntimeError(f"{len(dumps)} of {clients} streams were kept")
        for dump in dumps:
            state = json.loads(state_of(zlib.decompressobj(wbits=31).decompress(dump.read_bytes())))
            if len(state["cards"]) != cards:
                raise RuntimeError(f"{dump.name}: a state of {len(state['cards'])} cards instead of {cards}")
    return answer.wall, cpu, answer.bytes / clients


def ask(scale: Scale) -> Iterator[Figure]:
    cards, clients, rounds = scale.pick(10_000, 1_000), 100, scale.pick(5, 1)
    with KanbanAI() as ours:
        ours.with_board(cards)
        for name, flushes in (("plain", 0), ("gzip", flushes_until_state(ours))):
            seen = []
            for _ in range(rounds):
                # An edit before each storm, so that the first one to come finds a snapshot that is not encoded yet.
                with ours.load(script=ours.requests(0)) as load:
                    load.publish(1, 0).complete()
                seen.append(storm(ours, clients, flushes))
            walls, cpus, sizes = zip(*seen, strict=True)
            yield median_of(HERE, f"{name}: the last of {clients} has its state", walls, "s", "≤", 2.0)
            yield median_of(HERE, f"{name}: processor time of the server", cpus, "s")
            yield median_of(HERE, f"{name}: bytes per client", sizes, "bytes")
