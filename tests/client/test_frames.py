"""The parser of event streams: the standard's rules, whatever way the bytes are cut."""

import itertools
import zlib
from collections.abc import AsyncGenerator

import httpx
import pytest
from httpx_sse import EventSource
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.client.frames import Frame, FrameParser, FrameTooLarge

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that does other things as well is no failure."""


def parse(*chunks: bytes) -> list[Frame]:
    parser = FrameParser()
    return [frame for chunk in chunks for frame in parser.feed(chunk)]


STREAM = (
    b"\xef\xbb\xbfretry: 1500\r\n\r\n"
    b": a comment\r\n"
    b'event: hello\r\ndata: {"outcome":"snapshot"}\r\n\r\n'
    b"id: e-7\revent: state\rdata: one\rdata:  two\rdata\r\r"
    b"data: gr\xc3\xbc\xc3\x9fe \xf0\x9f\x91\x8b\n\n"
    b"event: nothing\n\n"
    b"id\nunknown: field\ndata:no space\n\n"
    b"data: never finished"
)
FRAMES = [
    Frame("hello", '{"outcome":"snapshot"}', ""),
    Frame("state", "one\n two\n", "e-7"),
    Frame("message", "grüße 👋", "e-7"),
    Frame("message", "no space", ""),
]


def test_a_stream_in_one_piece() -> None:
    assert parse(STREAM) == FRAMES


def test_a_stream_cut_into_single_bytes() -> None:
    assert parse(*(STREAM[place : place + 1] for place in range(len(STREAM)))) == FRAMES


def test_a_stream_cut_in_two_at_every_place() -> None:
    for place in range(len(STREAM) + 1):
        assert parse(STREAM[:place], STREAM[place:]) == FRAMES, place


@PATIENT
@given(st.lists(st.integers(0, len(STREAM)), max_size=12).map(sorted))
def test_a_stream_cut_anywhere(cuts: list[int]) -> None:
    pieces = [STREAM[start:end] for start, end in itertools.pairwise([0, *cuts, len(STREAM)])]
    assert parse(*pieces) == FRAMES


def test_a_frame_is_given_with_its_last_byte_not_with_the_next_frame() -> None:
    parser = FrameParser()
    assert parser.feed(b"data: x\r\n\r") == [Frame("message", "x")]
    assert parser.feed(b"\ndata: y\n") == []
    assert parser.feed(b"\n") == [Frame("message", "y")]


def test_retry_is_a_whole_number_of_milliseconds_or_nothing() -> None:
    parser = FrameParser()
    asked = []
    for line in (b"retry: soon\n\n", b"retry: 2500\n\n", b"retry: -1\n\n"):
        parser.feed(line)
        asked.append(parser.retry_ms)
    assert asked == [None, 2500, 2500]


def test_an_id_with_a_zero_byte_is_no_id() -> None:
    assert parse(b"id: good\ndata: 1\n\n", b"id: b\0d\ndata: 2\n\n") == [
        Frame("message", "1", "good"),
        Frame("message", "2", "good"),
    ]


def test_a_frame_that_never_ends_is_given_up() -> None:
    parser = FrameParser(max_frame=1000)
    parser.feed(b"x" * 1000)
    with pytest.raises(FrameTooLarge, match="more than 1000 bytes"):
        parser.feed(b"x")
    lines = FrameParser(max_frame=1000)
    for _ in range(142):
        lines.feed(b"data: x\n")
    with pytest.raises(FrameTooLarge):
        lines.feed(b"data: x\n")


def test_many_frames_are_more_than_one_may_be() -> None:
    parser = FrameParser(max_frame=100)
    assert sum(len(parser.feed(b"data: %d\n\n" % number)) for number in range(1000)) == 1000


line = st.one_of(
    st.sampled_from([b"", b":", b": note", b"data", b"data:", b"event: x", b"id: 5", b"id", b"retry: 7", b"foo: bar"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))
    .map(lambda text: b"data: " + text.encode()),
)  # fmt: skip


@PATIENT
@given(st.lists(line))
def test_it_reads_what_httpx_sse_reads(lines: list[bytes]) -> None:
    stream = b"".join(text + b"\n" for text in lines)
    response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=stream)
    theirs = [Frame(found.event, found.data, found.id) for found in EventSource(response).iter_sse()]
    # The standard dispatches nothing without a data line; httpx-sse does when there is an event or an id.
    assert [frame for frame in parse(stream) if frame.data] == [frame for frame in theirs if frame.data]


async def test_a_compressed_stream_is_read_block_by_block() -> None:
    compressor = zlib.compressobj(wbits=31)
    blocks = [
        compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH)
        for text in (b"event: a\ndata: 1\n\n", b"event: b\ndata: 2\n\n")
    ]

    async def body() -> AsyncGenerator[bytes]:
        for block in blocks:
            yield block

    response = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=body())
    parser = FrameParser()
    seen = [[frame.event for frame in parser.feed(chunk)] async for chunk in response.aiter_bytes()]
    assert seen == [["a"], ["b"]], "each block gives its frame at once, and a missing trailer is no error"
