"""Writes the generated documents: `python -m kanbanai.http.describe [FOLDER]` (without a folder: docs/api)."""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from kanbanai.http import asyncapi, openapi
from kanbanai.http.api import ROUTES

FOLDER = Path("docs/api")


def documents() -> dict[str, str]:
    """The generated documents by file name."""
    version = metadata.version("kanbanai")
    return {
        "openapi.json": _text(openapi.document(ROUTES, version)),
        "asyncapi.json": _text(asyncapi.document(version)),
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> None:
    """Writes them into the folder named, or into docs/api."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{folder / name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
