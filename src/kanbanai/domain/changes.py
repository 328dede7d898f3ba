"""Partial updates: structs whose unset fields mean "leave it"."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


def given(changes: msgspec.Struct) -> dict[str, Any]:
    """The fields that a struct of changes sets, by their Python names."""
    return {
        name: value
        for name in changes.__struct_fields__
        if (value := getattr(changes, name)) is not msgspec.UNSET
    }


def changed(before: S, changes: msgspec.Struct) -> S:
    """`before` with every field that `changes` sets."""
    return msgspec.structs.replace(before, **given(changes))
