"""What `kanbanai.ports.Outputs` promises."""

import asyncio

import pytest

from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.ports import Outputs, Slice

ATTEMPT, OTHER = AttemptId("att-1"), AttemptId("att-2")
ITEM = ItemId("cmsg-1")


class OutputsContract:
    """Each implementation's test class inherits this and gives `outputs`."""

    pytestmark = pytest.mark.anyio

    async def test_what_was_kept_is_read_in_parts(self, outputs: Outputs) -> None:
        await outputs.keep(ATTEMPT, ITEM, "grüße")
        assert await outputs.read(ATTEMPT, ITEM, offset=0, limit=100) == Slice("grüße".encode(), 0, 7)
        assert await outputs.read(ATTEMPT, ITEM, offset=5, limit=1) == Slice("ß".encode()[1:], 5, 7)

    async def test_beyond_the_end_there_is_nothing(self, outputs: Outputs) -> None:
        await outputs.keep(ATTEMPT, ITEM, "abc")
        assert await outputs.read(ATTEMPT, ITEM, offset=99, limit=10) == Slice(b"", 3, 3)

    async def test_what_is_kept_takes_the_place_of_what_was(self, outputs: Outputs) -> None:
        await outputs.keep(ATTEMPT, ITEM, "a longer one")
        await outputs.keep(ATTEMPT, ITEM, "new")
        assert await outputs.read(ATTEMPT, ITEM, offset=0, limit=100) == Slice(b"new", 0, 3)

    async def test_nothing_is_kept_of_another_item_or_attempt(self, outputs: Outputs) -> None:
        await outputs.keep(ATTEMPT, ITEM, "abc")
        assert await outputs.read(OTHER, ITEM, offset=0, limit=100) is None
        assert await outputs.read(ATTEMPT, ItemId("cmsg-2"), offset=0, limit=100) is None

    async def test_what_is_forgotten_is_gone_and_the_rest_stays(self, outputs: Outputs) -> None:
        await outputs.keep(ATTEMPT, ITEM, "abc")
        await outputs.keep(OTHER, ITEM, "abc")
        await outputs.forget([ATTEMPT, AttemptId("att-never")])
        assert await outputs.read(ATTEMPT, ITEM, offset=0, limit=1) is None
        assert await outputs.read(OTHER, ITEM, offset=0, limit=1) == Slice(b"a", 0, 3)

    async def test_it_tells_whose_outputs_it_keeps(self, outputs: Outputs) -> None:
        assert await outputs.kept() == []
        await outputs.keep(ATTEMPT, ITEM, "abc")
        await outputs.keep(OTHER, ITEM, "abc")
        assert sorted(await outputs.kept()) == [ATTEMPT, OTHER]
        await outputs.forget([ATTEMPT])
        assert await outputs.kept() == [OTHER]

    async def test_a_reader_sees_the_old_text_or_the_new_one(self, outputs: Outputs) -> None:
        sizes = (300_000, 500_000)
        await outputs.keep(ATTEMPT, ITEM, "0" * sizes[0])

        async def write() -> None:
            for turn in range(20):
                await outputs.keep(ATTEMPT, ITEM, str(turn % 2) * sizes[turn % 2])

        writing = asyncio.create_task(write())
        while not writing.done():
            seen = await outputs.read(ATTEMPT, ITEM, offset=0, limit=1_000_000)
            assert seen is not None
            digit = seen.data[:1]
            assert seen.size == sizes[int(digit)]
            assert seen.data == digit * seen.size
        await writing

    @pytest.mark.parametrize("strange", ["", "..", "../x", "a/b", "a\0b", "x" * 300, "/etc/passwd", "a b"])
    async def test_an_id_that_could_be_a_path_is_refused(self, outputs: Outputs, strange: str) -> None:
        with pytest.raises(Invalid):
            await outputs.keep(AttemptId(strange), ITEM, "abc")
        with pytest.raises(Invalid):
            await outputs.read(ATTEMPT, ItemId(strange), offset=0, limit=1)
        with pytest.raises(Invalid):
            await outputs.forget([AttemptId(strange)])

    @pytest.mark.parametrize(("offset", "limit"), [(-1, 1), (0, 0), (0, -5)])
    async def test_a_part_that_cannot_be_is_refused(self, outputs: Outputs, offset: int, limit: int) -> None:
        with pytest.raises(Invalid):
            await outputs.read(ATTEMPT, ITEM, offset=offset, limit=limit)
