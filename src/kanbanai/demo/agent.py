"""The demo agent's side of the protocol: sessions, prompts, cancellation."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from typing import Any

from kanbanai.demo import commands, trace, writing
from kanbanai.demo.memory import Memory, Session
from kanbanai.demo.pace import Pace
from kanbanai.demo.peer import Json, Peer, Refused
from kanbanai.demo.turn import Turn, text
from kanbanai.demo.words import Wish, wishes
from kanbanai.demo.work import work

MODES = {
    "ask": ("Ask", "Asks before it runs a command"),
    "edit": ("Edit", "Edits files unasked, asks before it runs a command"),
    "full": ("Full", "Does everything unasked"),
    "plan": ("Plan", "Changes nothing"),
}
MODELS = ("demo-1", "demo-2")
CONTEXT = 200_000
"""Tokens of a model's window, as far as a model that is none has one."""
DEATH = 3
"""The exit code of `demo: die`."""


class DemoAgent:
    """Answers the client."""

    def __init__(self, memory: Memory, pace: Pace, version: str) -> None:
        self._memory = memory
        self._pace = pace
        self._version = version
        self._sessions: dict[str, Session] = {}
        self._turns: dict[str, asyncio.Task[Json]] = {}

    async def answer(self, peer: Peer, method: str, params: Json) -> Json:
        """One call or notification. Raises Refused for what it does not know."""
        match method:
            case "initialize":
                return self._introduction()
            case "session/new":
                session = Session(cwd=_folder(params["cwd"]))
                self._sessions[session.id] = session
                return {"sessionId": session.id, **_settings(session)}
            case "session/load" | "session/resume":
                session = self._taken_up(params["sessionId"], _folder(params["cwd"]))
                if method == "session/load":
                    await _replay(peer, session)
                return _settings(session)
            case "session/prompt":
                return await self._prompt(peer, self._session(params), params["prompt"])
            case "session/cancel" | "session/close":
                await self._cancel(params["sessionId"])
                return {}
            case "session/set_mode":
                return self._set(self._session(params), "mode", params["modeId"])
            case "session/set_config_option":
                return self._set(self._session(params), params["configId"], params["value"])
            case _:
                raise Refused(-32601, "Method not found", {"method": method})

    async def close(self) -> None:
        """Ends what goes on."""
        for session_id in list(self._turns):
            await self._cancel(session_id)

    def _introduction(self) -> Json:
        return {
            "protocolVersion": 1,
            "agentCapabilities": {
                "loadSession": True,
                "promptCapabilities": {"image": True, "embeddedContext": True},
                "sessionCapabilities": {"resume": {}, "close": {}},
            },
            "agentInfo": {"name": "kanbanai-demo", "title": "Demo agent", "version": self._version},
            "authMethods": [],
        }

    def _session(self, params: Json) -> Session:
        found = self._sessions.get(params["sessionId"])
        if found is None:
            raise Refused(-32002, "Resource not found", {"sessionId": params["sessionId"]})
        return found

    def _taken_up(self, session_id: str, cwd: str) -> Session:
        session = self._sessions.get(session_id) or self._memory.recall(session_id)
        if session is None:
            raise Refused(-32002, "Resource not found", {"sessionId": session_id})
        session.cwd = cwd
        self._sessions[session.id] = session
        return session

    def _set(self, session: Session, name: str, value: Any) -> Json:
        offered = {"mode": tuple(MODES), "model": MODELS}.get(name, ())
        if value not in offered:
            raise Refused(-32602, f"{name} must be one of {', '.join(offered)}")
        setattr(session, name, value)
        return _settings(session)

    async def _cancel(self, session_id: str) -> None:
        task = self._turns.get(session_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _prompt(self, peer: Peer, session: Session, blocks: list[Json]) -> Json:
        if session.id in self._turns:
            raise Refused(-32600, "A turn is going on already")
        asked = "\n".join(block["text"] for block in blocks if block.get("type") == "text")
        images = [block["mimeType"] for block in blocks if block.get("type") == "image"]
        turn = Turn(peer, session, self._pace, prompt=asked, images=images)
        task = asyncio.create_task(self._play(turn))
        self._turns[session.id] = task
        try:
            await asyncio.wait([task])
            outcome = {"stopReason": "cancelled"} if task.cancelled() else task.result()
        finally:
            task.cancel()
            del self._turns[session.id]
            session.turns.append((asked, "".join(turn.said)))
            self._memory.keep(session)
        used = sum(len(question) + len(answer) for question, answer in session.turns) // 4 + 1_200
        cost = {"amount": round(used / 1_000_000, 6), "currency": "USD"}
        await turn.update("usage_update", used=used, size=CONTEXT, cost=cost)
        return {**outcome, "usage": turn.usage()}

    async def _play(self, turn: Turn) -> Json:
        asked_for = wishes(turn.prompt)
        if any(wish.word == "slow" for wish in asked_for):
            turn.pace = turn.pace.times(0.2)
        if any(wish.word == "fast" for wish in asked_for):
            turn.pace = Pace(0)
        if all(wish.word in {"fast", "slow"} for wish in asked_for):
            await (writing.write(turn) if writing.is_writing(turn.prompt) else work(turn))
        for wish in asked_for:
            if await _fulfil(turn, wish) == "refusal":
                return {"stopReason": "refusal"}
        return {"stopReason": "end_turn"}


def _folder(cwd: str) -> str:
    if not os.path.isabs(cwd) or not os.path.isdir(cwd):  # noqa: PTH112, PTH117  (a text in, the same text out)
        raise Refused(-32602, f"cwd must be a folder that exists, as an absolute path, not {cwd!r}")
    return cwd


def _settings(session: Session) -> Json:
    modes = [{"id": key, "name": name, "description": told} for key, (name, told) in MODES.items()]
    return {
        "modes": {"currentModeId": session.mode, "availableModes": modes},
        "configOptions": [
            {
                "id": "model",
                "name": "Model",
                "category": "model",
                "type": "select",
                "currentValue": session.model,
                "options": [{"value": model, "name": model} for model in MODELS],
            }
        ],
    }


async def _replay(peer: Peer, session: Session) -> None:
    turn = Turn(peer, session, Pace(0), prompt="")
    for asked, answered in session.turns:
        await turn.update("user_message_chunk", content={"type": "text", "text": asked})
        await turn.update("agent_message_chunk", content={"type": "text", "text": answered})


async def _fulfil(turn: Turn, wish: Wish) -> str | None:
    """Does what a word stands for; `refusal` when the turn is to end so."""
    match wish.word:
        case "refuse":
            return "refusal"
        case "fail" | "unauthorized" | "die" | "hang":
            await _go_wrong(turn, wish.word)
        case "ask":
            await _ask(turn)
        case "say":
            await turn.say(
                "".join(f"Line {number} of {wish.number}.\n" for number in range(1, wish.number + 1))
            )
        case "shell":
            argv = ["sleep", str(wish.number)]
            await commands.run(turn, shlex.join(argv), argv)
        case "tools":
            for number in range(wish.number):
                call_id = await turn.call(f"Read part {number + 1}", "read")
                await turn.called(call_id, "completed", content=text(f"part {number + 1}"))
        case "big-output":
            script = f"import sys\nfor n in range({wish.number} << 14): sys.stdout.write(f'{{n:63d}}\\n')"
            await commands.run(turn, f"print {wish.number} MB", [sys.executable, "-c", script], whole=True)
        case "trace":
            await trace.play(turn, wish.number)
        case _:
            pass  # the pace: it counts for the whole turn
    return None


async def _go_wrong(turn: Turn, word: str) -> None:
    await turn.say("I begin, but")
    if word == "fail":
        raise Refused(-32603, "Internal error", {"details": "The model's provider answered 500"})
    if word == "unauthorized":
        raise Refused(-32000, "Authentication required")
    if word == "die":
        print("the demo agent dies as it was asked to", file=sys.stderr, flush=True)  # noqa: T201  (its last word)
        os._exit(DEATH)
    await asyncio.Event().wait()


async def _ask(turn: Turn) -> None:
    title = "Touch demo.txt"
    call_id = await turn.call(title, "edit")
    allowed = await turn.allowed(call_id, title, kind="edit")
    await turn.called(call_id, "completed" if allowed else "failed")
    await turn.say("Thank you." if allowed else "Then I leave it.")
