"""Errors as `application/problem+json` (RFC 9457). One table says which error is which status.

Every problem has `type`, `title`, `status`, `detail` and a stable `code`; one about input has `errors`, a list of
`{"field", "message"}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from kanbanai.domain import errors
from kanbanai.domain.errors import FieldError, Invalid, KanbanError

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "request_id"
"""Where the edge notes a request's id in the scope's state: a log line and an answer's header can be matched by it."""

CLIENT_CLOSED_REQUEST = 499
"""Not one of HTTP's own: nginx's, and what the contract answers to what was called off."""

STATUS: dict[type[KanbanError], int] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.OverLimit: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Expired: HTTPStatus.GONE,
    errors.GitFailed: HTTPStatus.BAD_GATEWAY,
    errors.GithubFailed: HTTPStatus.BAD_GATEWAY,
    errors.WritingFailed: HTTPStatus.BAD_GATEWAY,
    errors.Cancelled: CLIENT_CLOSED_REQUEST,
    errors.Unstartable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    KanbanError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of an error is that of the nearest class in its ancestry."""

TITLES: dict[type[KanbanError], str] = {
    errors.InvalidProfile: "Invalid profile",
    errors.GithubLoginNeeded: "GitHub authentication required",
    errors.NoDeviceFlow: "GitHub device flow unavailable",
}
"""The title of a problem where the contract names one; that of any other is its status's reason phrase."""

log = structlog.get_logger("http")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an error. `output`: what git said, when that is more than `detail` has of it."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    errors: tuple[FieldError, ...] = ()
    output: str = ""


def problem(
    status: HTTPStatus | int,
    detail: str,
    *,
    code: str = "",
    title: str | None = None,
    fields: tuple[FieldError, ...] = (),
) -> Problem:
    """A problem; its title is the status's reason phrase unless one is given."""
    phrase, name = _named_status(status)
    return Problem(
        type="about:blank",
        title=title or phrase,
        status=int(status),
        detail=detail,
        code=code or name,
        errors=fields,
    )


def _named_status(status: int) -> tuple[str, str]:
    """The status's reason phrase, and its name as a code."""
    if status == CLIENT_CLOSED_REQUEST:
        return "Client Closed Request", "client_closed_request"
    known = HTTPStatus(status)
    return known.phrase, known.name.lower()


def problem_of(error: KanbanError) -> Problem:
    """The problem that an error of the domain is to a client."""
    status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    made = problem(status, error.detail, code=error.code, title=TITLES.get(type(error)), fields=error.fields)
    return msgspec.structs.replace(made, output=error.output or "")


def _answer(body: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body), status_code=body.status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def gone(successor: str) -> Response[bytes]:
    """The answer of an address that older clients knew: 410, and where to go instead."""
    headers = {"Deprecation": "true", "Link": f'<{successor}>; rel="successor-version"'}
    return _answer(problem(HTTPStatus.GONE, f"This address is gone; use {successor}"), headers)


def _domain(_request: Request[Any, Any, Any], error: KanbanError) -> Response[bytes]:
    return _answer(problem_of(error), _again(error))


def _again(error: KanbanError) -> dict[str, str]:
    """When the same request may succeed, where that is known."""
    if isinstance(error, errors.GithubLimited):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": "1"} if isinstance(error, errors.Unavailable) else {}


def refused_body(message: str) -> Invalid:
    """The error of a body that the decoder refused with this message."""
    field, text = _finding(message)
    return Invalid.field(field, text) if field else Invalid(text)


def _validation(_request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    """Parameters of a path, a query or a header that are not what a route asks for."""
    found = error.extra if isinstance(error.extra, list) else []
    fields = tuple(FieldError(*_named(one)) for one in found)
    if missing := _ABSENT.match(error.detail):
        fields = (FieldError(missing["name"], "is required"),)
    detail = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in fields)
    return _answer(problem(HTTPStatus.BAD_REQUEST, detail or error.detail, code="invalid", fields=fields))


_AT = re.compile(r"^(?P<text>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_ABSENT = re.compile(r"Missing required \w+ parameter '(?P<name>[^']+)'")
"""The framework's words for a parameter of a query or a header that is not there; it lists no fields beside them."""
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")


def _finding(message: str) -> tuple[str, str]:
    """The field and the sentence of the decoder's message: ``Expected `int`, got `str` - at `$.images[0].mime` ``."""
    match = _AT.match(message)
    text, path = (match["text"], match["path"] or "") if match else (message, "")
    if missing := _MISSING.search(text):
        return (f"{path}.{missing['name']}" if path else missing["name"]), "is required"
    return path, text


def _named(found: Mapping[str, Any]) -> tuple[str, str]:
    field, text = _finding(str(found.get("message", "")))
    return _wire_name(str(found.get("key") or field)), text


def _wire_name(parameter: str) -> str:
    """The framework tells a parameter by its name in Python; on the wire all of ours are camelCase."""
    first, *rest = parameter.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status, detail = HTTPStatus(error.status_code), error.detail
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        # The contract knows no 405: what is not there for this method is not there.
        return _answer(problem(HTTPStatus.NOT_FOUND, "Not Found"))
    if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        limit = request.route_handler.resolve_request_max_body_size()
        detail = f"The request body is larger than the {limit:,} bytes that this route takes"
    return _answer(problem(status, detail, code=_CODES.get(status, "")), error.headers)


_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: errors.TooLarge.code,
    HTTPStatus.BAD_REQUEST: errors.Invalid.code,
}
"""What the framework finds has the code that the domain's own error of the same kind has."""


def _defect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error(
        "unexpected error",
        method=request.method,
        path=request.scope["path"],
        request_id=request.scope["state"].get(REQUEST_ID),
        exc_info=error,
    )
    return _answer(problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Unexpected error"))


HANDLERS: ExceptionHandlersMap = {
    KanbanError: _domain,
    ValidationException: _validation,
    HTTPException: _http,
    Exception: _defect,
}
"""Litestar's exception handlers; the innermost class of an error wins."""
