"""One turn of the demo agent, as its parts see it: say, think, plan, use tools, ask."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from kanbanai.demo.memory import Session
from kanbanai.demo.pace import Pace
from kanbanai.demo.peer import Json, Peer

WORDS = re.compile(r"\S+\s*|\s+")
_CALLS = itertools.count(1)


class Turn:
    """The turn of a prompt. What it says goes to the client at once."""

    def __init__(
        self, peer: Peer, session: Session, pace: Pace, *, prompt: str, images: Sequence[str] = ()
    ) -> None:
        self._peer = peer
        self.session = session
        self.pace = pace
        self.prompt = prompt
        self.images = images
        """The MIME types of the pictures that came with it."""
        self.said: list[str] = []
        self.words = 0

    async def update(self, said: str, /, **fields: object) -> None:
        """Tells the client one thing."""
        update = {"sessionUpdate": said, **fields}
        await self._peer.tell("session/update", {"sessionId": self.session.id, "update": update})

    async def think(self, text: str) -> None:
        """Thinks aloud, word by word."""
        await self._write("agent_thought_chunk", text, 0.06)

    async def say(self, text: str) -> None:
        """Writes a part of the answer, word by word."""
        self.said.append(text)
        await self._write("agent_message_chunk", text, 0.06)

    async def _write(self, kind: str, text: str, seconds: float) -> None:
        for word in WORDS.findall(text):
            self.words += 1
            await self.update(kind, content={"type": "text", "text": word})
            await self.pace.pause(seconds)

    async def plan(self, steps: Sequence[str], done: int) -> None:
        """Shows the plan: so many steps are done, the next one is being worked at."""
        states = [
            "completed" if n < done else "in_progress" if n == done else "pending" for n in range(len(steps))
        ]
        entries = [
            {"content": step, "priority": "medium", "status": state}
            for step, state in zip(steps, states, strict=True)
        ]
        await self.update("plan", entries=entries)

    async def call(self, title: str, kind: str, **fields: object) -> str:
        """Begins a tool call; its id."""
        call_id = f"call-{self.session.id[:8]}-{len(self.session.turns)}-{next(_CALLS)}"
        await self.update(
            "tool_call", toolCallId=call_id, title=title, kind=kind, status="in_progress", **fields
        )
        return call_id

    async def called(self, call_id: str, status: str | None = None, **fields: object) -> None:
        """Tells what became of a tool call."""
        state = {} if status is None else {"status": status}
        await self.update("tool_call_update", toolCallId=call_id, **state, **fields)

    async def allowed(self, call_id: str, title: str, **fields: object) -> bool:
        """Asks for a permission."""
        answer = await self._peer.ask(
            "session/request_permission",
            {
                "sessionId": self.session.id,
                "toolCall": {"toolCallId": call_id, "title": title, **fields},
                "options": [
                    {"optionId": "once", "name": "Allow", "kind": "allow_once"},
                    {"optionId": "always", "name": "Always allow", "kind": "allow_always"},
                    {"optionId": "no", "name": "Reject", "kind": "reject_once"},
                ],
            },
        )
        chosen = answer.get("outcome", {}).get("optionId")
        if chosen == "always":
            self.session.trusted = True
        return chosen in {"once", "always"}

    def usage(self) -> Json:
        """What a model would have used, by a rule of thumb: four characters a token."""
        tokens = len(self.prompt) // 4 + 1_200
        output = self.words + 1
        return {
            "inputTokens": tokens,
            "outputTokens": output,
            "cachedReadTokens": 1_000,
            "totalTokens": tokens + output,
        }


def text(shown: str) -> list[Json]:
    """The content of a tool call that shows a text."""
    return [{"type": "content", "content": {"type": "text", "text": shown}}]
