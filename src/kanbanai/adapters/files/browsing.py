"""What is in a folder of the home folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from kanbanai.adapters.files.home import FIELD, Home, is_text
from kanbanai.domain.errors import Invalid
from kanbanai.domain.files import FileEntry, Folder

MAX_ENTRIES = 5_000
"""Per folder. A dialogue in which one picks a folder is no use beyond, and 5,000 entries are 600 KB of JSON."""


def browse(
    home: Home, path: str | None, *, hidden: bool, executables_only: bool, limit: int = MAX_ENTRIES
) -> Folder:
    """The entries of a folder. Links that lead out of the home folder are left out, as if they were not there."""
    folder = home.folder_at(path)
    found: list[FileEntry] = []
    truncated = False
    try:
        for entry in _entries(home, folder, hidden=hidden):
            if executables_only and not (entry.is_directory or entry.is_executable):
                continue
            if len(found) == limit:
                truncated = True
                break
            found.append(entry)
    except OSError as error:
        raise Invalid.field(FIELD, f"{folder} cannot be read: {error.strerror}") from error
    found.sort(key=lambda entry: (not entry.is_directory, entry.name.casefold(), entry.name))
    return Folder(
        entries=tuple(found),
        current_path=str(folder),
        parent_path=None if folder == home.folder else str(folder.parent),
        truncated=truncated,
    )


def _entries(home: Home, folder: Path, *, hidden: bool) -> Iterator[FileEntry]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if (hidden or not entry.name.startswith(".")) and is_text(entry.name):
                found = _entry(home, entry)
                if found is not None:
                    yield found


def _entry(home: Home, entry: os.DirEntry[str]) -> FileEntry | None:
    """A folder or a file; None for what is neither, leads out of the home folder, or is gone already."""
    try:
        if entry.is_symlink() and not home.holds(entry.path):
            return None
        status = entry.stat()
    except OSError:
        return None
    if stat.S_ISDIR(status.st_mode):
        return FileEntry(name=entry.name, path=entry.path, is_directory=True, is_executable=False)
    if not stat.S_ISREG(status.st_mode):
        return None
    return FileEntry(
        name=entry.name,
        path=entry.path,
        is_directory=False,
        is_executable=os.access(entry.path, os.X_OK),
        size=status.st_size,
    )
