"""Gemini: `POST /v1beta/models/<model>:<verb>` (stream, whole, count), as Gemini CLI speaks it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from tests.models.apis.wire import Json, Use, joined, sse, texts, tokens
from tests.models.conversation import Called, Entry, Image, Request, Returned, Said, Tool

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    429: "RESOURCE_EXHAUSTED",
}


def read(body: Json, path: str) -> Request:
    settings = body.get("generationConfig") or {}
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = calling.get("allowedFunctionNames") or []
    model, _, verb = path.rpartition("/")[2].partition(":")
    return Request(
        entries=tuple(_entries(body.get("contents") or [])),
        tools=tuple(_tool(d) for t in body.get("tools") or [] for d in t.get("functionDeclarations") or []),
        system=texts((body.get("systemInstruction") or {}).get("parts")),
        model=model,
        streams=verb == "streamGenerateContent",
        answer_schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
        forced_tool=allowed[0] if calling.get("mode") == "ANY" and allowed else None,
        size=len(json.dumps(body)),
        extra={"thinks": bool((settings.get("thinkingConfig") or {}).get("includeThoughts"))},
    )


def problem(status: int, message: str) -> Json:
    return {"error": {"code": status, "message": message, "status": STATUSES.get(status, "INTERNAL")}}


def counted(request: Request) -> Json:
    """The answer to `countTokens`."""
    return {"totalTokens": tokens(request.size)}


class Writer:
    def __init__(self, request: Request) -> None:
        self._request = request
        self._parts: list[Json] = []

    def begin(self) -> bytes:
        return b""

    def think(self, text: str) -> bytes:
        if not self._request.extra["thinks"]:
            return b""
        return self._part({"text": f"**Thinking** {text}", "thought": True})

    def say(self, text: str) -> bytes:
        return self._part({"text": text})

    def use(self, use: Use) -> bytes:
        signature = base64.b64encode(b"scripted").decode()
        call = {"name": use.tool.name, "args": use.arguments}
        return self._part({"functionCall": call, "thoughtSignature": signature})

    def end(self) -> bytes:
        return sse(self._response([{"text": ""}], "STOP"))

    def whole(self) -> Json:
        return self._response(self._parts, "STOP")

    def _part(self, part: Json) -> bytes:
        self._parts.append(part)
        return joined([sse(self._response([part]))])

    def _response(self, parts: list[Json], reason: str | None = None) -> Json:
        candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
        if reason:
            candidate["finishReason"] = reason
        taken, given = tokens(self._request.size), tokens(len(json.dumps(self._parts)))
        usage = {"promptTokenCount": taken, "candidatesTokenCount": given, "totalTokenCount": taken + given}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": self._request.model}


def _tool(declaration: Json) -> Tool:
    schema = declaration.get("parametersJsonSchema") or declaration.get("parameters") or {}
    return Tool(declaration["name"], declaration.get("description", ""), schema)


def _entries(contents: list[Json]) -> Iterator[Entry]:
    """Calls have no id here; a result belongs to the earliest call of its name that has none yet."""
    count = 0
    open_calls: list[tuple[str, str]] = []
    for content in contents:
        for part in content.get("parts") or []:
            if "functionCall" in part:
                count += 1
                name = part["functionCall"]["name"]
                open_calls.append((name, str(count)))
                yield Called(str(count), name, part["functionCall"].get("args") or {})
            elif "functionResponse" in part:
                yield _returned(part["functionResponse"], open_calls)
            elif "inlineData" in part:
                yield Said("user", "", (_image(part["inlineData"]),))
            elif part.get("text") and not part.get("thought"):
                yield Said("user" if content.get("role") == "user" else "model", part["text"])


def _returned(answer: Json, open_calls: list[tuple[str, str]]) -> Returned:
    name = answer["name"]
    id_ = next((call for call in open_calls if call[0] == name), (name, ""))
    if id_ in open_calls:
        open_calls.remove(id_)
    response: Any = answer.get("response") or {}
    text = response.get("output") or response.get("error") or json.dumps(response)
    return Returned(id_[1], text if isinstance(text, str) else json.dumps(text))


def _image(inline: Json) -> Image:
    return Image(inline.get("mimeType", ""), base64.b64decode(inline.get("data", "")))
