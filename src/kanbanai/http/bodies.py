"""Bodies of requests: JSON, read strictly and straight into the struct that a route asks for.

Litestar would decode to dictionaries first and convert these leniently, so that `"5"` passes for a number. Here the
bytes become the struct in one pass; a wrong type is an error that names the field.
"""

from __future__ import annotations

from typing import Any, cast
from weakref import WeakKeyDictionary

import msgspec
from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import BaseRouteHandler
from litestar.types import Empty, HTTPReceiveMessage

from kanbanai.domain.errors import Invalid
from kanbanai.http.problems import refused_body

_EMPTY = b"{}"
"""What a request without a body is taken as: every field left out."""


class JsonRequest(Request[Any, Any, Any]):
    """A request whose `data` is decoded by the type of the route's parameter."""

    async def body(self) -> bytes:
        """The bytes of the body; for a route that takes `data`, never none."""
        if self._body is Empty:
            self._body = await self._received()
        if not self._body and self.route_handler.parsed_data_field is not None:
            return _EMPTY
        return self._body

    async def _received(self) -> bytes:
        """All that comes; most bodies come in one piece, and that is not copied.

        Raises RequestEntityTooLarge as soon as it is clear that it is more than the route takes.
        """
        limit = self.route_handler.resolve_request_max_body_size()
        if limit is not None and (self.content_length or 0) > limit:
            raise RequestEntityTooLarge
        parts: list[bytes] = []
        size = 0
        while True:
            message = cast("HTTPReceiveMessage", await self.receive())
            if message["type"] == "http.disconnect":
                raise InternalServerException("client disconnected prematurely")
            parts.append(message["body"])
            size += len(parts[-1])
            if limit is not None and size > limit:
                raise RequestEntityTooLarge
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def json(self) -> Any:
        """The body as the type of the route's `data`.

        Raises Invalid when it is not sent as JSON, is not JSON, or is not of that type.
        """
        body = await self.body()
        if body is not _EMPTY:
            self._refuse_other_types()
        try:
            return self._decoder().decode(body)
        except msgspec.ValidationError as error:
            raise refused_body(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Invalid("Malformed JSON in request body") from error
        except RecursionError as error:
            raise Invalid("The JSON in the request body is nested too deeply") from error

    def _decoder(self) -> msgspec.json.Decoder[Any]:
        handler = self.route_handler
        decoder = _decoders.get(handler)
        if decoder is None:
            field = handler.parsed_data_field
            decoder = _decoders[handler] = msgspec.json.Decoder(Any if field is None else field.raw)
        return decoder

    def _refuse_other_types(self) -> None:
        """A web page can make a browser send forms and plain text anywhere without asking first, but not JSON."""
        media_type = self.content_type[0]
        if media_type != "application/json" and not media_type.endswith("+json"):
            sent = repr(media_type) if media_type else "no Content-Type"
            raise Invalid.field("Content-Type", f"must be application/json; the body was sent with {sent}")


_decoders: WeakKeyDictionary[BaseRouteHandler, msgspec.json.Decoder[Any]] = WeakKeyDictionary()
"""Made once per route. By route and not by type: the hash of an annotated type costs more than the decoding."""
