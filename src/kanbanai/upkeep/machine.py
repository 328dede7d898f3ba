"""Looking at the machine: Python, the data folder and its disk, open files, git, editors."""

from __future__ import annotations

import os
import platform
import re
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from kanbanai.adapters.agents.programs import Programs
from kanbanai.adapters.files import editors
from kanbanai.config import ConfiguredAgent
from kanbanai.domain.agents import Program
from kanbanai.domain.errors import Invalid
from kanbanai.domain.findings import Finding
from kanbanai.usecases.agents import declared

OLDEST_PYTHON = (3, 11)
OLDEST_GIT = (2, 38)
"""The first that merges without a work tree (`git merge-tree --write-tree`)."""
GIT_PATIENCE = 10
"""Seconds for `git --version`; longer means that something hangs, a network share most likely."""
LITTLE_ROOM = 1024**3
"""Bytes. A copy is kept before each migration, and agents' worktrees are not far away."""
NO_ROOM = 100 * 1024**2
"""Bytes. One long conversation with pictures, and the disk is full."""
FEW_FILES = 4096
"""Open files: one for each viewer, and some for the rest."""
GROUP_AND_OTHERS = 0o077
REPAIR_ACCESS = "access"


def python() -> Finding:
    """Its version, and that of SQLite inside it."""
    version = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding(
            about="python",
            level="bad",
            what=f"{version} is too old",
            mend="Install Python 3.11 or later, and KanbanAI with it",
        )
    return Finding(about="python", level="ok", what=version)


def data_folder(folder: Path) -> list[Finding]:
    """Whether it is there, whose it is, who else may look into it, and how much room there is."""
    about = "data folder"
    try:
        status = folder.stat()
    except FileNotFoundError:
        return [_folder_to_be(folder)]
    except OSError as error:
        why = f"{folder} cannot be looked at: {error.strerror}"
        return [
            Finding(about=about, level="bad", what=why, mend="Give your user access to it, or name another")
        ]
    if not stat.S_ISDIR(status.st_mode):
        mend = "Move it away, or name another folder with --data-dir"
        return [Finding(about=about, level="bad", what=f"{folder} is not a folder", mend=mend)]
    found = []
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        mend = f"chown -R {os.getuid()} '{folder}', or name another folder with --data-dir"
        found.append(Finding(about=about, level="bad", what=f"{folder} cannot be written by you", mend=mend))
    elif status.st_mode & GROUP_AND_OTHERS and status.st_uid == os.getuid():
        found.append(
            Finding(
                about=about,
                level="warn",
                what=f"{folder} is open to other users of this machine ({stat.filemode(status.st_mode)})",
                mend=f"chmod go= '{folder}'",
                repair=REPAIR_ACCESS,
            )
        )
    else:
        found.append(Finding(about=about, level="ok", what=str(folder)))
    return [*found, _room(folder)]


def _folder_to_be(folder: Path) -> Finding:
    above = next(path for path in folder.parents if path.exists())
    if os.access(above, os.W_OK | os.X_OK):
        return Finding(
            about="data folder", level="ok", what=f"{folder} is not there yet; the server makes it"
        )
    return Finding(
        about="data folder",
        level="bad",
        what=f"{folder} is not there and cannot be made: {above} is not yours to write",
        mend="Name another folder with --data-dir or KANBANAI_DATA_DIR",
    )


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    what = f"{_size(free)} free on the disk of {folder}"
    if free >= LITTLE_ROOM:
        return Finding(about="disk", level="ok", what=what)
    mend = "Make room, or move the data folder to another disk"
    return Finding(about="disk", level="bad" if free < NO_ROOM else "warn", what=f"only {what}", mend=mend)


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GB" if count >= 1024**3 else f"{count / 1024**2:.0f} MB"


def open_files() -> Finding:
    """How many files a server may have open: each viewer is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= FEW_FILES:
        many = "any number of" if hard == resource.RLIM_INFINITY else str(hard)
        return Finding(
            about="open files", level="ok", what=f"a server may have {many} connections and files open"
        )
    return Finding(
        about="open files",
        level="warn",
        what=f"a server may have only {hard} connections and files open; each viewer is one",
        mend=f"Raise the hard limit: `ulimit -Hn {FEW_FILES}`, LimitNOFILE= of the service, or limits.conf",
    )


def git(environment: Mapping[str, str]) -> Finding:
    """Whether git is there, and not too old."""
    path = shutil.which("git", path=environment.get("PATH", os.defpath))
    if path is None:
        mend = "Install git, or put it on the PATH of who starts the server"
        return Finding(about="git", level="bad", what="git is not on the PATH", mend=mend)
    try:
        run = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=GIT_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        mend = f"Try `{path} --version` by hand"
        return Finding(about="git", level="bad", what=f"{path} does not run: {error}", mend=mend)
    found = re.search(r"(\d+)\.(\d+)[.\d]*", run.stdout)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_GIT:
        older = f"{run.stdout.strip()} at {path} is older than {'.'.join(map(str, OLDEST_GIT))}"
        return Finding(about="git", level="bad", what=older, mend="Install a newer git")
    return Finding(about="git", level="ok", what=f"git {found[0]} at {path}")


def editor(environment: Mapping[str, str]) -> Finding:
    """Whether an editor is there that files can be opened with. Nothing else needs one."""
    found = editors.installed(Path.home(), environment)
    if found:
        names = ", ".join(f"{one.label} ({one.bin})" for one in found)
        return Finding(about="editor", level="ok", what=names)
    return Finding(
        about="editor",
        level="ok",
        what="no known editor; files are opened with the command in the settings, if there is one",
    )


def agent(configured: ConfiguredAgent, environment: Mapping[str, str], folders: Sequence[str]) -> Finding:
    """Whether there can be this agent of config.toml, and whether its program is there."""
    about = "agents"
    try:
        program = Program(command=configured.command, args=configured.args, env=dict(configured.env))
        declared(configured.key, configured.label, program)
    except Invalid as error:
        mend = "Correct it in config.toml; the server does not start with it"
        return Finding(about=about, level="bad", what=error.detail, mend=mend)
    found = Programs(environment, [Path(one) for one in folders]).find(configured.command)
    if found is None:
        what = f"agents.{configured.key}: the program {configured.command} is not there"
        return Finding(about=about, level="warn", what=what, mend="Install it, or correct its command")
    return Finding(about=about, level="ok", what=f"{configured.label} ({found})")


def make_private(folder: Path) -> str:
    """Closes the data folder to others; answers with what was done."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) & ~GROUP_AND_OTHERS)
    return f"{folder} is yours alone now"
