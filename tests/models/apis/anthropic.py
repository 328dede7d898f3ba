"""Anthropic Messages: `POST /v1/messages` and `/v1/messages/count_tokens`, as Claude Code speaks it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from tests.models.apis.wire import Json, Use, fresh_id, halves, joined, sse, texts, tokens
from tests.models.conversation import Called, Entry, Image, Request, Returned, Said, Tool

ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def read(body: Json, path: str) -> Request:
    choice = body.get("tool_choice") or {}
    wanted = (body.get("output_config") or {}).get("format") or body.get("output_format") or {}
    return Request(
        entries=tuple(_entries(body.get("messages") or [])),
        tools=tuple(Tool(t["name"], t.get("description", ""), t["input_schema"]) for t in _own_tools(body)),
        system=texts(body.get("system")),
        model=body.get("model", ""),
        streams=bool(body.get("stream")),
        answer_schema=wanted.get("schema"),
        forced_tool=choice.get("name") if choice.get("type") == "tool" else None,
        size=len(json.dumps(body)),
        extra={"thinks": (body.get("thinking") or {}).get("type", "disabled") != "disabled"},
    )


def problem(status: int, message: str) -> Json:
    return {"type": "error", "error": {"type": ERRORS.get(status, "api_error"), "message": message}}


def counted(request: Request) -> Json:
    """The answer to `count_tokens`."""
    return {"input_tokens": tokens(request.size)}


class Writer:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._blocks: list[Json] = []
        self._open = False
        self._written = 0

    def begin(self) -> bytes:
        self._message: Json = {
            "id": fresh_id("msg"),
            "type": "message",
            "role": "assistant",
            "model": self._request.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {
                "input_tokens": tokens(self._request.size),
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 1,
            },
        }
        return sse({"type": "message_start", "message": self._message}, "message_start")

    def think(self, text: str) -> bytes:
        if not self._request.extra["thinks"]:
            return b""
        block = {"type": "thinking", "thinking": "", "signature": ""}
        return self._delta(block, "thinking", {"type": "thinking_delta", "thinking": text})

    def say(self, text: str) -> bytes:
        return self._delta({"type": "text", "text": ""}, "text", {"type": "text_delta", "text": text})

    def use(self, use: Use) -> bytes:
        block = {"type": "tool_use", "id": fresh_id("toolu"), "name": use.tool.name, "input": {}}
        events = [self._close(), self._start(block)]
        for piece in halves(use.text):
            events.append(
                self._event("content_block_delta", delta={"type": "input_json_delta", "partial_json": piece})
            )
            self._written += len(piece)
        self._blocks[-1]["input"] = use.arguments
        return joined(events)

    def end(self) -> bytes:
        used = any(block["type"] == "tool_use" for block in self._blocks)
        self._message |= {"stop_reason": "tool_use" if used else "end_turn", "content": self._blocks}
        self._message["usage"] |= {"output_tokens": tokens(self._written)}
        delta = {"stop_reason": self._message["stop_reason"], "stop_sequence": None}
        return joined(
            [
                self._close(),
                sse(
                    {"type": "message_delta", "delta": delta, "usage": self._message["usage"]},
                    "message_delta",
                ),
                sse({"type": "message_stop"}, "message_stop"),
            ]
        )

    def whole(self) -> Json:
        return self._message

    def _delta(self, block: Json, field: str, delta: Json) -> bytes:
        events = []
        if not self._open or self._blocks[-1]["type"] != block["type"]:
            events = [self._close(), self._start(block)]
        self._blocks[-1][field] += delta[field]
        self._written += len(delta[field])
        return joined([*events, self._event("content_block_delta", delta=delta)])

    def _start(self, block: Json) -> bytes:
        self._open = True
        self._blocks.append(dict(block))
        return self._event("content_block_start", content_block=block)

    def _close(self) -> bytes:
        if not self._open:
            return b""
        self._open = False
        events = []
        if self._blocks[-1]["type"] == "thinking":
            signature = base64.b64encode(b"scripted").decode()
            self._blocks[-1]["signature"] = signature
            events = [
                self._event("content_block_delta", delta={"type": "signature_delta", "signature": signature})
            ]
        return joined([*events, self._event("content_block_stop")])

    def _event(self, kind: str, **fields: Any) -> bytes:
        return sse({"type": kind, "index": len(self._blocks) - 1, **fields}, kind)


def _own_tools(body: Json) -> Iterator[Json]:
    """The tools that the agent runs; those that Anthropic would run have a type and no schema."""
    yield from (tool for tool in body.get("tools") or [] if "input_schema" in tool)


def _entries(messages: list[Json]) -> Iterator[Entry]:
    for message in messages:
        role, content = message["role"], message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        for block in blocks:
            if entry := _entry(role, block):
                yield entry


def _entry(role: str, block: Json) -> Entry | None:
    match block["type"]:
        case "text":
            by = {"user": "user", "assistant": "model"}.get(role, "agent")
            return Said(by, block["text"])  # type: ignore[arg-type]  # one of the three
        case "image":
            return Said("user", "", (_image(block),))
        case "tool_use":
            return Called(block["id"], block["name"], block["input"])
        case "tool_result":
            return _returned(block)
        case _:
            return None  # thinking, and what only Anthropic's own tools leave behind


def _returned(block: Json) -> Returned:
    content = block.get("content")
    pictures = [part for part in content or [] if isinstance(part, dict) and part.get("type") == "image"]
    return Returned(block["tool_use_id"], texts(content), tuple(map(_image, pictures)))


def _image(block: Json) -> Image:
    source = block["source"]
    return Image(source.get("media_type", ""), base64.b64decode(source.get("data", "")))
