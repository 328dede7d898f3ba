"""The latest release of a repository on GitHub, asked for at most once in a while."""

from __future__ import annotations

import asyncio

import httpx
import msgspec

from kanbanai.domain.versions import Release, plain
from kanbanai.ports import Clock

API = "https://api.github.com"
PATIENCE = 2.0
"""Seconds that one who asks is kept waiting; whoever asks later gets what came in meanwhile."""
_TIMEOUT = httpx.Timeout(10.0)
_MAX_BODY = 1_000_000
"""Bytes; the notes of a release can be long, an answer beyond this is none."""


class _Announced(msgspec.Struct):
    tag_name: str


class GithubReleases:
    """`kanbanai.ports.Releases` of `owner/name`. `ttl` is how long an answer, or a failure, holds, in seconds."""

    def __init__(
        self,
        repository: str,
        *,
        token: str | None,
        ttl: float,
        clock: Clock,
        api: str = API,
        patience: float = PATIENCE,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Accept": "application/vnd.github+json", "User-Agent": "KanbanAI"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.AsyncClient(
            base_url=api, headers=headers, timeout=_TIMEOUT, transport=transport, follow_redirects=True
        )
        self._path = f"/repos/{repository}/releases/latest"
        self._ttl = ttl
        self._clock = clock
        self._patience = patience
        self._known = Release(None, clock.now())
        self._good_until = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def latest(self) -> Release:
        loop = asyncio.get_running_loop()
        if self._asking is None and loop.time() >= self._good_until:
            self._asking = loop.create_task(self._ask(), name="latest-release")
        if self._asking is not None:
            # Not cancelled when the time is over, nor with one of those who wait: all share the one question.
            await asyncio.wait({self._asking}, timeout=self._patience)
        return self._known

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})
        await self._http.aclose()

    async def _ask(self) -> None:
        try:
            version = await self._fetched()
            # Of a failure the time counts, so that it is not repeated at once; what was known before stays known.
            self._known = Release(version or self._known.version, self._clock.now())
            self._good_until = asyncio.get_running_loop().time() + self._ttl
        finally:
            self._asking = None

    async def _fetched(self) -> str | None:
        """The version; None when there is no release, no network, no sense in the answer."""
        try:
            async with self._http.stream("GET", self._path) as answer:
                answer.raise_for_status()
                body = bytearray()
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > _MAX_BODY:
                        return None
            return plain(msgspec.json.decode(body, type=_Announced).tag_name) or None
        except (httpx.HTTPError, msgspec.DecodeError):
            return None
