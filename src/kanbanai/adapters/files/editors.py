"""Editors that are installed, and whether a path is a program. Nothing is started."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from kanbanai.domain.files import InstalledEditor


class _Editor(NamedTuple):
    """An editor, the commands that start it, and where it may be without being on the PATH."""

    key: str
    label: str
    commands: tuple[str, ...]
    places: tuple[str, ...]


_EDITORS = (
    _Editor(
        "VS_CODE",
        "Visual Studio Code",
        ("code",),
        ("/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code",),
    ),
    _Editor(
        "WEBSTORM",
        "WebStorm",
        ("webstorm", "webstorm.sh"),
        (
            "/Applications/WebStorm.app/Contents/MacOS/webstorm",
            "~/.local/share/JetBrains/Toolbox/scripts/webstorm",
        ),
    ),
    _Editor(
        "ZED", "Zed", ("zed", "zeditor"), ("/Applications/Zed.app/Contents/MacOS/cli", "~/.local/bin/zed")
    ),
    _Editor(
        "ANTIGRAVITY",
        "Antigravity",
        ("antigravity",),
        ("/Applications/Antigravity.app/Contents/Resources/app/bin/antigravity",),
    ),
)


def installed(home: Path, environment: Mapping[str, str]) -> list[InstalledEditor]:
    """The editors that are found on the PATH of the environment or in their usual places."""
    found = ((editor, _program(editor, home, environment)) for editor in _EDITORS)
    return [InstalledEditor(editor.key, editor.label, path) for editor, path in found if path is not None]


def why_no_program(text: str, home: Path, environment: Mapping[str, str]) -> str | None:
    """Why `text`, a path or the name of a command, cannot be started; None: it is an executable file."""
    path = text.strip()
    if not path or "\0" in path:
        return "This is no path"
    if "/" not in path and path != "~":
        on_path = shutil.which(path, path=environment.get("PATH", os.defpath))
        return None if on_path else f"There is no command {path!r} on the PATH of the server"
    file = _expanded(path, home)
    if not file.is_absolute():
        return f"{path} must begin with / or ~"
    try:
        if not file.exists():
            return f"{path} is not there"
        if not file.is_file():
            return f"{path} is not a file"
    except OSError as error:
        return f"{path} cannot be looked at: {error.strerror}"
    return None if os.access(file, os.X_OK) else f"{path} is not executable"


def _program(editor: _Editor, home: Path, environment: Mapping[str, str]) -> str | None:
    for command in editor.commands:
        if found := shutil.which(command, path=environment.get("PATH", os.defpath)):
            return str(Path(found).absolute())
    for place in editor.places:
        path = _expanded(place, home)
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    return None


def _expanded(path: str, home: Path) -> Path:
    return home / path[2:] if path.startswith("~/") else home if path == "~" else Path(path)
