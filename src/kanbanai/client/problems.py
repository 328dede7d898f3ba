"""What can go wrong between a client and its server.

ClientError
├── ApiProblem       the server answered with a problem document
├── Unreachable      no answer: nobody listens, the connection broke, time ran out
└── UnexpectedAnswer an answer that no KanbanAI server of this version gives
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec

from kanbanai.domain.errors import FieldError


class ClientError(Exception):
    """Any failure of a call. `str(error)` is a sentence for a person."""


class ApiProblem(ClientError):
    """The server refused. `code` is stable (`card_blocked`), `detail` is for a person, `errors` names fields."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after
        """Seconds that the server asks to wait, when it does."""

    @property
    def is_final(self) -> bool:
        """Whether asking again is pointless: the client's fault, and not one of timing."""
        return (
            HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR
            and self.status
            not in {
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.TOO_EARLY,
                HTTPStatus.TOO_MANY_REQUESTS,
            }
        )


class Unreachable(ClientError):
    """There was no answer."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} cannot be reached: {reason}")
        self.url = url
        self.reason = reason


class UnexpectedAnswer(ClientError):
    """Something answered that is no KanbanAI server, or one whose answers this version does not understand."""


class _Problem(msgspec.Struct):
    """A problem document; foreign servers leave parts out."""

    detail: str | None = None
    title: str | None = None
    code: str = ""
    errors: Any = ()


MAX_SHOWN = 200
"""Characters of an answer that is no problem document; enough to see what it is, too few to flood a terminal."""


def problem_of(status: int, body: bytes, retry_after: str | None = None) -> ApiProblem:
    """The error that an answer of 300 or above is, whatever its body is like."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem(title=" ".join(body.decode("utf-8", "replace").split())[:MAX_SHOWN])
    try:
        known = HTTPStatus(status)
        phrase, name = known.phrase, known.name.lower()
    except ValueError:
        phrase = name = f"status {status}"
    try:
        errors = msgspec.convert(problem.errors, tuple[FieldError, ...])
    except msgspec.ValidationError:  # not our list of fields; the detail has to do
        errors = ()
    return ApiProblem(
        status,
        problem.code or name,
        problem.detail or problem.title or phrase,
        errors=errors,
        retry_after=float(retry_after)
        if retry_after and retry_after.isascii() and retry_after.isdigit()
        else None,
    )
