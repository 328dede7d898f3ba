"""Names say what a thing is; every module says what it is for."""

import ast
import re

from tests.house.sources import PACKAGE, parsed, place

EMPTY_WORDS = {"manager", "helper", "util", "common", "misc", "data", "info"}
"""Words that fit everything and so say nothing (docs/glossary.md); in the singular."""


def _says_nothing(name: str) -> bool:
    """Whether the last word, which is what the thing is, is one of those: a DataFolder is a folder."""
    words: list[str] = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return bool(words) and words[-1].lower().removesuffix("s") in EMPTY_WORDS


def test_no_module_is_named_for_nothing() -> None:
    empty = [str(s.path) for s in parsed(PACKAGE) if any(_says_nothing(part) for part in s.module.split("."))]
    assert not empty


def test_no_class_is_named_for_nothing() -> None:
    empty = [
        f"{place(source, node)}: {node.name}"
        for source in parsed(PACKAGE)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and _says_nothing(node.name)
    ]
    assert not empty


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(s.path) for s in parsed(PACKAGE) if not (ast.get_docstring(s.tree) or "").strip()]
    assert not silent


def test_the_rule_sees_the_names_it_is_for() -> None:
    refused = ["CardManager", "utils", "card_helpers", "HTTPInfo", "Data", "common"]
    allowed = ["DataFolder", "Card", "Information", "Commonwealth", "store"]
    assert [name for name in (*refused, *allowed) if _says_nothing(name)] == refused
