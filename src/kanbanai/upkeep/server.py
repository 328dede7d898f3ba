"""Looking at the address where the server listens, or is to listen."""

from __future__ import annotations

import errno
import socket
from contextlib import closing

from kanbanai.client import ClientError, KanbanClient, Unreachable
from kanbanai.config import Settings, installed_version
from kanbanai.domain.findings import Finding

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (what somebody listens on, not what we do)


def address(settings: Settings) -> str:
    """Where a server with these settings is spoken to from this machine."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


async def server(settings: Settings) -> Finding:
    """Whether a server answers there and is well, or whether one could be started."""
    about = "server"
    if settings.port == 0:
        return Finding(
            about=about, level="ok", what="the port is left to the system (0), so no server is looked for"
        )
    url = address(settings)
    async with KanbanClient(url) as calls:
        try:
            is_ready, version = await calls.is_ready(), await calls.version()
        except Unreachable:
            return _free(settings, url)
        except ClientError as error:
            return Finding(
                about=about,
                level="bad",
                what=f"something that is no KanbanAI answers at {url} ({error})",
                mend="End that program, or take another port with --port",
            )
    if not is_ready:
        mend = "Look at what it printed when it started; its database is looked at below"
        return Finding(
            about=about, level="bad", what=f"the server at {url} cannot serve (readyz: 503)", mend=mend
        )
    if version != installed_version():
        return Finding(
            about=about,
            level="warn",
            what=f"the server at {url} runs version {version}, this command is {installed_version()}",
            mend="Restart the server, so that both are the same",
        )
    return Finding(about=about, level="ok", what=f"version {version} answers at {url} and is well")


def _free(settings: Settings, url: str) -> Finding:
    try:
        (family, kind, _, _, where), *_ = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        )
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            what, mend = (
                f"{url} is taken by a program that does not answer",
                "End it, or take another port with --port",
            )
        else:
            what = f"{settings.host} port {settings.port} cannot be listened on: {error.strerror or error}"
            mend = "Take another address or port with --host and --port"
        return Finding(about="server", level="bad", what=what, mend=mend)
    return Finding(about="server", level="ok", what=f"none is running at {url}; the port is free")
