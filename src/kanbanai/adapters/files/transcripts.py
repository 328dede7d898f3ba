"""The raw transcripts of attempts, one file each."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from kanbanai.domain.errors import Unavailable
from kanbanai.domain.ids import ATTEMPT_PREFIX, AttemptId

_NAME = re.compile(rf"{ATTEMPT_PREFIX}[0-9A-Za-z-]+")
"""An id that names a file of the folder and nothing else."""
_ENDING = ".jsonl"


class FileTranscripts:
    """`kanbanai.ports.Transcripts` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def opened(self, attempt_id: AttemptId) -> IO[bytes] | None:
        if not _NAME.fullmatch(attempt_id):
            return None
        try:
            # Neither a link out of the folder nor a pipe that never says anything.
            file = os.open(
                self._folder / f"{attempt_id}{_ENDING}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            )
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            return None
        return os.fdopen(file, "rb")

    async def kept(self) -> list[AttemptId]:
        return await asyncio.to_thread(self._names)

    async def forget(self, attempt_ids: Sequence[AttemptId]) -> None:
        files = [self._folder / f"{one}{_ENDING}" for one in attempt_ids if _NAME.fullmatch(one)]
        await asyncio.to_thread(_remove, files)

    def _names(self) -> list[AttemptId]:
        try:
            found = [one.name.removesuffix(_ENDING) for one in self._folder.glob(f"*{_ENDING}")]
        except OSError as error:
            raise Unavailable(f"Transcripts cannot be listed: {error.strerror}") from error
        return [AttemptId(name) for name in found if _NAME.fullmatch(name)]


def _remove(files: Sequence[Path]) -> None:
    try:
        for file in files:
            file.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"A transcript cannot be removed: {error.strerror}") from error
