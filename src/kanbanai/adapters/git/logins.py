"""Lending git a login for one call, so that it stands on no command line, in no address and in no environment.

Git asks credential helpers. For this call it has one only, and only for the login's own addresses: a line of shell that
reads a file in a folder that nobody else can enter. The user's own helpers are left out, which would keep what they are
not meant to know. The file is gone when the call is over.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from kanbanai.domain.worktrees import Login


@asynccontextmanager
async def lent(login: Login) -> AsyncGenerator[Mapping[str, str]]:
    """What to add to git's environment while it may use the login.

    A remote of the same place that is reached by SSH is reached by its web address meanwhile: a token opens only that.
    """
    path = await asyncio.to_thread(_written, login)
    host = urlsplit(login.url).hostname or ""
    helper = f'!f() {{ test "$1" = get && cat {shlex.quote(str(path))}; }}; f'
    try:
        yield {
            "GIT_CONFIG_COUNT": "4",
            "GIT_CONFIG_KEY_0": "credential.helper",
            "GIT_CONFIG_VALUE_0": "",  # takes away those that were named before
            "GIT_CONFIG_KEY_1": f"credential.{login.url}.helper",
            "GIT_CONFIG_VALUE_1": helper,
            "GIT_CONFIG_KEY_2": f"url.{login.url}/.insteadOf",
            "GIT_CONFIG_VALUE_2": f"git@{host}:",
            "GIT_CONFIG_KEY_3": f"url.{login.url}/.insteadOf",
            "GIT_CONFIG_VALUE_3": f"ssh://git@{host}/",
        }
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True))


def _written(login: Login) -> Path:
    # mkdtemp makes a folder that only its owner can enter.
    path = Path(tempfile.mkdtemp(prefix="kanbanai-login-")) / "login"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"username={login.user}\npassword={login.secret}\n")
    return path
