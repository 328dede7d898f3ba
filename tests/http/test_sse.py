"""Bytes of a stream on HTTP: what a client accepts, the head, chunks."""

import pytest

from kanbanai.http.sse import CHUNKED, chunk, coding_for, headers


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "gzip"),
        ("deflate, gzip;q=0.5", "gzip"),
        ("gzip; q=0", "identity"),
        ("gzip;q=0.000, *", "identity"),
        ("*", "gzip"),
        ("*;q=0", "identity"),
        ("br", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("x-gzip", "identity"),
        (",;,", "identity"),
    ],
)
def test_rt12_the_coding_is_one_that_the_client_accepts(accepts: str, coding: str) -> None:
    assert coding_for(accepts) == coding


def test_rt10_the_head_keeps_proxies_from_buffering() -> None:
    plain = dict(headers("identity", keep_alive=True))
    assert plain[b"content-type"] == b"text/event-stream"
    assert plain[b"cache-control"] == b"no-cache, no-transform"
    assert plain[b"x-accel-buffering"] == b"no"
    assert plain[b"connection"] == b"keep-alive"
    assert b"content-encoding" not in plain
    coded = dict(headers("gzip", keep_alive=False))
    assert coded[b"content-encoding"] == b"gzip"
    assert coded[b"vary"] == b"Accept-Encoding"
    assert b"connection" not in coded


def test_a_chunk_says_its_size_in_hexadecimal() -> None:
    assert chunk(b"x" * 300) == b"12c\r\n" + b"x" * 300 + b"\r\n"
    assert CHUNKED.end == b"0\r\n\r\n"
