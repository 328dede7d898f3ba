"""`kanbanai.ports.Outputs` as files: `<folder>/<attempt id>/<item id>.txt`, for nobody but who runs the server."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kanbanai.domain.errors import Invalid, StorageFull, Unavailable
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.ports import Slice

LONGEST_SLICE = 1024 * 1024
"""Bytes of one read, however many are asked for: more than a person looks through at once."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""What ids look like here. One that came in with an import may be anything; as a name of a file it must be no path."""


class FileOutputs:
    """Outputs in a folder, which is made when the first is kept. Every look at the disk happens in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, attempt_id: AttemptId, item_id: ItemId, text: str) -> None:
        await asyncio.to_thread(_replace, self._file(attempt_id, item_id), text)

    async def read(self, attempt_id: AttemptId, item_id: ItemId, *, offset: int, limit: int) -> Slice | None:
        if offset < 0:
            raise Invalid.field("offset", "must not be negative")
        if limit < 1:
            raise Invalid.field("limit", "must be at least 1")
        return await asyncio.to_thread(
            _slice, self._file(attempt_id, item_id), offset, min(limit, LONGEST_SLICE)
        )

    async def kept(self) -> list[AttemptId]:
        return await asyncio.to_thread(_names, self._folder)

    async def forget(self, attempt_ids: Sequence[AttemptId]) -> None:
        folders = [self._folder / _name("attempt", attempt_id) for attempt_id in attempt_ids]
        await asyncio.to_thread(_remove, folders)

    def _file(self, attempt_id: AttemptId, item_id: ItemId) -> Path:
        return self._folder / _name("attempt", attempt_id) / f"{_name('item', item_id)}.txt"


def _name(what: str, given: str) -> str:
    if not _ID.fullmatch(given):
        raise Invalid.field(f"{what}Id", "is no id that an output can be kept by")
    return given


def _replace(file: Path, text: str) -> None:
    """Whoever reads meanwhile reads the old text or the new one, never a part."""
    data = text.encode("utf-8", "replace")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes it readable for its owner only.
        number, path = tempfile.mkstemp(prefix=f".{file.stem[:40]}-", suffix=".new", dir=file.parent)
        try:
            with open(number, "wb") as new:  # noqa: PTH123 - it is open already
                new.write(data)
            os.replace(path, file)  # noqa: PTH105 - as above
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - as above
            raise
    except OSError as error:
        raise _failed("kept", error) from error


def _slice(file: Path, offset: int, limit: int) -> Slice | None:
    try:
        with file.open("rb") as opened:
            size = os.fstat(opened.fileno()).st_size
            opened.seek(min(offset, size))
            return Slice(opened.read(limit), min(offset, size), size)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _failed("read", error) from error


def _names(folder: Path) -> list[AttemptId]:
    try:
        return [AttemptId(one.name) for one in folder.iterdir() if one.is_dir() and _ID.fullmatch(one.name)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _failed("listed", error) from error


def _remove(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _failed("removed", error) from error


def _failed(done: str, error: OSError) -> Unavailable:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull("There is no room left on the device for what tools print")
    return Unavailable(f"An output cannot be {done}: {error.strerror}")
