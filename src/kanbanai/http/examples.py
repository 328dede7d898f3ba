"""Examples for the description of the API: requests, and the answers that the program gave to them.

They are recorded, not written: `make openapi` plays a short history on a store in memory and keeps what went over the
wire, by operation.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

RECORDED = Path(__file__).with_name("examples.json")


class Example(msgspec.Struct, frozen=True, omit_defaults=True):
    """A request's body and the answer's; absent when there is none, or none in JSON."""

    request: Any = msgspec.UNSET
    answer: Any = msgspec.UNSET


@cache
def _recorded() -> dict[str, Example]:
    return msgspec.json.decode(RECORDED.read_bytes(), type=dict[str, Example])


def request(operation: str) -> dict[str, Any]:
    """The `examples` of an operation's request body, or nothing."""
    return _shown(_recorded().get(operation, Example()).request)


def answer(operation: str) -> dict[str, Any]:
    """The `examples` of an operation's answer, or nothing."""
    return _shown(_recorded().get(operation, Example()).answer)


def _shown(value: Any) -> dict[str, Any]:
    return {} if value is msgspec.UNSET else {"examples": {"example": {"value": value}}}
