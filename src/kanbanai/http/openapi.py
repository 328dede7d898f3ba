"""The API as an OpenAPI 3.1 document.

Litestar knows the routes and their parameters, msgspec the shapes of what goes in and out (with their limits, tags and
docstrings), and what can go wrong follows from a route's parameters by the rules of `_problems`. Examples are answers
that the program really gave (`kanbanai.http.examples`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Litestar, Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response import Stream

from kanbanai.http import examples, problems
from kanbanai.http.answers import KEY
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.problems import Problem
from kanbanai.http.provide import Services
from kanbanai.http.stream import EventStream

JSON = "application/json"
REFS = "#/components/schemas/{name}"
TITLE = "KanbanAI"
DESCRIPTION = """\
A Kanban board whose cards become pull requests. HTTP is the source of truth; `GET /sse` carries what changed (its
events are described in `asyncapi.json` beside this document).

**Addresses.** Everything stands below `/api/v1` and, the same, below `/api`. A board and its project share one id:
`/projects/{id}/board/…` is `/boards/{id}/…`. Where GET works, HEAD does, without the body. An address that there is
not, or not for this method, is a 404.

**Errors** are problem documents (RFC 9457, `application/problem+json`): `detail` is a sentence for a person, `code` is
stable, and `errors` names the fields of bad input. A request that fails has changed nothing.

**Versions.** An `ETag` names the version that was answered. Sent back as `If-None-Match` it saves reading the same
again (304), as `If-Match` it keeps an edit from overwriting somebody else's (412). Both are optional.

**Retrying.** A POST with an `Idempotency-Key` is carried out once, however often it is sent within 24 hours.

**Times** are ISO 8601 in UTC with milliseconds. A field that is null or empty may be left out of an answer; a field
that is left out of an edit stays as it is.

