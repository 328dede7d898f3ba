"""Tools that a request declares in TypeScript inside a description, as Codex's code mode does, read into schemas.

A section each: a heading with the tool's name, a description, and `declare const tools: { name(args: {...}): ...; };`.
Only the types that such declarations use are understood: objects, lists, unions of literals, plain types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.models.conversation import Tool

SECTION = re.compile(
    r"^### `(?P<name>[\w-]+)`\n(?P<text>.*?)^```ts\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL
)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*|\.{3}|.', re.DOTALL)
COMMENT = re.compile(r"//[^\n]*")
PLAIN = {"string": "string", "number": "number", "boolean": "boolean", "null": "null"}


def declared(description: str, inside: str) -> Iterator[Tool]:
    """The tools that the description of the tool `inside` declares."""
    for section in SECTION.finditer(description):
        name = section["name"]
        code = COMMENT.sub("", section["code"])
        parameter = re.search(rf"\b{re.escape(name)}\((\w+): ", code)
        if parameter is None:
            continue
        schema = _Types(code[parameter.end() :]).type()
        takes_text = schema == {"type": "string"}
        yield Tool(name, section["text"].strip(), None if takes_text else schema, inside)


class _Types:
    """A reader of type expressions, one token after the other."""

    def __init__(self, code: str) -> None:
        self._tokens: list[str] = [token for token in TOKEN.findall(code) if not token.isspace()]

    def type(self) -> dict[str, Any]:
        """A type with what is joined to it by `|`."""
        options = [self._single()]
        while self._tokens[0] == "|":
            self._take()
            options.append(self._single())
        if len(options) == 1:
            return options[0]
        literals = [option["const"] for option in options if "const" in option]
        return {"type": "string", "enum": literals} if len(literals) == len(options) else {"anyOf": options}

    def _single(self) -> dict[str, Any]:
        token = self._take()
        if token == "{":
            return self._object()
        if token == "Array":
            self._take("<")
            items = self.type()
            self._take(">")
            return {"type": "array", "items": items}
        if token.startswith('"'):
            return {"const": token[1:-1]}
        return {"type": PLAIN[token]} if token in PLAIN else {}

    def _object(self) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required: list[str] = []
        while self._tokens[0] != "}":
            name = self._take()
            is_optional = self._tokens[0] == "?"
            if is_optional:
                self._take()
            self._take(":")
            properties[name] = self.type()
            self._take(";")
            if not is_optional:
                required.append(name)
        self._take("}")
        return {"type": "object", "properties": properties, "required": required}

    def _take(self, expected: str | None = None) -> str:
        token = self._tokens.pop(0)
        if expected is not None and token != expected:
            raise ValueError(f"{expected!r} should stand where {token!r} does")
        return token
