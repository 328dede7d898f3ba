"""The home folder as the limit of what is told: a path counts by where it really leads, links resolved."""

from __future__ import annotations

import os
from pathlib import Path

from kanbanai.domain.errors import Invalid

FIELD = "path"
"""The field of the input that a path comes from."""


class Home:
    """A home folder and what lies below it."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))

    def holds(self, path: str | os.PathLike[str]) -> bool:
        """Whether `path`, with every link in it followed, is the home folder or lies below it."""
        return Path(os.path.realpath(path)).is_relative_to(self.folder)

    def folder_at(self, text: str | None) -> Path:
        """The folder that `text` leads to, links resolved; None: the home folder; `~` stands for it.

        Raises Invalid for a path that is no folder below the home folder. One outside gets the same answer whatever is
        there.
        """
        if text is None or not text.strip():
            return self.folder
        path = text.strip()
        if path == "~" or path.startswith("~/"):
            path = f"{self.folder}{path[1:]}"
        if "\0" in path or not path.startswith("/"):
            raise Invalid.field(FIELD, "must be the path of a folder, from / or ~")
        real = Path(os.path.realpath(path))
        if not real.is_relative_to(self.folder):
            raise Invalid.field(FIELD, f"{path} is outside of the home folder")
        try:
            if real.is_dir():
                return real
        except OSError as error:
            raise Invalid.field(FIELD, f"{path} cannot be read: {error.strerror}") from error
        raise Invalid.field(FIELD, f"{path} is not there, or is no folder")


def is_text(name: str) -> bool:
    """Whether a file's name is text at all; some are bytes that no JSON can carry."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
