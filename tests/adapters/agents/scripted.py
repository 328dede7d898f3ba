"""A tiny ACP agent for what no real agent does: `python scripted.py <misbehaviour>`. Only the standard library."""

from __future__ import annotations

import json
import os
import sys
import threading
from typing import Any

BAD = sys.argv[1]
MEGABYTE = 1 << 20


def send(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def update(session: str = "s1", **fields: Any) -> None:
    send(method="session/update", params={"sessionId": session, "update": fields})


def say(text: str, session: str = "s1") -> None:
    update(session, sessionUpdate="agent_message_chunk", content={"type": "text", "text": text})


def hang() -> None:
    threading.Event().wait()


def at_start() -> None:
    match BAD:
        case "hangs-at-start":
            hang()
        case "dies-at-start":
            print("no such module: brain", file=sys.stderr)
            sys.exit(7)
        case "garbage-at-start":
            sys.stdout.write("Welcome to the agent!\n\n{half\n[1, 2]\n")
            sys.stdout.flush()
        case "floods-stderr":
            sys.stderr.write("x" * (2 * MEGABYTE) + "\nlast words\n")
            sys.stderr.flush()
        case "closes-output":
            os.close(1)
            hang()
        case _:
            pass


def on_initialize() -> dict[str, Any]:
    capabilities: dict[str, Any] = {"loadSession": BAD in {"replays", "forgets"}}
    if BAD == "ignores-everything":
        capabilities["sessionCapabilities"] = {"close": {}}
    return {"protocolVersion": 2 if BAD == "speaks-v2" else 1, "agentCapabilities": capabilities}


def on_prompt(number: int) -> None:
    misbehave()
    asks()
    match BAD:
        case "unknown-stop":
            send(id=number, result={"stopReason": "bored"})
        case "error-code":
            send(id=number, error={"code": 500, "message": json.dumps({"error": {"message": "overloaded"}})})
        case _:
            send(id=number, result={"stopReason": "end_turn"})


def misbehave() -> None:
    match BAD:
        case "dies":
            say("I am about to")
            print("a bug", file=sys.stderr, flush=True)
            os._exit(9)
        case "killed":
            os.kill(os.getpid(), 9)
        case "garbage":
            say("before ")
            sys.stdout.write("Segmentation fault (not really)\n" * 3)
            say("after")
        case "long-line":
            say("y" * (20 * MEGABYTE))
        case "unknown-kinds":
            update(sessionUpdate="telepathy", thought=42)
            send(method="agent/dreams", params={"of": "sheep"})
            send(method="_private/thing", params={})
        case "out-of-order":
            update(sessionUpdate="tool_call_update", toolCallId="t1", status="completed", title="Late")
            update(sessionUpdate="tool_call", toolCallId="t1", status="pending", title="Early")
            update(sessionUpdate="tool_call", toolCallId="t2", status="in_progress", title="Open")
        case _:
            misbehave_more()


def misbehave_more() -> None:
    match BAD:
        case "other-session":
            say("mine ")
            say("not mine", session="s2")
        case "silent":
            sys.stdin.readline()
        case "ignores-everything":
            hang()
        case "counts":
            for n in range(200):
                say(f"{n} ")
        case "many-unknown":
            for n in range(200):
                update(sessionUpdate=f"kind-{n}")
        case "replays":
            say("fresh")
        case _:
            pass


def asks() -> None:
    match BAD:
        case "unknown-kinds":
            say(str(asked("craft/drainMidTurnQueue")["error"]["code"]))
        case "asks-for-files":
            say(str(asked("fs/write_text_file", path="/x", content="")["error"]["code"]))
        case "asks":
            options = [{"optionId": "a1", "kind": "allow_once"}, {"optionId": "r1", "kind": "reject_once"}]
            call = {"toolCallId": "t", "title": "Rm"}
            answer = asked("session/request_permission", toolCall=call, options=options)
            say(json.dumps(answer["result"]["outcome"]))
        case _:
            pass


def asked(method: str, **params: Any) -> dict[str, Any]:
    """What the client answers; what it says before that is not listened to."""
    send(id="mine", method=method, params={"sessionId": "s1", **params})
    for line in sys.stdin:
        message: dict[str, Any] = json.loads(line)
        if message.get("id") == "mine":
            return message
    sys.exit(1)


def main() -> None:
    at_start()
    for line in sys.stdin:
        message = json.loads(line)
        number = message.get("id")
        match message.get("method"):
            case "initialize":
                send(id=number, result=on_initialize())
            case "session/new" if BAD == "logged-out":
                send(id=number, error={"code": -32000, "message": "Authentication required"})
            case "session/new" if BAD == "nameless":
                send(id=number, result={})
            case "session/new":
                send(id=number, result={"sessionId": "s1", "modes": {"availableModes": [{"id": "yolo"}]}})
            case "session/load" if BAD == "replays":
                say("said long ago", session=message["params"]["sessionId"])
                send(id=number, result=None)
            case "session/load":
                send(id=number, error={"code": -32602, "message": "No previous sessions found"})
            case "session/prompt":
                on_prompt(number)
            case _ if number is not None and BAD != "ignores-everything":
                send(id=number, error={"code": -32601, "message": "Method not found"})


if __name__ == "__main__":
    main()