**Who may.** The server answers to programs of this machine, and to the hosts and origins that it was started with.
"""
SERVERS = [
    {"url": "/api/v1", "description": "This version of the API"},
    {"url": "/api", "description": "The same, for older clients"},
]
TAGS = {
    "projects": "Repositories, each with a board, and projects as files.",
    "boards": "Boards as a whole.",
    "columns": "The columns of a board.",
    "cards": "Cards: making, finding, changing and moving them.",
    "enhancements": "Proposals for better ticket texts.",
    "attempts": "What agents did on a card.",
    "git": "What an attempt changed, and what becomes of it.",
    "agents": "The catalogue of agents.",
    "profiles": "Named settings for an agent.",
    "dashboard": "All projects at a glance.",
    "terminals": "Shells in attempts' worktrees; docs/terminals.md tells of their WebSocket.",
    "settings": "What people set.",
    "onboarding": "The first steps of a new user.",
    "files": "Folders, repositories and editors of the server's machine.",
    "github": "GitHub, as far as it is connected.",
    "streams": "What changed, as it happens: Server-Sent Events.",
    "health": "Whether the server lives, and what it counts.",
}
_UNDECLARED: dict[Any, tuple[str, str]] = {
    Stream: ("application/x-ndjson", "The file, line by line."),
    EventStream: ("text/event-stream", "The stream, which ends when one side goes."),
    bytes: ("text/plain", "A text."),
}
"""Answers that no struct stands for: what they are sent as, unless their route says otherwise, and in words."""


def document(routes: Iterable[HTTPRouteHandler], version: str) -> dict[str, Any]:
    """The description of these routes, which stand below `/api/v1`."""
    handlers = {operation_id(route): route for route in routes if route.include_in_schema is not False}
    drawn = _drawn(handlers.values())
    operations = {
        found["operationId"]: (path, method, found)
        for path, item in drawn["paths"].items()
        for method, found in item.items()
    }
    schemas = _Schemas(handlers.values())
    paths: dict[str, dict[str, Any]] = {}
    for name, (path, method, found) in operations.items():
        paths.setdefault(path, {})[method] = _operation(handlers[name], method, found, schemas)
    used = {tag for _, _, found in operations.values() for tag in found["tags"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": version, "description": DESCRIPTION},
        "servers": SERVERS,
        "tags": [{"name": name, "description": text} for name, text in TAGS.items() if name in used],
        "paths": dict(sorted(paths.items())),
        "components": {
            "responses": {
                _shared_name(status): _answer(status, text, schemas) for status, text in _RULES.items()
            },
            "schemas": dict(sorted(schemas.components.items())),
        },
    }


def operation_id(route: HTTPRouteHandler) -> str:
    """A route's name in the document: `listCards` for the function `list_cards`."""
    first, *rest = route.fn.__name__.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _drawn(routes: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """What Litestar makes of the routes. The application is never served."""
    app = Litestar(
        [Router("/", route_handlers=list(routes))],
        dependencies={name: _nobody() for name in Services.__struct_fields__},
        request_class=JsonRequest,
        openapi_config=OpenAPIConfig(
            title=TITLE,
            version="",
            use_handler_docstrings=True,
            operation_id_creator=lambda route, _method, _path: operation_id(route),
            render_plugins=[JsonRenderPlugin()],
        ),
        logging_config=None,
    )
    drawn: dict[str, Any] = app.openapi_schema.to_schema()
    return drawn


def _nobody() -> Provide:
    def give() -> None:
        return None

    return Provide(give, sync_to_thread=False)


class _Schemas:
    """The shapes of all that goes in and out, told once each under `components`."""

    def __init__(self, routes: Iterable[HTTPRouteHandler]) -> None:
        kinds: dict[Any, None] = {Problem: None}
        for route in routes:
            kinds |= dict.fromkeys(kind for kind in _kinds(route) if kind not in _UNDECLARED)
        found, self.components = msgspec.json.schema_components(list(kinds), ref_template=REFS)
        self._by_kind: dict[Any, dict[str, Any]] = dict(zip(kinds, found, strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type, by reference when it is a struct."""
        found = [self._by_kind[one] for one in _members(kind)]
        return found[0] if len(found) == 1 else {"oneOf": found}


def _members(kind: Any) -> tuple[Any, ...]:
    """The answers that a route chooses from, by what its caller prefers; of most routes one."""
    return get_args(kind) if isinstance(kind, UnionType) else (kind,)


def _kinds(route: HTTPRouteHandler) -> Iterator[Any]:
    hints = get_type_hints(route.fn)
    if "data" in hints:
        yield hints["data"]
    if (answered := _answered(route)) not in {None, NoneType}:
        yield from _members(answered)
    yield from (kind for kind in route.opt.get(KEY, {}).values() if not isinstance(kind, str))


def _answered(route: HTTPRouteHandler) -> Any:
    """What a route answers when all is well: the struct, `Stream`, `bytes`, or None for no body."""
    kind = get_type_hints(route.fn)["return"]
    if get_origin(kind) is Response:
        (kind,) = get_args(kind)
    return kind


def _operation(
    route: HTTPRouteHandler, method: str, drawn: dict[str, Any], schemas: _Schemas
) -> dict[str, Any]:
    name = drawn["operationId"]
    shown = {
        "operationId": name,
        "tags": drawn["tags"],
        "summary": drawn["summary"],
        "description": drawn["description"],
        "parameters": [_parameter(one) for one in drawn.get("parameters", [])],
    }
    hints = get_type_hints(route.fn)
    if "data" in hints:
        content = {"schema": schemas.of(hints["data"])}
        shown["requestBody"] = {"required": True, "content": {JSON: content | examples.request(name)}}
    elif "requestBody" in route.opt:
        shown["requestBody"] = route.opt["requestBody"]
    answers = {route.status_code: _success(route, drawn, schemas)}
    for status, meaning in (_problems(method, shown) | route.opt.get(KEY, {})).items():
        shared = meaning == _RULES.get(status)
        answers[status] = _shared(status) if shared else _answer(status, meaning, schemas)
        if meaning is _answered(route):
            # The same with another status: what it looks like is recorded for both.
            answers[status]["content"][JSON] |= examples.answer(drawn["operationId"])
    shown["responses"] = {str(status): answers[status] for status in sorted(answers)}
    return shown


def _success(route: HTTPRouteHandler, drawn: dict[str, Any], schemas: _Schemas) -> dict[str, Any]:
    if route.status_code in (route.responses or {}):
        told: dict[str, Any] = drawn["responses"][str(route.status_code)]
        return told
    kind = _answered(route)
    meaning = "Done." if kind in {None, NoneType} else _meaning(kind)
    answer: dict[str, Any] = {"description": meaning}
    if kind in _UNDECLARED:
        media_type = str(route.media_type or _UNDECLARED[kind][0])
        answer["content"] = {media_type: {"schema": {"type": "string"}}}
    elif kind not in {None, NoneType}:
        answer["content"] = {JSON: {"schema": schemas.of(kind)} | examples.answer(drawn["operationId"])}
    return answer


def _meaning(kind: Any) -> str:
    """The first sentence of a type's docstring, or of the first of several."""
    if kind in _UNDECLARED:
        return _UNDECLARED[kind][1]
    kind = _members(kind)[0]
    is_struct = isinstance(kind, type) and issubclass(kind, msgspec.Struct)
    text = (kind.__doc__ or "").strip() if is_struct else ""
    return text.partition("\n\n")[0].replace("\n    ", " ") or "What was asked for."


def _answer(status: int, meaning: str | type[Any], schemas: _Schemas) -> dict[str, Any]:
    if not isinstance(meaning, str):
        shown = {"examples": {"example": {"value": meaning.EXAMPLE}}} if hasattr(meaning, "EXAMPLE") else {}
        return {
            "description": _meaning(meaning),
            "content": {JSON: {"schema": schemas.of(meaning), **shown}},
        }
    answer: dict[str, Any] = {"description": meaning}
    if status >= 400:  # noqa: PLR2004 - HTTP's own line between answers and errors
        content = {"schema": schemas.of(Problem), "examples": {"example": {"value": _example(status)}}}
        answer["content"] = {problems.MEDIA_TYPE: content}
    return answer


_SENTENCES = {
    400: "title: a card needs a title",
    401: "origin does not know who pushes: log in with git on the server's machine, then push again",
    403: "Requests from the origin 'https://elsewhere.example' are not allowed",
    404: "Card not found",
    409: "Task is blocked by dependencies",
    410: "The code has expired; begin again",
    412: "It was changed since you read it; read it again and repeat your change",
    413: "The request body is larger than the 2,097,152 bytes that this route takes",
    422: "title: is 612 characters long; the limit is 500",
    499: "Nobody waits for the text any more",
    500: "Unexpected error",
    502: "git failed",
    503: "The database is locked by another program; nothing was stored",
    507: "No room is left on the device that holds the database; nothing was stored",
}


def _example(status: int) -> Any:
    return msgspec.to_builtins(problems.problem(status, _SENTENCES[status]))


_RULES = {
    304: "The caller has this version already.",
    400: "The request breaks a rule; `errors` names the fields.",
    403: "Neither Host nor Origin may be one that the server was not told of.",
    404: "What the address names is not there.",
    412: "It was changed since the caller read it.",
    413: "The body, or an image in it, is too large.",
    422: "A text or a list is over its limit, which `errors` names; or the key was used for another request.",
    500: "A defect of the server; its log has more under the request's `X-Request-Id`.",
    503: "The database is locked, or cannot be written. Nothing was stored.",
    507: "The disk is full. Nothing was stored.",
}
"""What many routes may answer, told once under `components`."""


def _problems(method: str, operation: dict[str, Any]) -> dict[int, str]:
    """What can go wrong, by what a route takes."""
    names = {one["name"] for one in operation["parameters"]}
    places = {one["in"] for one in operation["parameters"]}
    has_body = "requestBody" in operation
    applies = {
        304: "If-None-Match" in names,
        400: bool(places) or has_body,
        403: True,
        404: "path" in places,
        412: "If-Match" in names,
        413: has_body,
        422: has_body or "Idempotency-Key" in names,
        500: True,
        503: True,
        507: method != "get",
    }
    return {status: text for status, text in _RULES.items() if applies[status]}


def _shared_name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")


def _shared(status: int) -> dict[str, Any]:
    return {"$ref": f"#/components/responses/{_shared_name(status)}"}


def _parameter(drawn: dict[str, Any]) -> dict[str, Any]:
    """A parameter without what says nothing: a parameter of a request cannot be null, only left out."""
    schema = {
        name: value for name, value in drawn["schema"].items() if name not in {"description", "examples"}
    }
    kinds = [kind for kind in schema.pop("oneOf", []) if kind != {"type": "null"}]
    if kinds:
        (kind,) = kinds
        schema |= kind
    for limit in ("minimum", "maximum"):
        if isinstance(schema.get(limit), float):
            schema[limit] = int(schema[limit])
    shown = {"name": drawn["name"], "in": drawn["in"], "required": drawn["required"], "schema": schema}
    if text := drawn.get("description"):
        shown["description"] = text
    if given := drawn.get("examples"):
        shown["example"] = next(iter(given.values()))["value"]
    return shown
