"""The raw transcripts of attempts, one file each."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import IO

from kanbanai.domain.ids import ATTEMPT_PREFIX, AttemptId

_NAME = re.compile(rf"{ATTEMPT_PREFIX}[0-9A-Za-z-]+")
"""An id that names a file of the folder and nothing else."""


class FileTranscripts:
    """`kanbanai.ports.Transcripts` in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def opened(self, attempt_id: AttemptId) -> IO[bytes] | None:
        if not _NAME.fullmatch(attempt_id):
            return None
        try:
            # Neither a link out of the folder nor a pipe that never says anything.
            file = os.open(self._folder / f"{attempt_id}.jsonl", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            return None
        return os.fdopen(file, "rb")
