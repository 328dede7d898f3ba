"""RT12: pieces of a stream are compressed apart, put together in any order, and end as RFC 1952 says."""

from __future__ import annotations

import asyncio
import gzip
import random
import zlib

import pytest

from kanbanai.realtime import texts
from kanbanai.realtime.texts import GZIP_HEADER, OFFLOADED, Text, gzip_trailer, shifted

CHANCE = random.Random(12)


def noise(size: int) -> bytes:
    return CHANCE.randbytes(size)


@pytest.mark.parametrize("size", [0, 1, 7, 100, 70_000, 3_000_000])
def test_the_checksum_of_two_parts_comes_from_theirs(size: int) -> None:
    first, second = noise(1000), noise(size)
    together = shifted(zlib.crc32(first), len(second)) ^ zlib.crc32(second)
    assert together == zlib.crc32(first + second)


def test_a_piece_extends_a_checksum_whether_it_is_small_or_large() -> None:
    before = noise(5000)
    for size in (10, texts.LARGE - 1, texts.LARGE, 200_000):
        piece = Text(noise(size))
        for _ in range(2):
            assert piece.extend(zlib.crc32(before)) == zlib.crc32(before + piece.plain)


@pytest.mark.parametrize("seed", range(20))
def test_pieces_in_any_order_are_one_gzip_stream(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [Text(b"a frame " * chance.randrange(1, 20_000) + chance.randbytes(50)) for _ in range(5)]
    told = [chance.choice(pieces) for _ in range(12)]
    checksum = length = 0
    stream = GZIP_HEADER
    for piece in told:
        checksum, length = piece.extend(checksum), length + len(piece.plain)
        stream += piece.coded("gzip")
    assert gzip.decompress(stream + gzip_trailer(checksum, length)) == b"".join(one.plain for one in told)


def test_a_frame_can_be_read_when_its_block_has_come_and_not_only_with_the_next() -> None:
    decoder = zlib.decompressobj(31)
    decoder.decompress(GZIP_HEADER)
    for frame in (b"event: one\ndata: {}\n\n", b"event: two\ndata: {}\n\n"):
        assert decoder.decompress(Text(frame).coded("gzip")) == frame


def test_a_piece_is_compressed_once() -> None:
    piece = Text(b"x" * 1000)
    assert piece.coded("gzip") is piece.coded("gzip")
    assert piece.coded("identity") is piece.plain


def test_a_large_piece_is_compressed_beside_the_loop_once_for_all_who_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[int] = []
    real = texts.deflated

    def counted(plain: bytes) -> bytes:
        calls.append(len(plain))
        return real(plain)

    monkeypatch.setattr(texts, "deflated", counted)
    piece = Text(b"a card " * OFFLOADED)

    async def all_at_once() -> None:
        await asyncio.gather(*(piece.prepare("gzip") for _ in range(10)))

    asyncio.run(all_at_once())
    stream = GZIP_HEADER + piece.coded("gzip") + gzip_trailer(piece.extend(0), len(piece.plain))
    assert gzip.decompress(stream) == piece.plain
    assert calls == [len(piece.plain)]
