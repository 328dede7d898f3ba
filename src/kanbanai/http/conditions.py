"""Conditional requests and preferences: ETag and If-Match (RFC 9110), Prefer (RFC 7240), Idempotency-Key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.params import HeaderParameter
from litestar.types import ASGIApp, Receive, Scope, Send

from kanbanai.domain import wire
from kanbanai.domain.errors import Invalid, PreconditionFailed, Unprocessable
from kanbanai.ports import Reply, Store, Transaction

IfMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-Match",
        description="The ETag of the version that the caller knows; 412 when it is another by now. Optional.",
    ),
]
IfNoneMatch = Annotated[
    str | None,
    HeaderParameter(
        name="If-None-Match",
        description="The ETag of the version that the caller has; 304 when it still is. Optional.",
    ),
]
Prefer = Annotated[
    str | None,
    HeaderParameter(
        name="Prefer",
        description="`return=minimal` answers with the card alone instead of the whole board (RFC 7240).",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        description="A key of the caller's own: the same request with the same key is carried out once, and answered "
        "the same way each time, for 24 hours. With another request it is refused (422).",
    ),
]

MAX_KEY = 255
"""Characters of an idempotency key; a UUID has 36."""
MINIMAL = {"Preference-Applied": "return=minimal"}


def etag(value: object) -> str:
    """A strong entity tag: equal for equal values, another for any difference."""
    return f'"{hashlib.blake2b(wire.encode(value), digest_size=12).hexdigest()}"'


def guard(if_match: str | None) -> Callable[[object], None] | None:
    """A check for a use case: raises PreconditionFailed unless If-Match names the version it finds. None: no check."""
    if if_match is None or if_match.strip() == "*":
        return None
    wanted = {tag.strip() for tag in if_match.split(",")}

    def check(current: object) -> None:
        if etag(current) not in wanted:
            raise PreconditionFailed("It was changed since you read it; read it again and repeat your change")

    return check


def is_fresh(if_none_match: str | None, tag: str) -> bool:
    """Whether the caller has this version already; a weak tag (`W/`) counts, as RFC 9110 has it for reading."""
    if if_none_match is None:
        return False
    known = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in known or known == {"*"}


def not_modified(tag: str) -> Response[Any]:
    """The answer to a caller who has this version already: no body."""
    return Response(None, status_code=304, headers={"ETag": tag})


def is_minimal(prefer: str | None) -> bool:
    """Whether the caller wants the smallest answer."""
    return prefer is not None and any(
        one.strip().replace('"', "").lower() == "return=minimal"
        for one in prefer.replace(";", ",").split(",")
    )


def json_reply(value: object, status: int, headers: dict[str, str] | None = None) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, headers or {}, wire.encode(value))


class Ready(Response[Any]):
    """An answer whose bytes are made already, and which goes out as it is.

    Litestar's way to make bytes of a value costs a fifth of an edit's time at the edge.
    """

    def __init__(self, reply: Reply) -> None:  # not the base's: what that prepares, nobody asks for
        self._reply = reply

    def to_asgi_response(self, *_: Any, **__: Any) -> ASGIApp:  # type: ignore[override]
        """An application that sends the bytes."""
        return self._answer

    async def _answer(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        reply = self._reply
        headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
        if reply.body:
            headers.append((b"content-type", b"application/json"))
        if reply.status != HTTPStatus.NO_CONTENT:
            headers.append((b"content-length", b"%d" % len(reply.body)))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body, "more_body": False})


async def once(
    store: Store, key: str | None, request: object, use_case: Callable[[Transaction], Reply]
) -> Response[Any]:
    """Carries out a POST; with a key, at most once, the answer kept in the same transaction as its effect.

    `request` is all that makes two requests the same. Raises Unprocessable when the key was used for another one,
    Invalid for a key that is empty or over 255 characters.
    """
    if key is None:
        return Ready(await store.run(use_case))
    if not 0 < len(key) <= MAX_KEY:
        raise Invalid.field("Idempotency-Key", f"must have 1 to {MAX_KEY} characters")
    reply, is_replay = await store.run(_once, key, etag(request), use_case)
    if is_replay:
        reply = msgspec.structs.replace(reply, headers=reply.headers | {"Idempotency-Replayed": "true"})
    return Ready(reply)


def _once(
    tx: Transaction, key: str, fingerprint: str, use_case: Callable[[Transaction], Reply]
) -> tuple[Reply, bool]:
    owned = f"{tx.actor} {key}"
    known = tx.idempotency.find(owned)
    if known is not None:
        if known[0] != fingerprint:
            raise Unprocessable("This Idempotency-Key was used for another request")
        return known[1], True
    reply = use_case(tx)
    tx.idempotency.keep(owned, fingerprint, reply)
    return reply, False


def named(**fields: Any) -> dict[str, Any]:
    """What identifies a request for `once`: its kind, its address and its body."""
    return fields
