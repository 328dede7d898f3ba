"""The scripted model by itself: what it makes of requests. (What real agents make of its answers: tests/agents.)"""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from tests.models.apis.declarations import declared
from tests.models.conversation import Called, Request, Returned, Said, Tool
from tests.models.endpoint import Endpoint, endpoint
from tests.models.script import Edit, Plan, Read, Run, Write
from tests.models.tools import NoToolFor, answer_of, steps_done, uses

PATHS = {
    "anthropic": "/v1/messages",
    "responses": "/v1/responses",
    "chat": "/v1/chat/completions",
    "gemini": "/v1beta/models/m:streamGenerateContent",
}
SHELL = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
ABOUT = "Runs a shell command"


def body(api: str, prompt: str) -> dict[str, Any]:
    """A request with one prompt and one tool, as each API wants it."""
    tool: dict[str, Any]
    message = {"role": "user", "content": prompt}
    match api:
        case "anthropic":
            tool = {"name": "sh", "description": ABOUT, "input_schema": SHELL}
            return {"model": "m", "stream": True, "messages": [message], "tools": [tool]}
        case "responses":
            tool = {"type": "function", "name": "sh", "description": ABOUT, "parameters": SHELL}
            return {"model": "m", "stream": True, "input": prompt, "tools": [tool]}
        case "chat":
            tool = {
                "type": "function",
                "function": {"name": "sh", "description": ABOUT, "parameters": SHELL},
            }
            return {"model": "m", "stream": True, "messages": [message], "tools": [tool]}
        case _:
            tool = {"functionDeclarations": [{"name": "sh", "description": ABOUT, "parameters": SHELL}]}
            return {"contents": [{"role": "user", "parts": [{"text": prompt}]}], "tools": [tool]}


@pytest.fixture
async def models() -> AsyncGenerator[Endpoint]:
    async with endpoint() as running:
        yield running


async def ask(models: Endpoint, api: str, prompt: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=models.url, headers={"x-api-key": "key"}) as client:
        return await client.post(PATHS[api], json=body(api, prompt))


