"""The built web client: its files, and its one page for every address that is not the API's.

Files are taken from the folder as they are now (a developer builds again while the server runs) and kept in memory with
their compressed form until they change on the disk.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import mimetypes
import re
import stat
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from kanbanai.domain.errors import NotFound
from kanbanai.http.conditions import is_fresh
from kanbanai.http.sse import coding_for

PAGE = "index.html"
PACKAGED = Path(__file__).parent.parent / "_ui"
"""Where the client is inside an installed package."""
HASHED = "assets/"
"""Below this the build puts each file's hash into its name: such a file never changes."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"
_MIN_COMPRESSED = 1_024
"""Bytes; below, compression saves less than a packet."""
_COMPRESSIBLE = (
    "text/",
    "application/json",
    "application/manifest+json",
    "application/wasm",
    "image/svg+xml",
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""Scripts come from here, or stand in the page as it was built (by their hash). Styles may be set by scripts: the
terminal and drag and drop need it. Pictures in what agents write are not fetched from elsewhere: an address can carry
secrets out."""
_MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".map": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""What a browser refuses or misreads under another type (`nosniff`); systems differ in what they know of these."""


class Asset(msgspec.Struct, frozen=True):
    """A file as it is sent."""

    body: bytes
    compressed: bytes | None
    media_type: str
    digest: str
    version: tuple[int, int]
    """Time of change and size of the file that it was read from."""


class Site:
    """The files of a built client below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._known: dict[Path, Asset] = {}

    async def answer(self, request: Request[Any, Any, Any]) -> Response[bytes | None]:
        """The file that is asked for, or the page. Raises NotFound for a hashed file of another build."""
        name = request.scope["path"].strip("/")
        asset = await asyncio.to_thread(self._asset, name) if name else None
        if asset is None:
            if name.startswith(HASHED):
                raise NotFound("Not Found")
            name, asset = PAGE, await asyncio.to_thread(self._asset, PAGE)
        if asset is None:
            raise NotFound(f"The web client is not built: its folder has no {PAGE}")
        return _response(request, asset, is_hashed=name.startswith(HASHED))

    def _asset(self, name: str) -> Asset | None:
        """The file of that name inside the folder; None when there is none, or a link leads out."""
        try:
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder):
                return None
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                return None
            version = (status.st_mtime_ns, status.st_size)
            asset = self._known.get(path)
            if asset is None or asset.version != version:
                asset = self._known[path] = _read(path, version)
        except (OSError, ValueError):  # not there, a name too long, a zero byte in it
            return None
        return asset


def site_of(folder: Path | None) -> Site | None:
    """The client in `folder`, built already or not; without a folder, the packaged one if there is one."""
    if folder is not None:
        return Site(folder)
    return Site(PACKAGED) if (PACKAGED / PAGE).is_file() else None


def routes(site: Site | None) -> list[HTTPRouteHandler]:
    """The routes outside of the API: the client, or without one a word that the server runs."""
    if site is None:

        @get("/", include_in_schema=False, media_type=MediaType.TEXT, sync_to_thread=False)
        def say_that_it_runs() -> str:
            return "KanbanAI server is running"

        return [say_that_it_runs]

    @get(["/", "/{path:path}"], include_in_schema=False)
    async def show(request: Request[Any, Any, Any]) -> Response[bytes | None]:
        return await site.answer(request)

    return [show]


def _read(path: Path, version: tuple[int, int]) -> Asset:
    body = path.read_bytes()
    known = _MEDIA_TYPES.get(path.suffix.lower())
    media_type = known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = media_type.startswith(_COMPRESSIBLE)
    return Asset(
        body=body,
        # mtime=0: equal files have equal bytes, and so equal tags, on every node.
        compressed=gzip.compress(body, mtime=0) if is_text and len(body) >= _MIN_COMPRESSED else None,
        media_type=media_type,
        digest=hashlib.blake2b(body, digest_size=12).hexdigest(),
        version=version,
    )


def _response(request: Request[Any, Any, Any], asset: Asset, *, is_hashed: bool) -> Response[bytes | None]:
    accepted = coding_for(request.headers.get("accept-encoding", ""))
    packed = asset.compressed if accepted == "gzip" else None
    tag = f'"{asset.digest}"' if packed is None else f'"{asset.digest}-gzip"'
    headers = {
        "ETag": tag,
        "Cache-Control": _FOR_EVER if is_hashed else _ASK_FIRST,
        "Vary": "Accept-Encoding",
    }
    if is_fresh(request.headers.get("if-none-match"), tag):
        return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    if asset.media_type.startswith("text/html"):
        headers["Content-Security-Policy"] = content_security_policy(asset.body)
    return Response(asset.body if packed is None else packed, headers=headers, media_type=asset.media_type)


def content_security_policy(page: bytes) -> str:
    """What the page may load and run: what comes from here, and the scripts that stand in it."""
    digests = [hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(page)]
    scripts = "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return _POLICY.format(scripts=scripts)
