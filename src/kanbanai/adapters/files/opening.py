"""Opening a worktree in the user's own editor.

Nothing that a request says becomes a program, an option or a shell's text: the command is the settings', and a path is
a whole one.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kanbanai.adapters.files import editors
from kanbanai.domain.environments import child_environment
from kanbanai.domain.errors import Invalid, NoWorktree, Unstartable
from kanbanai.domain.files import EditorCommand
from kanbanai.domain.settings import AppSettings

NOT_CONFIGURED = "Editor not configured"
_DETACHED = 'exec "$@" </dev/null >/dev/null 2>&1 &'
"""Started by a shell that ends at once, the editor is nobody's child: it outlives the server, and leaves no zombie."""
_PATIENCE = 10.0
"""Seconds for that shell, which does nothing else."""


def open_in_editor(
    worktree: str,
    subpath: str | None,
    key: str | None,
    settings: AppSettings,
    home: Path,
    environment: Mapping[str, str],
) -> EditorCommand:
    """Starts the editor that the settings name on the worktree, or on what is in it at `subpath`.

    Raises NoWorktree when it is gone; Invalid for a path that is not in it, and when no editor is configured, or
    another than `key`; Unstartable.
    """
    target = _target(worktree, subpath)
    argv = [*_command(settings, key, home, environment), str(target)]
    try:
        subprocess.run(
            ["/bin/sh", "-c", _DETACHED, "sh", *argv],
            check=True,
            cwd=worktree,
            env=child_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unstartable(f"{argv[0]} cannot be started: {error}") from error
    return EditorCommand(cmd=argv[0], args=tuple(argv[1:]), line=shlex.join(argv))


def _target(worktree: str, subpath: str | None) -> Path:
    """What is to be opened. A link that leads out of the worktree leads out of it."""
    root = Path(os.path.realpath(worktree))
    if not root.is_dir():
        raise NoWorktree("No worktree for attempt")
    if not subpath:
        return root
    if "\0" in subpath:
        raise Invalid.field("subpath", "is no path")
    target = Path(os.path.realpath(root / subpath))
    if not target.is_relative_to(root):
        raise Invalid.field("subpath", "leads out of the worktree")
    try:
        target.lstat()
    except OSError as error:
        raise Invalid.field("subpath", f"is not in the worktree: {error.strerror}") from error
    return target


def _command(settings: AppSettings, key: str | None, home: Path, environment: Mapping[str, str]) -> list[str]:
    if key is not None and key != settings.editor_type:
        raise Invalid.coded(
            "editorKey", NOT_CONFIGURED, f"the settings name {settings.editor_type or 'no editor'}"
        )
    if settings.editor_command:
        return _parsed(settings.editor_command, home, environment)
    for editor in editors.installed(home, environment):
        if editor.key == settings.editor_type:
            return [editor.bin]
    what = f"{settings.editor_type} is not installed" if settings.editor_type else "the settings name none"
    raise Invalid.coded("editorCommand", NOT_CONFIGURED, what)


def _parsed(command: str, home: Path, environment: Mapping[str, str]) -> list[str]:
    try:
        first, *rest = shlex.split(command)
    except ValueError as error:  # a quote without its other, or nothing at all
        raise Invalid.coded("editorCommand", NOT_CONFIGURED, f"{command!r} is no command: {error}") from error
    if reason := editors.why_no_program(first, home, environment):
        raise Invalid.coded("editorCommand", NOT_CONFIGURED, reason)
    if first.startswith("~/"):
        first = str(home / first[2:])
    return [shutil.which(first, path=environment.get("PATH", os.defpath)) or first, *rest]
