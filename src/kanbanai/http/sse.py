"""Server-sent events on HTTP: the headers, the coding that a client accepts, chunks. Bytes only."""

from __future__ import annotations

from kanbanai.realtime.texts import Coding
from kanbanai.realtime.variants import Envelope

MEDIA_TYPE = "text/event-stream"

Headers = list[tuple[bytes, bytes]]


def headers(coding: Coding, *, keep_alive: bool) -> Headers:
    """The head of a stream (RT10). `no-transform` and `X-Accel-Buffering` keep proxies from holding frames back.

    `keep_alive` belongs to HTTP/1.1 alone: HTTP/2 forbids the header, HTTP/1.0 ends the stream by closing.
    """
    result = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"cache-control", b"no-cache, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Accept-Encoding"),
    ]
    if coding != "identity":
        result.append((b"content-encoding", coding.encode()))
    if keep_alive:
        result.append((b"connection", b"keep-alive"))
    return result


def coding_for(accept_encoding: str) -> Coding:
    """The coding to use for a client that sent this `Accept-Encoding` (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for item in accept_encoding.lower().split(","):
        name, *parameters = (part.strip() for part in item.split(";"))
        weights[name] = _weight(parameters)
    return "gzip" if weights.get("gzip", weights.get("*", 0.0)) > 0 else "identity"


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def chunk(data: bytes) -> bytes:
    """One chunk of HTTP/1.1's chunked framing. `data` must not be empty: an empty chunk would end the answer."""
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = Envelope(chunk, b"0\r\n\r\n")
"""What stands around a stream's bytes on a connection of HTTP/1.1."""
