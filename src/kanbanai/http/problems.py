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
from kanbanai.domain.errors import FieldError, KanbanError

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[KanbanError], HTTPStatus] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Invalid: HTTPStatus.BAD_REQUEST,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    KanbanError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of an error is that of the nearest class in its ancestry."""

log = structlog.get_logger("http")


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an error."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    errors: tuple[FieldError, ...] = ()


def problem(
    status: HTTPStatus | int,
    detail: str,
    *,
    code: str = "",
    title: str | None = None,
    fields: tuple[FieldError, ...] = (),
) -> Problem:
    """A problem; its title is the status's reason phrase unless one is given."""
    known = HTTPStatus(status)
    return Problem(
        type="about:blank",
        title=title or known.phrase,
        status=known.value,
        detail=detail,
        code=code or known.name.lower(),
        errors=fields,
    )


def problem_of(error: KanbanError) -> Problem:
    """The problem that an error of the domain is to a client."""
    status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    return problem(status, error.detail, code=error.code, fields=error.fields)


def _answer(body: Problem, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(body), status_code=body.status, media_type=MEDIA_TYPE, headers=dict(headers or {})
    )


def _domain(_request: Request[Any, Any, Any], error: KanbanError) -> Response[bytes]:
    return _answer(problem_of(error), {"Retry-After": "1"} if isinstance(error, errors.Unavailable) else None)


def _validation(_request: Request[Any, Any, Any], error: ValidationException) -> Response[bytes]:
    found = error.extra if isinstance(error.extra, list) else []
    fields = tuple(FieldError(*_named(one)) for one in found)
    detail = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in fields)
    return _answer(problem(HTTPStatus.BAD_REQUEST, detail or error.detail, code="invalid", fields=fields))


_AT = re.compile(r"^(?P<text>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")


def _named(found: Mapping[str, Any]) -> tuple[str, str]:
    """The field and the sentence of one finding of the decoder."""
    match = _AT.match(str(found.get("message", "")))
    text, path = (match["text"], match["path"] or "") if match else (str(found.get("message", "")), "")
    key = str(found.get("key") or "")
    if missing := _MISSING.search(text):
        path = f"{path}.{missing['name']}" if path else missing["name"]
        text = "is required"
    if not path or path == key:
        return key or path, text
    return path if not key or key == "data" or path.startswith(key) else f"{key}.{path}", text


def _http(_request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status, detail = HTTPStatus(error.status_code), error.detail
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        # The contract knows no 405: what is not there for this method is not there.
        status, detail = HTTPStatus.NOT_FOUND, "Not Found"
    if status is HTTPStatus.BAD_REQUEST and "JSON" in detail:
        detail = "Malformed JSON in request body"
    return _answer(problem(status, detail), error.headers)


def _defect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    log.error("unexpected error", method=request.method, path=request.url.path, exc_info=error)
    return _answer(problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Unexpected error"))


HANDLERS: ExceptionHandlersMap = {
    KanbanError: _domain,
    ValidationException: _validation,
    HTTPException: _http,
    Exception: _defect,
}
"""Litestar's exception handlers; the innermost class of an error wins."""
