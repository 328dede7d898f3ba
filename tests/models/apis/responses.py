"""OpenAI Responses: `POST /v1/responses`, as Codex speaks it.

Its known models have a *code mode*: most tools are not called by themselves but by JavaScript that the model gives to
one tool with free text; what there is to call is listed in an input item `additional_tools`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.models.apis.declarations import declared
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
    items = body.get("input") or []
    if isinstance(items, str):
        items = [{"type": "message", "role": "user", "content": items}]
    wanted = (body.get("text") or {}).get("format") or {}
    choice = body.get("tool_choice")
    return Request(
        entries=tuple(_entries(items)),
        tools=tuple(_tools(body.get("tools") or [], items)),
        system=body.get("instructions") or "",
        model=body.get("model", ""),
        streams=bool(body.get("stream")),
        answer_schema=wanted.get("schema"),
        forced_tool=choice.get("name") if isinstance(choice, dict) else None,
        size=len(json.dumps(body)),
    )


def problem(status: int, message: str) -> Json:
    kind = {401: "invalid_api_key", 429: "rate_limit_exceeded"}.get(status, "server_error")
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


class Writer:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._items: list[Json] = []
        self._open = False
        self._written = 0
        self._number = 0

    def begin(self) -> bytes:
        self._response: Json = {
            "id": fresh_id("resp"),
            "object": "response",
            "created_at": 0,
            "status": "in_progress",
            "model": self._request.model,
            "output": [],
        }
        return self._event("response.created", response=self._response)

    def think(self, text: str) -> bytes:
        events = []
        if not self._is_in("reasoning"):
            events = [self._close(), self._start({"type": "reasoning", "id": fresh_id("rs"), "summary": []})]
            part = {"type": "summary_text", "text": ""}
            self._items[-1]["summary"] = [dict(part)]
            events.append(self._event("response.reasoning_summary_part.added", summary_index=0, part=part))
        self._items[-1]["summary"][0]["text"] += text
        self._written += len(text)
        events.append(self._event("response.reasoning_summary_text.delta", summary_index=0, delta=text))
        return joined(events)

    def say(self, text: str) -> bytes:
        events = []
        if not self._is_in("message"):
            item = {"type": "message", "id": fresh_id("msg"), "role": "assistant", "content": []}
            events = [self._close(), self._start(item)]
            part = {"type": "output_text", "text": "", "annotations": []}
            self._items[-1]["content"] = [dict(part)]
            events.append(self._event("response.content_part.added", content_index=0, part=part))
        self._items[-1]["content"][0]["text"] += text
        self._written += len(text)
        events.append(self._event("response.output_text.delta", content_index=0, delta=text))
        return joined(events)

    def use(self, use: Use) -> bytes:
        call = {"id": fresh_id("fc"), "call_id": fresh_id("call"), "status": "completed"}
        if use.tool.inside is not None:
            item = {"type": "custom_tool_call", **call, "name": use.tool.inside, "input": _javascript(use)}
        elif use.tool.schema is None:
            item = {"type": "custom_tool_call", **call, "name": use.tool.name, "input": use.text}
        else:
            item = {"type": "function_call", **call, "name": use.tool.name, "arguments": use.text}
            if use.tool.namespace:
                item["namespace"] = use.tool.namespace
        written = "input" if "input" in item else "arguments"
        kind = "custom_tool_call_input" if "input" in item else "function_call_arguments"
        events = [self._close(), self._start({**item, written: "", "status": "in_progress"})]
        events += [
            self._event(f"response.{kind}.delta", item_id=item["id"], delta=piece)
            for piece in halves(item[written])
        ]
        self._written += len(item[written])
        self._items[-1] = item
        return joined([*events, self._close()])

    def end(self) -> bytes:
        taken, given = tokens(self._request.size), tokens(self._written)
        closing = self._close()
        self._response |= {
            "status": "completed",
            "output": self._items,
            "usage": {
                "input_tokens": taken,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": given,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": taken + given,
            },
        }
        return joined([closing, self._event("response.completed", response=self._response)])

    def whole(self) -> Json:
        return self._response

    def _is_in(self, kind: str) -> bool:
        return self._open and bool(self._items[-1]["type"] == kind)

    def _start(self, item: Json) -> bytes:
        self._open = True
        self._items.append(dict(item))
        return self._event("response.output_item.added", item=item)

    def _close(self) -> bytes:
        if not self._open:
            return b""
        self._open = False
        return self._event("response.output_item.done", item=self._items[-1])

    def _event(self, kind: str, **fields: Any) -> bytes:
        self._number += 1
        payload = {
            "type": kind,
            "sequence_number": self._number,
            "output_index": max(0, len(self._items) - 1),
        }
        return sse({**payload, **fields}, kind)


def _javascript(use: Use) -> str:
    """A program for the code mode that calls one tool and hands on what it returns."""
    return f"const result = await tools.{use.tool.name}({json.dumps(use.arguments)});\ntext(result);\n"


def _tools(listed: list[Json], items: list[Json]) -> Iterator[Tool]:
    for entry in listed:
        yield from _tool(entry)
    for item in items:
        if item.get("type") == "additional_tools":
            for entry in item["tools"]:
                yield from _tool(entry)


def _tool(entry: Json, namespace: str | None = None) -> Iterator[Tool]:
    match entry.get("type"):
        case "function":
            schema = entry.get("parameters") or {}
            yield Tool(entry["name"], entry.get("description", ""), schema, namespace=namespace)
        case "custom":
            yield Tool(entry["name"], entry.get("description", ""), None, namespace=namespace)
            yield from declared(entry.get("description", ""), entry["name"])
        case "namespace":
            for inner in entry.get("tools") or []:
                yield from _tool(inner, entry["name"])
        case _:
            pass  # what OpenAI itself would run


def _entries(items: list[Json]) -> Iterator[Entry]:
    for item in items:
        match item.get("type", "message"):
            case "message":
                yield from _said(item)
            case "function_call":
                yield Called(item["call_id"], item["name"], arguments(item["arguments"]))
            case "custom_tool_call":
                yield Called(item["call_id"], item["name"], item["input"])
            case "function_call_output" | "custom_tool_call_output":
                yield Returned(item["call_id"], texts(item["output"]))
            case _:
                pass  # reasoning, lists of tools


def _said(message: Json) -> Iterator[Said]:
    content = message["content"]
    blocks = [{"type": "input_text", "text": content}] if isinstance(content, str) else content
    by = {"user": "user", "assistant": "model"}.get(message["role"], "agent")
    for block in blocks:
        if "text" in block:
            yield Said(by, block["text"])  # type: ignore[arg-type]  # one of the three
        elif block["type"] == "input_image" and (picture := data_url(block.get("image_url") or "")):
            yield Said("user", "", (picture,))
