"""Repositories behind the stand-in: bare ones on disk, served over HTTP by git itself, with GitHub's way to log in."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import subprocess
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from tests.forge.standin.state import State

ADDRESS = re.compile(r"/(?P<repo>[^/]+/[^/]+)\.git(?P<rest>/.*)")
"""What git asks for below the address of a repository."""
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "GitHub"), ("EMAIL", "noreply@github.example"))
}


class Git(State):
    """See the module. `root` is where the repositories are; None: there are none behind the answers."""

    root: Path | None = None

    def hosted(self, repo: str) -> Path | None:
        """The bare repository of that name; None: there is none."""
        path = None if self.root is None else self.root / f"{repo}.git"
        return path if path is not None and path.exists() else None

    def host(self, repo: str) -> str:
        """Makes an empty repository to push to, and answers with its address."""
        if self.root is None:
            raise RuntimeError("the stand-in was started without a folder for repositories")
        path = self.root / f"{repo}.git"
        path.mkdir(parents=True)
        self.git(path, "init", "--quiet", "--bare", "--initial-branch=main")
        return f"{self.base}/{repo}.git"

    def git(self, path: Path, *arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
        """Runs git in a bare repository, and answers with what it said."""
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        run = subprocess.run(
            ["git", *arguments],
            cwd=path,
            env=environment | AUTHOR,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode not in accepted:
            raise RuntimeError(f"git {arguments}: {run.stderr}")
        return run.stdout.strip() if run.returncode == 0 else ""

    def commit_of(self, repo: str, branch: str) -> str | None:
        """What a branch is at; None: there is no such branch."""
        path = self.hosted(repo)
        if path is None:
            return None
        return (
            self.git(path, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}", accepted=(0, 1))
            or None
        )

    async def serve(self, scope: Any, body: bytes, headers: dict[str, str], send: Any) -> None:
        """Answers a request of git, by git's own program for servers."""
        found = ADDRESS.fullmatch(scope["path"])
        path = None if found is None else self.hosted(found["repo"])
        login = self._login(headers)
        if found is None or path is None:
            await _answer(send, 404, {"content-type": "text/plain"}, b"Repository not found.")
        elif login is None:
            challenge = {"www-authenticate": 'Basic realm="GitHub"', "content-type": "text/plain"}
            await _answer(send, 401, challenge, b"Invalid username or token.")
        else:
            await _answer(send, *await self._by_git(scope, body, headers, path, found["rest"], login))

    def _login(self, headers: dict[str, str]) -> str | None:
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        _, _, password = base64.b64decode(given).decode().partition(":")
        return self.tokens.get(password)

    async def _by_git(
        self, scope: Any, body: bytes, headers: dict[str, str], path: Path, rest: str, login: str
    ) -> tuple[int, dict[str, str], bytes]:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(path),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": rest,
            "REQUEST_METHOD": scope["method"],
            "QUERY_STRING": scope["query_string"].decode(),
            "CONTENT_TYPE": headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": headers.get("content-encoding", ""),
            "GIT_PROTOCOL": headers.get("git-protocol", ""),
            "REMOTE_USER": login,
            "REMOTE_ADDR": "127.0.0.1",
        }
        process = await asyncio.create_subprocess_exec(
            "git", "http-backend", env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        out, _ = await process.communicate(body)
        head, _, answer = out.partition(b"\r\n\r\n")
        told = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(told.pop("Status", "200").split()[0])
        return status, {name.lower(): value for name, value in told.items()}, answer


async def _answer(send: Any, status: int, headers: dict[str, str], body: bytes) -> None:
    sent = [(n.encode(), v.encode()) for n, v in (headers | {"content-length": str(len(body))}).items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
