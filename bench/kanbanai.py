"""Our own server as a peer, and what a benchmark asks of it over HTTP: a project, boards of any size."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bench.generator import Request
from bench.peers import MARK, Peer, padding

API = "/api/v1"


class Refused(RuntimeError):
    """The server answered a benchmark's own request with an error."""


class Api:
    """One kept-alive connection that speaks JSON."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def close(self) -> None:
        self._connection.close()

    def __call__(self, method: str, path: str, body: object = None) -> Any:
        return self.send(method, path, None if body is None else json.dumps(body).encode())

    def send(self, method: str, path: str, body: bytes | None, kind: str = "application/json") -> Any:
        self._connection.request(method, API + path, body, {"Content-Type": kind})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return json.loads(text) if text else None


@dataclass(frozen=True)
class Board:
    id: str
    columns: Sequence[str]
    cards: Sequence[str]

    def stream(self, view: str = "patch") -> str:
        return f"{API}/sse?boardId={self.id}" + (f"&view={view}" if view else "")

    def edits(self, pad: int, cards: Sequence[str] | None = None) -> list[Request]:
        """One change of a title per card, in turn."""
        body = json.dumps({"title": MARK + padding(pad)})
        return [
            Request("PATCH", f"{API}/boards/{self.id}/cards/{card}", body) for card in cards or self.cards
        ]


class KanbanAI(Peer):
    """`kanbanai serve` of this checkout on a data folder of its own, which survives a restart within the benchmark."""

    name = "kanbanai"
    event: str | None = "state_patch"
    ready_event: str | None = "state"
    publisher_headers: Sequence[str] = ("Content-Type: application/json", "Prefer: return=minimal")

    def __init__(self) -> None:
        super().__init__()
        self.board: Board | None = None

    def command(self) -> list[str]:
        program = Path(sys.executable).with_name("kanbanai")
        return [
            str(program),
            "serve",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.data),
        ]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def database(self) -> Path:
        """The database's file, for those who write into it while the server is down."""
        found = [path for path in self.data.glob("*") if path.suffix in {".db", ".sqlite", ".sqlite3"}]
        if len(found) != 1:
            raise RuntimeError(
                f"expected one database in the data folder, found {[path.name for path in found]}"
            )
        return found[0]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KANBANAI_")}
        return {**kept, "XDG_DATA_HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", API + "/readyz")
            return connection.getresponse().status == 200
        return False

    @property
    def viewer_path(self) -> str:
        return self.chosen_board().stream()

    def requests(self, pad: int) -> list[Request]:
        return self.chosen_board().edits(pad)

    def chosen_board(self) -> Board:
        if self.board is None:
            raise RuntimeError("open_board() first")
        return self.board

    def with_board(self, cards: int, description: int = 0) -> Self:
        self.board = self.open_board(cards, description)
        return self

    def open_board(self, cards: int, description: int = 0) -> Board:
        """A new project whose board has `cards` cards in its four columns, each with `description` bytes of text."""
        api = Api(self.port)
        try:
            project = api.send(
                "POST", "/projects/import", self._board_file(cards, description), "application/x-ndjson"
            )
            board = project["project"]["boardId"]
            state = api("GET", f"/boards/{board}")["state"]
        finally:
            api.close()
        return Board(
            board,
            state["columnOrder"],
            [card for column in state["columnOrder"] for card in state["columns"][column]["cardIds"]],
        )

    def _repository(self) -> Path:
        repository = self.folder / "repository"
        if not repository.exists():
            author = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"]
            subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
            subprocess.run(
                ["git", "-C", str(repository), *author, "commit", "-q", "--allow-empty", "-m", "Begin"],
                check=True,
            )
        return repository

    def _board_file(self, cards: int, description: int) -> bytes:
        """The board as a file to import."""
        words = random.Random(2)
        path = str(self._repository())
        lines: list[dict[str, object]] = [
            {"type": "project", "version": 1, "name": f"Board of {cards}", "repositoryPath": path}
        ]
        lines += [{"type": "column", "id": role, "title": role, "key": role} for role in ROLES]
        for column, role in enumerate(ROLES):
            for number in range(column, cards, len(ROLES)):
                title = f"Card {number}: {prose(words, 40)}"
                card: dict[str, object] = {
                    "type": "card",
                    "id": str(number),
                    "columnId": role,
                    "title": title,
                }
                if description:
                    card["description"] = prose(words, description)
                lines.append(card)
        return "".join(json.dumps(line) + "\n" for line in lines).encode()


ROLES = ("backlog", "inProgress", "review", "done")
WORDS = (
    "board",
    "card",
    "moves",
    "to",
    "review",
    "when",
    "tests",
    "pass",
    "and",
    "each",
    "change",
    "is",
    "read",
    "first",
)


def prose(words: random.Random, size: int) -> str:
    """Text of `size` bytes that compresses about as well as what people write, which one repeated letter would not."""
    text = ""
    while len(text) < size:
        text += f"{words.choice(WORDS)}{words.randrange(10, 99)} "
    return text[:size]
