"""Can the load generator be trusted? It must read any framing right, and take far more than is asked of it."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator

from bench.generator import Load
from bench.measure import Figure, Scale, at_least, at_most, cpu_ns, told
from bench.peers import Floor

HERE = "headroom"
FRAMES = 300


def awkward_stream() -> bytes:
    """A stream of every shape the standard allows, cut into chunks of one to seven bytes."""
    text = b"retry: 1500\n\n: a comment\n\nevent: hello\ndata: {}\n\n"
    for number in range(1, FRAMES + 1):
        end = b"\r\n" if number % 3 == 0 else b"\n"
        text += end.join((b"id: e-poch-%d" % number, b"event:tick", b"data: one", b"data: two", b"", b""))
    sizes = itertools.cycle(range(1, 8))
    body, at = b"", 0
    while at < len(text):
        piece = text[at : at + next(sizes)]
        body += b"%x;extension=1\r\n%s\r\n" % (len(piece), piece)
        at += len(piece)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def miscounted() -> int:
    """Frames, ids and errors the generator saw differently from what three connections sent it in awkward pieces."""
    stream, viewers = awkward_stream(), 3
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for turn in range(1, viewers + 1):
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.recv(65_536)
                for at in range(0, len(stream), turn):
                    connection.send(stream[at : at + turn])
                connections.append(connection)
            done.set()

        connections: list[socket.socket] = []
        done = threading.Event()
        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        with Load(port, "/", events=["tick"], count_frames=True, check_ids=True) as load:
            load.connect(viewers).complete()
            if not done.wait(30):
                raise RuntimeError("the generator did not read what it was sent")
            seen = load.report()
            for connection in connections:
                connection.close()
    wrong = abs(seen.frames.get("tick", 0) - FRAMES * viewers) + abs(seen.frames.get("hello", 0) - viewers)
    return wrong + seen.gaps + seen.repeats + seen.protocol_errors


def ask(scale: Scale) -> Iterator[Figure]:
    yield at_most(HERE, "frames of an awkwardly cut stream miscounted", miscounted(), "", 0)
    with Floor() as floor:
        pad = floor.fit(350)
        for viewers, events in ((1_000, scale.pick(400, 50)), (10_000, scale.pick(40, 5))):
            with floor.load(pad) as load:
                load.connect(viewers).complete()
                load.publish(max(events // 10, 1), 0).complete()
                before = cpu_ns(floor.pid)
                # One request after the other: the floor always has something to send.
                answer = load.publish(events, 0).complete()
                floor_cpu = cpu_ns(floor.pid) - before
            name, each = f"{viewers:,} viewers", answer.deliveries
            # fanout and viewers_10k ask for 20,000 deliveries a second
            yield at_least(HERE, f"{name}: most deliveries a second", each / answer.wall, "/s", 60_000)
            yield told(HERE, f"{name}: generator per delivery", answer.load_cpu / each * 1e6, "µs")
            yield told(HERE, f"{name}: floor per delivery", floor_cpu / each / 1e3, "µs")
