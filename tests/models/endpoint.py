"""The scripted model endpoint: a server on the loopback that speaks four APIs and plays the scenario a prompt names.

    async with endpoint() as models:
        ... an agent whose base address is models.url ...
        exchange = await models.seen(lambda e: e.scenario == "stream" and e.words > 10)

`python -m tests.models` runs it by itself.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from tests.models import http
from tests.models.apis import anthropic, chat, gemini, responses
from tests.models.apis.wire import AnswerWriter, Api, Json
from tests.models.conversation import Request, marker
from tests.models.scenarios import SCENARIOS
from tests.models.script import Cut, Parts, Refuse, Reply, Say, Think, Wait
from tests.models.tools import NoToolFor, answer_of, is_prepared, steps_done, uses

Outcome = Literal["under way", "answered", "refused", "cut", "left", "broken"]
"""`left`: the client went before the answer was over. `broken`: the endpoint itself failed (`Exchange.failure`)."""
TIMEOUT = 30
"""Seconds that `seen` waits for what a test wants to see."""
RETRY_AFTER = "20"
"""Milliseconds after which an agent may try again that was refused. Some follow it, and so fail in a test's time."""
SECRETS = {"authorization", "x-api-key", "x-goog-api-key"}


@dataclass
class Exchange:
    """One request and what became of it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Json
    request: Request | None = None
    """None for what asks no model (lists of models, counts of tokens)."""
    scenario: str = ""
    """Empty for what is beside the conversation."""
    step: int = 0
    words: int = 0
    """Words said so far."""
    outcome: Outcome = "under way"
    failure: str = ""

    @property
    def key(self) -> str:
        """The key the agent showed, wherever its API has it."""
        found = next((self.headers[name] for name in self.headers if name in SECRETS), "")
        return found.removeprefix("Bearer ")


@dataclass
class Endpoint:
    """What the tests see of it."""

    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, scenario: str) -> list[Exchange]:
        """All exchanges of a scenario, in order."""
        return [exchange for exchange in self.exchanges if exchange.scenario == scenario]

    async def seen(self, wanted: Callable[[Exchange], bool], within: float | None = TIMEOUT) -> Exchange:
        """The first exchange that fits, as soon as there is one. Raises TimeoutError with what there was instead."""

        def first() -> Exchange | None:
            return next((exchange for exchange in self.exchanges if wanted(exchange)), None)

        try:
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: first() is not None)
        except TimeoutError:
            seen = [f"{e.path} {e.scenario} step {e.step} {e.outcome}" for e in self.exchanges]
            raise TimeoutError("no exchange as wanted among:\n" + "\n".join(seen)) from None
        found = first()
        assert found is not None
        return found

    async def changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def handle(self, call: http.Call, answer: http.Answer) -> None:
        """Answers one call."""
        exchange = Exchange(call.method, call.path, call.headers, json.loads(call.body or b"{}"))
        self.exchanges.append(exchange)
        await self.changed()
        try:
            exchange.outcome = await self._answer(exchange, answer)
        except http.Gone:
            exchange.outcome = "left"
            raise
        except Exception as error:  # noqa: BLE001  (told when the endpoint ends, so that no test passes over it)
            exchange.outcome, exchange.failure = "broken", repr(error)
            await answer.cut()
        finally:
            await self.changed()

    async def _answer(self, exchange: Exchange, answer: http.Answer) -> Outcome:
        path, body = exchange.path, exchange.body
        if exchange.method == "POST" and path.endswith("/count_tokens"):
            return await _whole(answer, anthropic.counted(anthropic.read(body, path)))
        if exchange.method == "POST" and path.endswith(":countTokens"):
            return await _whole(answer, gemini.counted(gemini.read(body, path)))
        api = _api(path) if exchange.method == "POST" else None
        if api is None:
            status = 200 if path.endswith("/models") else 404
            listing = {"data": [], "models": [], "object": "list", "has_more": False}
            await answer.whole(status, json.dumps(listing if status == 200 else {"error": path}).encode())
            return "answered"
        exchange.request = api.read(body, path)
        reply = _reply(exchange, exchange.request)
        if isinstance(reply, Refuse):
            problem = json.dumps(api.problem(reply.status, reply.message)).encode()
            await answer.whole(reply.status, problem, retry_after_ms=RETRY_AFTER)
            return "refused"
        return await self._play(exchange, exchange.request, reply, api.Writer(exchange.request), answer)

    async def _play(
        self, exchange: Exchange, request: Request, reply: Parts, writer: AnswerWriter, answer: http.Answer
    ) -> Outcome:
        """Says and does what the reply holds, at its pace."""
        send = answer.send if request.streams else _nowhere
        if request.streams:
            await answer.begin()
        await send(writer.begin())
        for part in reply:
            match part:
                case Think(words):
                    await send(writer.think(words))
                case Say():
                    for word in part.words():
                        await send(writer.say(word))
                        exchange.words += 1
                        await self.changed()
                        if part.pace:
                            await answer.pause(part.pace)
                case Wait():
                    await answer.pause(None)
                case Cut(in_order):
                    await (answer.end() if in_order and request.streams else answer.cut())
                    return "cut"
                case action:
                    for use in uses(action, request):
                        await send(writer.use(use))
        await send(writer.end())
        if not request.streams:
            return await _whole(answer, writer.whole())
        await answer.end()
        return "answered"


async def _nowhere(piece: bytes) -> None:
    """Where the events of an answer go that is given whole."""


@asynccontextmanager
async def endpoint(port: int = 0) -> AsyncGenerator[Endpoint]:
    """A running endpoint, on that port or a free one. Raises RuntimeError in the end if a request was beyond it."""
    models = Endpoint()
    async with http.serving(models.handle, port) as listening:
        models.url = f"http://127.0.0.1:{listening}"
        yield models
    broken = [f"{e.method} {e.path}: {e.failure}" for e in models.exchanges if e.outcome == "broken"]
    if broken:
        raise RuntimeError("the scripted model failed:\n" + "\n".join(broken))


async def _whole(answer: http.Answer, body: Json) -> Outcome:
    await answer.whole(200, json.dumps(body).encode())
    return "answered"


def _api(path: str) -> Api | None:
    """The API that a path belongs to."""
    if path.endswith("/messages"):
        return anthropic
    if path.endswith("/responses"):
        return responses
    if path.endswith("/chat/completions"):
        return chat
    if path.endswith((":generateContent", ":streamGenerateContent")):
        return gemini
    return None


def _reply(exchange: Exchange, request: Request) -> Reply:
    """What the model answers: what is asked beside the conversation by its form, all else by its scenario."""
    if request.is_aside:
        return answer_of(request)
    prompts = request.prompts()
    name, argument = (marker(prompts[-1].text) if prompts else None) or ("text", "")
    exchange.scenario = name
    exchange.step = steps_done(request)
    if name not in SCENARIOS:
        return (Say(f"There is no scenario {name!r}. There are: {', '.join(SCENARIOS)}."),)
    replies = SCENARIOS[name](argument, request)
    reply = replies[min(exchange.step, len(replies) - 1)]
    if isinstance(reply, Refuse):
        return reply
    try:
        calls = [use for part in reply for use in uses(part, request)]
    except NoToolFor as problem:
        return (Say(str(problem)),)
    if calls and is_prepared(request):  # what goes with the step was said when it was prepared
        return tuple(part for part in reply if not isinstance(part, Think | Say))
    return reply
