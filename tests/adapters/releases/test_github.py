"""Asking for the latest release: seldom, never for long, and never with an error."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import httpx
import pytest

from kanbanai.adapters.releases.github import GithubReleases
from kanbanai.adapters.releases.silent import SilentReleases
from tests.world import TickingClock

pytestmark = pytest.mark.anyio

Answer = Callable[[httpx.Request], httpx.Response]


class Forge(httpx.AsyncBaseTransport):
    """GitHub, as far as it is asked: it answers what it is told to, once it may."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answer: Answer = lambda _request: httpx.Response(200, json={"tag_name": "v1.2.3", "body": "…"})
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        await self.may_answer.wait()
        return self.answer(request)


@pytest.fixture
def forge() -> Forge:
    return Forge()


@pytest.fixture
async def open_releases(forge: Forge) -> AsyncGenerator[Callable[..., GithubReleases]]:
    opened: list[GithubReleases] = []

    def make(**options: object) -> GithubReleases:
        wanted = {"token": None, "ttl": 900.0, "clock": TickingClock(), "transport": forge} | options
        opened.append(GithubReleases("owner/name", **wanted))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for releases in opened:
        await releases.close()


Open = Callable[..., GithubReleases]


async def test_the_latest_release_is_told_without_the_v_of_its_tag(open_releases: Open, forge: Forge) -> None:
    release = await open_releases(token="t0ken").latest()
    assert release.version == "1.2.3"
    assert release.checked_at.startswith("2026-11-23T18:42:00")
    (request,) = forge.asked
    assert str(request.url) == "https://api.github.com/repos/owner/name/releases/latest"
    assert request.headers["Authorization"] == "Bearer t0ken"


async def test_an_answer_holds_for_its_time_and_many_who_ask_together_ask_once(
    open_releases: Open, forge: Forge
) -> None:
    releases = open_releases()
    answers = await asyncio.gather(*(releases.latest() for _ in range(5)))
    assert {answer.version for answer in answers} == {"1.2.3"}
    assert await releases.latest() == answers[0]
    assert len(forge.asked) == 1


async def test_when_its_time_is_over_it_is_asked_again(open_releases: Open, forge: Forge) -> None:
    releases = open_releases(ttl=0.0)
    first = await releases.latest()
    forge.answer = lambda _request: httpx.Response(200, json={"tag_name": "1.3.0"})
    second = await releases.latest()
    assert (first.version, second.version) == ("1.2.3", "1.3.0")
    assert second.checked_at > first.checked_at


def _refused(_request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network")


@pytest.mark.parametrize(
    "answer",
    [
        _refused,
        lambda _request: httpx.Response(404, json={"message": "Not Found"}),
        lambda _request: httpx.Response(403, json={"message": "rate limit"}),
        lambda _request: httpx.Response(200, content=b"<html>"),
        lambda _request: httpx.Response(200, json={"tag_name": 5}),
        lambda _request: httpx.Response(200, json={"tag_name": ""}),
        lambda _request: httpx.Response(200, json={"tag_name": "1.0", "body": "x" * 1_100_000}),
    ],
)
async def test_a_failure_is_no_error_and_holds_as_long_as_an_answer(
    open_releases: Open, forge: Forge, answer: Answer
) -> None:
    forge.answer = answer
    releases = open_releases()
    assert (await releases.latest()).version is None
    assert (await releases.latest()).version is None
    assert len(forge.asked) == 1


async def test_after_a_failure_what_was_known_stays_known(open_releases: Open, forge: Forge) -> None:
    releases = open_releases(ttl=0.0)
    await releases.latest()
    forge.answer = _refused
    assert (await releases.latest()).version == "1.2.3"


async def test_nobody_waits_longer_than_the_patience_and_the_answer_that_comes_late_is_kept(
    open_releases: Open, forge: Forge
) -> None:
    forge.may_answer.clear()
    releases = open_releases(patience=0.05)
    assert (await releases.latest()).version is None
    forge.may_answer.set()
    while (await releases.latest()).version is None:
        continue  # each look waits a while for the answer that is on its way
    assert len(forge.asked) == 1


async def test_closing_gives_up_what_is_being_asked(forge: Forge) -> None:
    forge.may_answer.clear()
    releases = GithubReleases(
        "owner/name", token=None, ttl=1.0, clock=TickingClock(), transport=forge, patience=0.05
    )
    await releases.latest()
    await asyncio.wait_for(releases.close(), 5)


async def test_a_server_that_nobody_told_where_to_ask_asks_nobody() -> None:
    assert (await SilentReleases(TickingClock()).latest()).version is None
