"""What real agents said, and what it means: `recorded/<AGENT>-<scenario>.json`.

Each holds what the agent sent in one turn (`messages`, as it was, but for the folder's name) and what was made of it
(`updates`). After a change of the translation that is meant, `python -m tests.adapters.agents.recordings` writes the
second part anew; the difference is then read in git.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from kanbanai.adapters.agents import failures
from kanbanai.adapters.agents.presets import preset_of
from kanbanai.adapters.agents.translate import Translation
from kanbanai.domain.agents import CATALOGUE
from kanbanai.domain.times import Timestamp

FOLDER = Path(__file__).with_name("recorded")
TREE = "/home/ada/tree"
"""The session's folder in every recording."""
NOW = Timestamp("2026-11-24T12:00:00.000Z")


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def translated(name: str) -> list[Any]:
    """Every update of a recording as `[kind, update]`, ended by how the turn ended."""
    agent = CATALOGUE[name.partition("-")[0]]
    translation = Translation(TREE)
    translation.turn_begins()
    told: list[Any] = []
    for message in recorded(name)["messages"]:
        match message:
            case {"method": "session/update", "params": params}:
                told += translation.update(params, NOW)
            case {"method": "session/request_permission", "params": params}:
                updates, ask = translation.ask(params, NOW)
                told += [*updates, ask]
            case {"method": method, "id": _}:
                told.append(f"refused: {method}")
            case {"method": method}:
                told += translation.notification(method, message.get("params"))
            case {"error": error}:
                told += translation.turn_ends(None, NOW, cancelled=False)
                sentence = failures.of_error(
                    agent, preset_of(agent), error["code"], error["message"], error.get("data")
                )
                told.append(f"failed: {sentence}")
            case {"result": result}:
                end = failures.of_reply(agent, result, translation.failed)
                told += [*translation.turn_ends(result, NOW, cancelled=end.reason == "cancelled"), end]
            case _:
                raise ValueError(f"{name} has something that is no message: {message}")
    return [one if isinstance(one, str) else [type(one).__name__, _plain(one)] for one in told]


def _plain(update: Any) -> Any:
    return json.loads(msgspec.json.encode(update))


def write() -> None:
    for name in names():
        recording = recorded(name) | {"updates": translated(name)}
        text = json.dumps(recording, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
