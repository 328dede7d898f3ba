"""The API's description, for programs and as a page that calls it. All of it comes from here: no network is needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from kanbanai.domain.errors import NotFound

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>KanbanAI API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = b"""\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  displayRequestDuration: true,
  validatorUrl: null,
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI sets styles on its elements; it needs nothing else that is not ours."""
MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
"""Of the files in swagger-ui-py, those that the page needs."""
A_DAY = {"Cache-Control": "public, max-age=86400"}
"""For files that change with the server's version only."""


def routes(openapi: Callable[[], bytes], asyncapi: Callable[[], bytes]) -> list[HTTPRouteHandler]:
    """The routes that give out these descriptions; the first to ask waits half a second until they are made."""

    @get("/openapi.json", include_in_schema=False, sync_to_thread=True)
    def read_openapi() -> Response[bytes]:
        """The API as OpenAPI 3.1."""
        return Response(openapi(), media_type="application/json")

    @get("/asyncapi.json", include_in_schema=False, sync_to_thread=True)
    def read_asyncapi() -> Response[bytes]:
        """The streams as AsyncAPI 3."""
        return Response(asyncapi(), media_type="application/json")

    return [read_openapi, read_asyncapi, read_page, read_file]


@get("/docs", include_in_schema=False, sync_to_thread=False)
def read_page() -> Response[str]:
    """The interactive page."""
    return Response(PAGE, media_type=MediaType.HTML, headers={"Content-Security-Policy": POLICY})


@get("/docs/{name:str}", include_in_schema=False, sync_to_thread=True)
def read_file(name: FromPath[str]) -> Response[bytes]:
    """A file that the page needs."""
    if name == "start.js":
        return Response(START, media_type="text/javascript", headers=A_DAY)
    if name not in MEDIA_TYPES:
        raise NotFound("Not Found")
    return Response((_folder() / name).read_bytes(), media_type=MEDIA_TYPES[name], headers=A_DAY)


@cache
def _folder() -> Path:
    """Where swagger-ui-py keeps its files. The package itself is for other frameworks and is not loaded."""
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise NotFound("swagger-ui-py is not installed")
    return Path(spec.submodule_search_locations[0]) / "static"
