"""Who is acting. Until accounts exist, everybody who gets past the edge's checks is the person at the keyboard."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection

from kanbanai.domain.actors import LOCAL_USER, Actor


def actor_of(_connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    """The actor of a request or a stream."""
    return LOCAL_USER
