"""What a user can set, type, call or receive is told in the documents.

The names come from the program itself, so that a new setting, command, route or event without a word of documentation
fails here.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import typer

from kanbanai import config
from kanbanai.cli import app
from kanbanai.domain.wire import CLASSES
from tests.house.sources import PACKAGE, ROOT, repository_files

METHODS = ("get", "post", "put", "patch", "delete")
ROUTE = re.compile(rf"\b({'|'.join(METHODS)})\b[ `]+(/[^\s`|,;)]*)", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{[^}/]*\}|:[A-Za-z_]\w*")
PREFIX = re.compile(r"^/api(?:/v1)?(?=/|$)")


@cache
def _documents() -> str:
    """All that a person wrote for persons: README and docs/, without the generated files."""
    pages = [p for p in repository_files() if p.suffix == ".md" and p.is_relative_to(ROOT / "docs")]
    return "\n".join(page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *pages])


def _generated(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "docs" / "api" / name).read_text(encoding="utf-8"))
    return document


def _mentions(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", text) is not None


def _route(method: str, path: str) -> tuple[str, str]:
    """One spelling: `GET /api/v1/cards/{card_id:str}/` and `GET /cards/:id` are the same route."""
    plain = PLACEHOLDER.sub("{}", PREFIX.sub("", path.partition("?")[0]))
    return method.upper(), plain.rstrip("/") or "/"


def _commands(group: Any, words: tuple[str, ...]) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield " ".join((*words, name))


def test_every_setting_is_told() -> None:
    """The names of the environment that config/ reads, as it spells them."""
    tree = ast.parse((PACKAGE / "config" / "__init__.py").read_text(encoding="utf-8"))
    names = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and not hasattr(config, node.value)  # what it exports
        and re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT|DEBUG", node.value)
    }
    assert names
    assert [name for name in sorted(names) if not _mentions(_documents(), name)] == []


def test_every_command_is_told() -> None:
    commands = list(_commands(typer.main.get_command(app), ("kanbanai",)))
    assert commands
    assert [command for command in commands if not _mentions(_documents(), command)] == []


def test_every_route_is_told() -> None:
    routes = {
        _route(method, path)
        for path, operations in _generated("openapi.json")["paths"].items()
        for method in operations
        if method in METHODS
    }
    assert routes
    told = {_route(method, path) for method, path in ROUTE.findall(_documents())}
    assert sorted(routes - told) == []


def test_every_event_of_the_streams_is_told() -> None:
    messages = _generated("asyncapi.json")["components"]["messages"]
    names = {message.get("name", key) for key, message in messages.items()}
    assert names
    assert [name for name in sorted(names) if not _mentions(_documents(), name)] == []


def test_every_event_of_the_log_is_told() -> None:
    assert CLASSES
    assert [kind for kind in sorted(CLASSES) if not _mentions(_documents(), kind)] == []


def test_routes_are_compared_whatever_their_spelling() -> None:
    told = ROUTE.findall(
        "| `GET /cards/:id/attempts?limit` | and PATCH `/api/v1/projects/{projectId}/`, or\n POST /x"
    )
    assert [_route(method, path) for method, path in told] == [
        ("GET", "/cards/{}/attempts"),
        ("PATCH", "/projects/{}"),
        ("POST", "/x"),
    ]
    assert _route("get", "/api/v1") == ("GET", "/")
