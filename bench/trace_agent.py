"""An agent for measuring: it speaks the Agent Client Protocol and says what it is told to, each piece with its time.

    trace SPEED SECONDS   the busiest stretch of the public trace, so many times as fast
    print BYTES           one tool call that prints so much
    say COUNT             so many thoughts and tools without any pause
    pace COUNT RATE SIZE  so many pieces of an answer, so many a second, each of so many bytes

A piece of text is `⟨nanoseconds⟩`, of the machine's monotonic clock, and some words.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from kanbanai.demo.trace import kinds, rhythm

WORDS = " it looks at what is there and thinks about what to do next, "


def write(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def update(body: dict[str, Any]) -> None:
    write({"method": "session/update", "params": {"sessionId": "s1", "update": body}})


class Voice:
    """Says thoughts, lines of an answer and tool calls."""

    def __init__(self) -> None:
        self._tools = 0

    def say(self, kind: str, size: int = 0) -> None:
        words = f"⟨{time.monotonic_ns()}⟩{WORDS}"
        text = {"type": "text", "text": words.ljust(size - 4, ".")}  # its two brackets are three bytes each
        match kind:
            case "thought":
                update({"sessionUpdate": "agent_thought_chunk", "content": text})
            case "message":
                update({"sessionUpdate": "agent_message_chunk", "content": text})
            case _:
                self._tool()

    def _tool(self) -> None:
        number, is_end = divmod(self._tools, 2)
        self._tools += 1
        body = {"toolCallId": f"t{number}", "status": "completed" if is_end else "in_progress"}
        if is_end:
            update({"sessionUpdate": "tool_call_update", **body})
        else:
            update({"sessionUpdate": "tool_call", "title": "ls", "kind": "execute", **body})

    def print(self, size: int) -> None:
        body = {"toolCallId": "big", "title": "cat", "kind": "execute"}
        update({"sessionUpdate": "tool_call", "status": "in_progress", **body})
        content = [
            {"type": "content", "content": {"type": "text", "text": "0123456789abcde\n" * (size // 16)}}
        ]
        update({"sessionUpdate": "tool_call_update", "status": "completed", "content": content, **body})


def busiest(seconds: int) -> tuple[int, list[int]]:
    """How many updates come before the busiest stretch of so many seconds, and those of each of its seconds."""
    counts = rhythm()
    sums = [sum(counts[begin : begin + seconds]) for begin in range(max(len(counts) - seconds, 0) + 1)]
    begin = sums.index(max(sums))
    return sum(counts[:begin]), counts[begin : begin + seconds]


def moments(speed: int, seconds: int) -> Iterator[float]:
    """When each update is due, in seconds from the beginning."""
    for second, count in enumerate(busiest(seconds)[1]):
        for number in range(count):
            yield (second + number / count) / speed


def work(prompt: str) -> None:
    command, *numbers = prompt.split()[:4]
    voice = Voice()
    match command, [int(one) for one in numbers]:
        case "trace", [speed, seconds]:
            voices = kinds()
            for _ in range(busiest(seconds)[0]):
                next(voices)
            began = time.monotonic()
            for due, kind in zip(moments(speed, seconds), voices, strict=False):
                time.sleep(max(began + due - time.monotonic(), 0))
                voice.say(kind)
        case "print", [size]:
            voice.print(size)
        case "say", [count]:
            for _, kind in zip(range(count), kinds(), strict=False):
                voice.say(kind)
        case "pace", [count, rate, size]:
            began = time.monotonic()
            for number in range(count):
                time.sleep(max(began + number / rate - time.monotonic(), 0))
                voice.say("message", size)
        case _:
            voice.say("message")


def main() -> None:
    for line in sys.stdin:
        message = json.loads(line)
        match message.get("method"):
            case "initialize":
                result: dict[str, Any] = {"protocolVersion": 1, "agentCapabilities": {}}
            case "session/new":
                result = {"sessionId": "s1"}
            case "session/prompt":
                work(message["params"]["prompt"][0]["text"])
                result = {"stopReason": "end_turn"}
            case _:
                continue
        write({"id": message["id"], "result": result})


if __name__ == "__main__":
    main()