def events(response: httpx.Response) -> list[dict[str, Any]]:
    lines = (line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: "))
    return [json.loads(line) for line in lines if line != "[DONE]"]


@pytest.mark.parametrize("api", PATHS)
async def test_a_text_streams_and_ends(models: Endpoint, api: str) -> None:
    response = await ask(models, api, "[[text a fine day]]")
    assert response.headers["content-type"] == "text/event-stream"
    assert "a fine day" in response.text
    last = json.dumps(events(response)[-1])
    ending = {
        "anthropic": "message_stop",
        "responses": "response.completed",
        "chat": "usage",
        "gemini": "STOP",
    }
    assert ending[api] in last
    [exchange] = models.exchanges
    assert (exchange.scenario, exchange.outcome, exchange.key) == ("text", "answered", "key")


@pytest.mark.parametrize("api", PATHS)
async def test_an_action_becomes_a_call_of_the_requests_own_tool(models: Endpoint, api: str) -> None:
    response = await ask(models, api, "[[run make all]]")
    assert '"sh"' in response.text
    pieces = "".join(json.dumps(event) for event in events(response))
    assert "make" in pieces


@pytest.mark.parametrize("api", PATHS)
async def test_an_error_has_its_status(models: Endpoint, api: str) -> None:
    response = await ask(models, api, "[[error 401]]")
    assert response.status_code == 401
    assert "on purpose" in response.json()["error"]["message"]
    assert models.exchanges[0].outcome == "refused"


@pytest.mark.parametrize("api", PATHS)
async def test_a_cut_stream_breaks_off(models: Endpoint, api: str) -> None:
    with pytest.raises(httpx.TransportError):
        await ask(models, api, "[[cut]]")
    assert (await models.seen(lambda e: e.outcome != "under way")).outcome == "cut"


async def test_it_sees_a_client_leave_in_mid_stream(models: Endpoint) -> None:
    async with (
        httpx.AsyncClient(base_url=models.url) as client,
        client.stream("POST", PATHS["chat"], json=body("chat", "[[stream]]")) as response,
    ):
        async for line in response.aiter_lines():
            if "word2" in line:
                break
    exchange = await models.seen(lambda e: e.outcome == "left")
    assert 2 <= exchange.words < 100


async def test_an_unknown_scenario_says_which_there_are(models: Endpoint) -> None:
    response = await ask(models, "chat", "[[nonsense]]")
    assert "There is no scenario 'nonsense'. There are: text, stream" in response.text


async def test_an_exchange_that_never_comes_fails_with_those_that_did(models: Endpoint) -> None:
    await ask(models, "chat", "[[text]]")
    with pytest.raises(TimeoutError, match="/v1/chat/completions text step 0 answered"):
        await models.seen(lambda e: e.scenario == "plan", within=0.01)


def tool(name: str, *required: str, about: str = "", **properties: Any) -> Tool:
    schema = {"properties": {n: {"type": "string"} for n in required} | properties, "required": [*required]}
    return Tool(name, about, schema)


def asking(*tools: Tool, entries: tuple[Any, ...] = ()) -> Request:
    return Request((Said("user", "[[plan]]"), *entries), tools, system="Working directory: /w")


def test_tools_are_chosen_by_what_they_ask_for() -> None:
    request = asking(
        tool("a", "query", about="finds deferred tools"),
        tool("b", "file_path", "content"),
        tool("c", "filePath", "oldString", "newString", "instruction"),
        tool("d", "cmd", about="Runs a shell command"),
        tool("e_read", "path"),
    )
    [write] = uses(Write("x", "text"), request)
    [edit] = uses(Edit("x", "1", "2"), request)
    [run] = uses(Run("make"), request)
    [read] = uses(Read("x"), request)
    assert (write.tool.name, write.arguments) == ("b", {"file_path": "/w/x", "content": "text"})
    assert edit.tool.name == "c"
    assert isinstance(edit.arguments, dict)
    assert edit.arguments["newString"] == "2"
    assert edit.arguments["instruction"]
    assert (run.tool.name, run.arguments) == ("d", {"cmd": "make"})
    assert (read.tool.name, read.arguments) == ("e_read", {"path": "/w/x"})
    [search] = uses(Plan((("One", "pending"),)), request)
    assert search.tool.name == "a"


def test_without_a_tool_that_fits_it_says_so() -> None:
    with pytest.raises(NoToolFor, match="run 'make'"):
        uses(Run("make"), asking(tool("b", "file_path", "content")))


def test_a_patch_stands_in_for_tools_that_write_and_edit() -> None:
    request = asking(Tool("apply_patch", "Free text"))
    [write] = uses(Write("x.py", "1\n2\n"), request)
    [edit] = uses(Edit("x.py", "1", "3"), request)
    assert write.arguments == "*** Begin Patch\n*** Add File: x.py\n+1\n+2\n*** End Patch\n"
    assert edit.arguments == "*** Begin Patch\n*** Update File: x.py\n@@\n-1\n+3\n*** End Patch\n"


MAKER = tool("make", "subject", "activeForm")
CHANGER = tool("change", "taskId", status={"type": "string"})


def test_todos_that_are_made_one_by_one_are_made_first_and_then_set() -> None:
    plan = Plan((("One", "completed"), ("Two", "in_progress"), ("Three", "pending")))
    made = (
        *(Called(f"c{n}", "make", {"subject": text}) for n, (text, _) in enumerate(plan.entries)),
        *(Returned(f"c{n}", f"Todo #{n + 7} is there") for n in range(3)),
    )
    before, after = asking(MAKER, CHANGER), asking(MAKER, CHANGER, entries=made)
    assert [use.arguments for use in uses(plan, before)] == [
        {"subject": text, "activeForm": text} for text, _ in plan.entries
    ]
    assert [use.arguments for use in uses(plan, after)] == [
        {"taskId": "7", "status": "completed"},
        {"taskId": "8", "status": "in_progress"},
        {"taskId": "9", "status": "pending"},
    ]
    assert (steps_done(before), steps_done(after)) == (0, 0), "making them is no step"
    changed = (Called("d", "change", {"taskId": "7", "status": "completed"}), Returned("d", "done"))
    later = asking(MAKER, CHANGER, entries=(*made, *changed))
    assert steps_done(later) == 1
    assert {"taskId": "7", "status": "completed"} not in [use.arguments for use in uses(plan, later)]


def test_what_an_agent_adds_to_the_users_words_is_no_prompt() -> None:
    request = Request(
        entries=(
            Said("user", "<system-reminder>\n[[error 500]]\n</system-reminder>"),
            Said("user", "First [[text]]"),
            Said("agent", "An instruction"),
            Said("model", "An answer"),
            Said("user", "Second [[run x]]"),
            Called("1", "sh", {"command": "x"}),
            Returned("1", "y"),
            Said("user", "Tool loaded."),
        )
    )
    assert [prompt.text for prompt in request.prompts()] == ["First [[text]]", "Second [[run x]]"]
    assert steps_done(request) == 1


def test_an_answer_by_schema_judges_mildly() -> None:
    schema = {
        "type": "object",
        "properties": {
            "verdict": {"enum": ["deny", "allow"]},
            "why": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "risks": {"type": "array"},
            "optional": {"type": "string"},
        },
        "required": ["verdict", "why", "risks"],
    }
    reply = answer_of(Request((), (), answer_schema=schema))
    assert isinstance(reply, tuple)
    assert json.loads(reply[0].text) == {  # type: ignore[union-attr]  # it is a text, or this fails
        "verdict": "allow",
        "why": "A scripted session",
        "risks": [],
    }


DECLARATIONS = """\
Runs JavaScript.

### `apply_patch`
Edits files.

exec tool declaration:
```ts
declare const tools: { apply_patch(input: string): Promise<unknown>; };
```

### `update_plan`
Sets the plan.

exec tool declaration:
```ts
declare const tools: { update_plan(args: {
  // Why: or "what".
  explanation?: string;
  plan: Array<{
  status: "pending" | "completed";
  step: string;
}>;
}): Promise<{ output: string; }>; };
```
"""


def test_tools_declared_in_typescript_have_a_schema() -> None:
    patch, plan = declared(DECLARATIONS, "exec")
    assert (patch.name, patch.schema, patch.inside) == ("apply_patch", None, "exec")
    todo = {
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["pending", "completed"]},
            "step": {"type": "string"},
        },
        "required": ["status", "step"],
    }
    assert plan.schema == {
        "type": "object",
        "properties": {"explanation": {"type": "string"}, "plan": {"type": "array", "items": todo}},
        "required": ["plan"],
    }


async def send_nonsense() -> None:
    async with endpoint() as models, httpx.AsyncClient(base_url=models.url) as client:
        with pytest.raises(httpx.TransportError):
            await client.post(PATHS["chat"], json={"messages": 1})


async def test_what_the_endpoint_does_not_understand_fails_the_test_that_runs_it() -> None:
    with pytest.raises(RuntimeError, match="POST /v1/chat/completions: TypeError"):
        await send_nonsense()
