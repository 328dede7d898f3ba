"""Which of the request's own tools does what: chosen by what their schemas ask for, by no name known beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.models.apis.wire import Json, Use
from tests.models.conversation import Called, Request, Returned, Round, Tool
from tests.models.script import Action, Cut, Edit, Part, Plan, Read, Reply, Run, Say, Think, Wait, Write

COMMAND = ("command", "cmd")
PATH = ("file_path", "filePath", "path", "absolute_path")
CONTENT = ("content", "contents", "text")
OLD = ("old_string", "oldString", "old_str", "old_text")
NEW = ("new_string", "newString", "new_str", "new_text")
TODO = ("content", "step", "description", "title", "text", "subject")
TASK_ID = ("taskId", "task_id", "id")
"""Names of properties, the likeliest first."""

RUNS = re.compile("shell|bash|command", re.IGNORECASE)
"""What the description of a tool speaks of that runs commands."""
PATIENCE = 30_000
"""Milliseconds that a command may take before its tool hands back what there is. A setting of Codex, at its most."""
PERMISSIVE = ("allow", "approve", "approved", "low", "none", "yes")
"""What an answer by schema chooses where it is asked for a judgement."""
AN_ASIDE = "A scripted session"
"""The answer to whatever is asked beside the conversation: a title, mostly."""


class NoToolFor(Exception):
    """The request offers no tool for an action."""


def uses(part: Part, request: Request) -> tuple[Use, ...]:
    """The calls that do what the part says; none for a part that is no action. Raises NoToolFor."""
    match part:
        case Think() | Say() | Wait() | Cut():
            return ()
        case Plan():
            return _plan(part, request)
        case _:
            return (_use(part, request),)


def offers(part: Part, request: Request) -> bool:
    """Whether the request has, or promises, what the part needs."""
    try:
        uses(part, request)
    except NoToolFor:
        return False
    return True


def steps_done(request: Request) -> int:
    """Rounds since the prompt, without those that only prepared a step: a search for tools, the making of todos."""
    return sum(not _is_preparing(round_, request) for round_ in request.rounds())


def is_prepared(request: Request) -> bool:
    """Whether the last round only prepared the step that is due now."""
    rounds = request.rounds()
    return bool(rounds) and _is_preparing(rounds[-1], request)


def answer_of(request: Request) -> Reply:
    """The answer to what is asked beside the conversation, in the form it has to have."""
    if request.answer_schema is not None:
        return (Say(json.dumps(_filled(request.answer_schema, AN_ASIDE))),)
    return (Say(AN_ASIDE),)


def _is_preparing(round_: Round, request: Request) -> bool:
    names = {call.name for call in round_.calls}
    preparing = {tool.name for tool in (_searcher(request), _maker(request)) if tool}
    return bool(names) and names <= preparing


# ── files and commands ───────────────────────────────────────────────────────────────────────────────────────────────


def _use(action: Action, request: Request) -> Use:
    match action:
        case Run(command):
            return _run(command, request)
        case Read(path):
            if tool := _first(request.tools, _reads):
                return _given(tool, {_named(tool, PATH): _absolute(path, request)})
            return _run(f"cat {path}", request)
        case Write(path, text):
            if tool := _first(request.tools, lambda t: _asks(t, PATH, CONTENT)):
                values = {_named(tool, PATH): _absolute(path, request), _named(tool, CONTENT): text}
                return _given(tool, values)
            added = "".join(f"+{line}\n" for line in text.splitlines())
            return _patch(f"*** Add File: {path}\n{added}", request)
        case Edit(path, old, new):
            if tool := _first(request.tools, lambda t: _asks(t, PATH, OLD, NEW)):
                values = {
                    _named(tool, PATH): _absolute(path, request),
                    _named(tool, OLD): old,
                    _named(tool, NEW): new,
                }
                return _given(tool, values)
            return _patch(f"*** Update File: {path}\n@@\n-{old}\n+{new}\n", request)
        case _:
            raise NoToolFor(f"There is no single tool for {action!r}.")


def _run(command: str, request: Request) -> Use:
    tool = _first(request.tools, lambda t: _asks(t, COMMAND) and RUNS.search(t.description) is not None)
    if tool is None:
        raise NoToolFor(f"There is no tool to run {command!r} with.")
    name = _named(tool, COMMAND)
    is_list = tool.properties[name].get("type") == "array"
    values: Json = {name: ["bash", "-c", command] if is_list else command}
    if "yield_time_ms" in tool.properties:
        values["yield_time_ms"] = PATIENCE
    if "description" in tool.properties:
        values["description"] = "Run a command"
    return _given(tool, values)


def _patch(change: str, request: Request) -> Use:
    tool = _first(request.tools, lambda t: "patch" in t.name.lower())
    if tool is None:
        raise NoToolFor(f"There is no tool for this change of a file: {change}")
    patch = f"*** Begin Patch\n{change}*** End Patch\n"
    return Use(tool, patch if tool.schema is None else {tool.required[0]: patch})


def _reads(tool: Tool) -> bool:
    return "read" in tool.name.lower() and len(tool.required) == 1 and tool.required[0] in PATH


def _absolute(path: str, request: Request) -> str:
    folder = request.folder()
    return f"{folder}/{path}" if folder and not path.startswith("/") else path


# ── todos ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _plan(plan: Plan, request: Request) -> tuple[Use, ...]:
    """The whole list to a tool that takes one. Where one tool makes a todo and another changes it, those that are not
    there yet are made first, in a round of their own. Where tools are only promised, they are looked for."""
    if tool := _first(request.tools, lambda t: _list_of_todos(t) is not None):
        name = _list_of_todos(tool)
        assert name is not None
        return (
            _given(tool, {name: [_todo(tool.properties[name]["items"], *entry) for entry in plan.entries]}),
        )
    maker, changer = _maker(request), _changer(request)
    if maker and changer:
        made = _made(maker, request)
        if new := [text for text, _ in plan.entries if text not in made]:
            return tuple(_given(maker, {"subject": text}, text) for text in new)
        identity = _named(changer, TASK_ID)
        now = _statuses(changer, identity, request)
        todos = [(made[text], status) for text, status in plan.entries]
        due = [todo for todo in todos if todo not in now.items()] or todos[:1]
        return tuple(_given(changer, {identity: id_, "status": status}) for id_, status in due)
    if searcher := _searcher(request):
        return (_given(searcher, {"query": "task create update"}),)
    raise NoToolFor("There is no tool for todos.")


def _list_of_todos(tool: Tool) -> str | None:
    """The property that takes a list of things with a status."""
    for name, schema in tool.properties.items():
        items = schema.get("items") if schema.get("type") == "array" else None
        if isinstance(items, dict) and "status" in (items.get("properties") or {}):
            return name
    return None


def _todo(schema: Mapping[str, Any], text: str, status: str) -> Json:
    fields = schema["properties"]
    values: Json = {next(name for name in TODO if name in fields): text, "status": status}
    if "priority" in fields:
        values["priority"] = "medium"
    return {**_filled({**schema, "properties": fields}, text), **values}


def _maker(request: Request) -> Tool | None:
    return _first(request.tools, lambda t: "subject" in t.required)


def _changer(request: Request) -> Tool | None:
    return _first(request.tools, lambda t: _asks(t, TASK_ID) and "status" in t.properties)


def _made(maker: Tool, request: Request) -> dict[str, str]:
    """Todos that were made, text → the id that their tool gave them: the first number of what it said."""
    called: dict[str, str] = {}
    made: dict[str, str] = {}
    for entry in request.entries:
        match entry:
            case Called(id_, name, dict() as arguments) if name == maker.name:
                called[id_] = str(arguments["subject"])
            case Returned(id_, text) if id_ in called and (number := re.search(r"\d+", text)):
                made[called[id_]] = number[0]
            case _:
                pass
    return made


def _statuses(changer: Tool, identity: str, request: Request) -> dict[str, str]:
    """Id → the status that it was last set to."""
    calls = [e for e in request.entries if isinstance(e, Called) and e.name == changer.name]
    return {
        str(c.arguments[identity]): str(c.arguments["status"])
        for c in calls
        if isinstance(c.arguments, Mapping)
    }


def _searcher(request: Request) -> Tool | None:
    """The tool that finds tools which are promised and not there yet."""
    return _first(request.tools, lambda t: "query" in t.required and "deferred" in t.description.lower())


# ── schemas ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _first(tools: Iterable[Tool], fits: Any) -> Tool | None:
    return next((tool for tool in tools if fits(tool)), None)


def _asks(tool: Tool, *groups: tuple[str, ...]) -> bool:
    """Whether the tool requires a property of each group."""
    return all(any(name in tool.required for name in group) for group in groups)


def _named(tool: Tool, group: tuple[str, ...]) -> str:
    return next(name for name in group if name in tool.required)


def _given(tool: Tool, values: Mapping[str, Any], words: str = AN_ASIDE) -> Use:
    """The call with those values, and something fitting for whatever else the tool requires."""
    return Use(tool, {**_filled(tool.schema or {}, words), **values})


def _filled(schema: Mapping[str, Any], words: str) -> Any:
    """The least value that a JSON Schema allows; `words` stand for every text."""
    for given in ("default", "const"):
        if given in schema:
            return schema[given]
    if options := schema.get("enum"):
        return next((option for option in PERMISSIVE if option in options), options[0])
    if alternatives := schema.get("anyOf") or schema.get("oneOf"):
        return _filled(alternatives[0], words)
    kind = schema.get("type", "object" if "properties" in schema else None)
    kind = str(kind[0] if isinstance(kind, list) else kind).lower()
    if kind == "object":
        properties = schema.get("properties") or {}
        return {name: _filled(properties.get(name) or {}, words) for name in schema.get("required") or ()}
    if kind in {"number", "integer"}:
        return schema.get("minimum", 1)
    return {"array": [], "boolean": False, "null": None}.get(kind, words)
