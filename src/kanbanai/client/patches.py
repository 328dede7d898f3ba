"""JSON Patch (RFC 6902) on documents that are never written to.

    patched(before, operations) -> after

`after` shares every part with `before` that no operation touches, so that comparing the two by identity finds what
changed, and a failing operation leaves nothing half done. A container is copied when a patch first writes to it, once
however many operations follow: the library `jsonpatch` copies the whole document (on a board of 10,000 cards 0.3 s a
patch). A property test holds the two against each other.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import msgspec

Json = Any
"""What JSON can say: dict, list, str, int, float, bool, None."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")


class PatchFailed(Exception):
    """An operation that does not fit the document. The document is as it was."""


class Operation(msgspec.Struct, frozen=True):
    """One operation as the wire spells it."""

    op: str
    path: str
    value: Any = msgspec.UNSET
    from_: str | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="from")


def patched(document: Json, operations: Sequence[Operation]) -> Json:
    """The document after all operations, in order. Raises PatchFailed, naming the operation, when one does not fit."""
    patch = _Patch(document)
    for place, operation in enumerate(operations):
        try:
            patch.carry_out(operation)
        except PatchFailed as error:
            raise PatchFailed(f"operation {place}, {operation.op} {operation.path!r}: {error}") from error
    return patch.document


class _Patch:
    def __init__(self, document: Json) -> None:
        self.document = document
        self._own: dict[int, Json] = {}
        """Containers made for this patch, by identity; held, so that no identity is given twice."""

    def carry_out(self, operation: Operation) -> None:
        path = _tokens(operation.path)
        match operation.op:
            case "add":
                self._add(path, _value(operation))
            case "remove":
                self._remove(path)
            case "replace":
                value = _value(operation)
                if path:
                    self._remove(path)
                self._add(path, value)
            case "move":
                source = _tokens(_source(operation))
                if path[: len(source)] == source and path != source:
                    raise PatchFailed("a value cannot be moved into itself")
                value = self._read(source)
                if path != source:
                    self._remove(source)
                    self._add(path, value)
            case "copy":
                # Copied in depth: two places that share a part would both change with the next write to one of them.
                self._add(path, copy.deepcopy(self._read(_tokens(_source(operation)))))
            case "test":
                if not _is_equal(self._read(path), _value(operation)):
                    raise PatchFailed("the value there is another one")
            case _:
                raise PatchFailed("there is no such operation")

    def _read(self, path: list[str]) -> Json:
        here = self.document
        for token in path:
            here = here[_key(here, token)]
        return here

    def _add(self, path: list[str], value: Json) -> None:
        if not path:
            self.document = value
            return
        target = self._writable(path[:-1])
        if isinstance(target, list):
            target.insert(len(target) if path[-1] == "-" else _index(path[-1], len(target)), value)
        else:
            target[path[-1]] = value

    def _remove(self, path: list[str]) -> None:
        if not path:
            raise PatchFailed("the whole document cannot be removed")
        target = self._writable(path[:-1])
        del target[_key(target, path[-1])]

    def _writable(self, path: list[str]) -> Json:
        """The container at `path`, it and all above it being this patch's own."""
        self.document = here = self._owned(self.document)
        for token in path:
            key = _key(here, token)
            here[key] = below = self._owned(here[key])
            here = below
        return here

    def _owned(self, container: Json) -> Json:
        if not isinstance(container, dict | list):
            raise PatchFailed(f"{container!r} holds nothing")
        if id(container) in self._own:
            return container
        own = container.copy()
        self._own[id(own)] = own
        return own


def _tokens(pointer: str) -> list[str]:
    """The reference tokens of a JSON Pointer (RFC 6901)."""
    if not pointer:
        return []
    if not pointer.startswith("/") or re.search(r"~(?![01])", pointer):
        raise PatchFailed(f"{pointer!r} is no JSON Pointer")
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def _key(container: Json, token: str) -> str | int:
    """The key of an existing member or element."""
    if isinstance(container, list):
        return _index(token, len(container) - 1)
    if not isinstance(container, dict):
        raise PatchFailed(f"{container!r} holds nothing")
    if token not in container:
        raise PatchFailed(f"there is no member {token!r}")
    return token


def _index(token: str, highest: int) -> int:
    if not _INDEX.fullmatch(token):
        raise PatchFailed(f"{token!r} is no index of a list")
    if int(token) > highest:
        raise PatchFailed(f"index {token} is past the end of the list")
    return int(token)


def _value(operation: Operation) -> Json:
    if operation.value is msgspec.UNSET:
        raise PatchFailed("it has no value")
    return operation.value


def _source(operation: Operation) -> str:
    if not isinstance(operation.from_, str):
        raise PatchFailed("it has no from")
    return operation.from_


def _is_equal(one: Json, other: Json) -> bool:
    """Equality of JSON, where true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_equal(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_is_equal(a, b) for a, b in zip(one, other, strict=True))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)
