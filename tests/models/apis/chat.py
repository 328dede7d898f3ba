"""OpenAI Chat Completions: `POST /v1/chat/completions`, as OpenCode speaks it to servers "like OpenAI"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.models.apis.wire import (
    Json,
    Use,
    arguments,
    data_url,
    fresh_id,
    halves,
    joined,
    sse,
    texts,
    tokens,
)
from tests.models.conversation import Called, Entry, Request, Returned, Said, Tool


def read(body: Json, path: str) -> Request:
    wanted = (body.get("response_format") or {}).get("json_schema") or {}
    choice = body.get("tool_choice")
    messages = body.get("messages") or []
    instructions = [m for m in messages if m["role"] in {"system", "developer"}]
    return Request(
        entries=tuple(_entries(messages)),
        tools=tuple(_tool(t["function"]) for t in body.get("tools") or [] if t["type"] == "function"),
        system="\n".join(texts(m["content"]) for m in instructions),
        model=body.get("model", ""),
        streams=bool(body.get("stream")),
        answer_schema=wanted.get("schema"),
        forced_tool=choice["function"]["name"] if isinstance(choice, dict) else None,
        size=len(json.dumps(body)),
    )


def problem(status: int, message: str) -> Json:
    kind = {401: "invalid_api_key", 429: "rate_limit_exceeded"}.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


class Writer:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._head = {"id": fresh_id("chatcmpl"), "created": 0, "model": request.model}
        self._said = ""
        self._thought = ""
        self._calls: list[Json] = []

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def think(self, text: str) -> bytes:
        self._thought += text
        return self._chunk({"reasoning_content": text})

    def say(self, text: str) -> bytes:
        self._said += text
        return self._chunk({"content": text})

    def use(self, use: Use) -> bytes:
        index = len(self._calls)
        call = {
            "id": fresh_id("call"),
            "type": "function",
            "function": {"name": use.tool.name, "arguments": ""},
        }
        self._calls.append({**call, "function": {"name": use.tool.name, "arguments": use.text}})
        pieces = [{"index": index, "function": {"arguments": piece}} for piece in halves(use.text)]
        return joined(self._chunk({"tool_calls": [piece]}) for piece in [{"index": index, **call}, *pieces])

    def end(self) -> bytes:
        closing = sse(
            {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": self._usage()}
        )
        return joined([self._chunk({}, self._reason()), closing, b"data: [DONE]\n\n"])

    def whole(self) -> Json:
        message: Json = {"role": "assistant", "content": self._said or None}
        if self._calls:
            message["tool_calls"] = self._calls
        choice = {"index": 0, "message": message, "finish_reason": self._reason()}
        return {**self._head, "object": "chat.completion", "choices": [choice], "usage": self._usage()}

    def _reason(self) -> str:
        return "tool_calls" if self._calls else "stop"

    def _usage(self) -> Json:
        written = (
            len(self._said) + len(self._thought) + sum(len(c["function"]["arguments"]) for c in self._calls)
        )
        taken, given = tokens(self._request.size), tokens(written)
        return {"prompt_tokens": taken, "completion_tokens": given, "total_tokens": taken + given}

    def _chunk(self, delta: Json, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return sse({**self._head, "object": "chat.completion.chunk", "choices": [choice]})


def _tool(function: Json) -> Tool:
    return Tool(function["name"], function.get("description", ""), function.get("parameters") or {})


def _entries(messages: list[Json]) -> Iterator[Entry]:
    for message in messages:
        match message["role"]:
            case "user":
                yield from _said(message["content"])
            case "assistant":
                if text := texts(message.get("content")):
                    yield Said("model", text)
                for call in message.get("tool_calls") or []:
                    function = call["function"]
                    yield Called(call["id"], function["name"], arguments(function["arguments"]))
            case "tool":
                yield Returned(message["tool_call_id"], texts(message["content"]))
            case _:
                pass  # instructions: they are the request's `system`


def _said(content: Any) -> Iterator[Said]:
    if isinstance(content, str):
        yield Said("user", content)
        return
    for block in content:
        if block["type"] == "text":
            yield Said("user", block["text"])
        elif block["type"] == "image_url" and (picture := data_url(block["image_url"]["url"])):
            yield Said("user", "", (picture,))
