"""Folders, files and editors of the machine that the server runs on, as the wire shows them."""

from __future__ import annotations

import msgspec


class FoundRepository(msgspec.Struct, frozen=True):
    """A folder that is the top of a git work tree."""

    name: str
    path: str


class FileEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One entry of a folder. `size` is in bytes and left out for folders."""

    name: str
    path: str
    is_directory: bool
    is_executable: bool
    size: int | None = None


class Folder(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A folder's entries, folders first, each kind by name. `parentPath` is null where one cannot go up any further.

    `truncated`: the folder holds more than are shown.
    """

    entries: tuple[FileEntry, ...]
    current_path: str
    parent_path: str | None
    truncated: bool


class EditorCommand(msgspec.Struct, frozen=True):
    """What was started: a program, its arguments, and both as one would type them."""

    cmd: str
    args: tuple[str, ...]
    line: str


class InstalledEditor(msgspec.Struct, frozen=True):
    """An editor that was found; `bin` is the path of the program that starts it."""

    key: str
    label: str
    bin: str
