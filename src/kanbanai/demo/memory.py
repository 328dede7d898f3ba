"""What the demo agent remembers of its sessions: one small file each, so that they can be taken up again."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

FORGET_AFTER = 30 * 24 * 3600
"""Seconds after which a session that nobody took up again is forgotten: a month, as other agents do."""
LONGEST_KEPT = 2_000
"""Characters kept of what was said: it only has to show that it was not forgotten."""


@dataclass
class Session:
    """A conversation: `turns` are pairs of what was asked and what was answered."""

    cwd: str
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    mode: str = "ask"
    model: str = "demo-1"
    trusted: bool = False
    """Somebody said that it need not ask again."""
    turns: list[tuple[str, str]] = field(default_factory=list)


class Memory:
    """The sessions of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Memory:
        """The folder `kanbanai-demo` in $XDG_STATE_HOME, which is ~/.local/state unless it is set."""
        base = environment.get("XDG_STATE_HOME", "")
        state = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state"
        return cls(state / "kanbanai-demo")

    def keep(self, session: Session) -> None:
        """Writes a session down; what was there before stays whole until it is replaced."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._forget_old_ones()
        turns = [(asked[:LONGEST_KEPT], answered[:LONGEST_KEPT]) for asked, answered in session.turns]
        file = self._file(session.id)
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps({**asdict(session), "turns": turns}), encoding="utf-8")
        fresh.replace(file)

    def recall(self, session_id: str) -> Session | None:
        """A session by its id; None: there is none, or none that can be read."""
        if not re.fullmatch(r"[0-9a-f]{32}", session_id):
            return None
        try:
            kept = json.loads(self._file(session_id).read_text(encoding="utf-8"))
            turns = [(str(asked), str(answered)) for asked, answered in kept.pop("turns")]
            return Session(**kept, turns=turns)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _file(self, session_id: str) -> Path:
        return self._folder / f"{session_id}.json"

    def _forget_old_ones(self) -> None:
        for file in self._folder.glob("*.json"):
            if time.time() - file.stat().st_mtime > FORGET_AFTER:
                file.unlink(missing_ok=True)
