"""Outputs as files."""

from pathlib import Path

import pytest

from kanbanai.adapters.outputs.files import LONGEST_SLICE, FileOutputs
from kanbanai.domain.errors import Unavailable
from tests.contracts.outputs import ATTEMPT, ITEM, OutputsContract

pytestmark = pytest.mark.anyio


@pytest.fixture
def outputs(tmp_path: Path) -> FileOutputs:
    return FileOutputs(tmp_path / "data" / "outputs")


class TestFileOutputs(OutputsContract):
    """The contract, on a disk."""


async def test_only_who_runs_the_server_may_read_them(outputs: FileOutputs, tmp_path: Path) -> None:
    await outputs.keep(ATTEMPT, ITEM, "secret")
    folder = tmp_path / "data" / "outputs" / "att-1"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.stat().st_mode & 0o777) for file in folder.iterdir()] == [("cmsg-1.txt", 0o600)]


async def test_one_read_has_a_limit(outputs: FileOutputs) -> None:
    await outputs.keep(ATTEMPT, ITEM, "x" * (LONGEST_SLICE + 5))
    seen = await outputs.read(ATTEMPT, ITEM, offset=0, limit=10**12)
    assert seen is not None
    assert (len(seen.data), seen.size) == (LONGEST_SLICE, LONGEST_SLICE + 5)


async def test_a_folder_that_is_a_link_is_not_followed_to_be_emptied(
    outputs: FileOutputs, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("x")
    (tmp_path / "data" / "outputs").mkdir(parents=True)
    (tmp_path / "data" / "outputs" / "att-1").symlink_to(elsewhere)
    with pytest.raises(Unavailable):
        await outputs.forget([ATTEMPT])
    assert (elsewhere / "precious").read_text() == "x"


async def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(Unavailable, match="An output cannot be kept: "):
        await FileOutputs(tmp_path / "outputs").keep(ATTEMPT, ITEM, "x")
    with pytest.raises(Unavailable, match="An output cannot be read: "):
        await FileOutputs(tmp_path / "outputs").read(ATTEMPT, ITEM, offset=0, limit=1)
