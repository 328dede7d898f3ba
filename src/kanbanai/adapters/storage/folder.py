"""The data folder: private to its user, and held by one server at a time."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Self

from kanbanai.domain.errors import DatabaseInUse, StorageFull, Unavailable

LOCK_NAME = "kanbanai.lock"
_PRIVATE_FOLDER = 0o700
"""Cards, conversations and agents' settings are nobody else's business."""
_PRIVATE_FILE = 0o600


class FolderLock:
    """An exclusive hold on a data folder. The system lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def taken(cls, folder: Path) -> Self:
        """Takes the folder.

        Raises DatabaseInUse, which names the holder's process, and Unavailable where no lock can be kept.
        """
        path = folder / LOCK_NAME
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        except OSError as error:
            raise refusal(folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f"process {holder}" if holder else "another process"
            raise DatabaseInUse(
                f"{folder} is in use by {who}; stop that KanbanAI, or give this one a data folder of its own"
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise Unavailable(
                f"{folder} is on a file system that keeps no locks ({error.strerror})"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Lets go of the folder. May be called once."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)


def prepare(path: Path) -> None:
    """Makes the database's folder and an empty file in it, unless they are there. Raises Unavailable or StorageFull."""
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        if not path.exists():
            # SQLite gives its log and its shared memory the rights of the database file.
            path.touch(mode=_PRIVATE_FILE)
    except OSError as error:
        raise refusal(path.parent, error) from error
    if not os.access(path, os.R_OK):
        raise Unavailable(f"{path} cannot be read: permission denied")
    if not os.access(path, os.W_OK):
        # SQLite would open it for reading and say so only at the first write.
        raise Unavailable(f"{path} is read-only")


def refusal(folder: Path, error: OSError) -> Unavailable:
    """What an error of the file system means for a data folder."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(f"{folder}: no room is left on the device")
    if error.errno == errno.EROFS:
        return Unavailable(f"{folder} cannot be written: the file system is read-only")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Unavailable(f"{folder} cannot be written: permission denied")
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return Unavailable(f"{folder} is not a folder")
    return Unavailable(f"{folder} cannot be used: {error.strerror}")
