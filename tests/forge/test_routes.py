"""GitHub over HTTP, as a client of KanbanAI sees it, against the stand-in."""

from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import msgspec
import pytest

from kanbanai.domain.github import GithubApp
from kanbanai.http.provide import Services
from kanbanai.runtime.github.accounts import GithubAccounts
from tests.forge.standin import StandIn
from tests.http.conftest import edge
from tests.http.wiring import services_on, speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio
AUTH = "/api/v1/auth/github"


@pytest.fixture
def services(world: World, github: StandIn, tmp_path: Path) -> Services:
    return services_on(world, tmp_path, github.base)


@pytest.fixture
async def client(services: Services) -> AsyncGenerator[httpx.AsyncClient]:
    async with speaking_to(edge(services)) as client:
        yield client


async def test_from_the_app_to_the_account_and_back(
    services: Services, world: World, github: StandIn
) -> None:
    accounts = services.accounts
    assert isinstance(accounts, GithubAccounts)
    moments = iter(range(0, 10_000, 60))
    accounts._clock = lambda: float(next(moments))
    async with speaking_to(edge(services)) as client:
        none = await client.post(f"{AUTH}/device/start")
        assert (none.status_code, none.json()["title"]) == (503, "GitHub device flow unavailable")
        await client.put(f"{AUTH}/app", json={"clientId": "Iv1.known", "clientSecret": "s3cret"})
        started = (await client.post(f"{AUTH}/device/start")).json()
        assert set(started) == {
            "userCode",
            "verificationUri",
            "verificationUriComplete",
            "expiresIn",
            "interval",
        }
        github.flows[0].answer = "slow_down"
        slower = await client.post(f"{AUTH}/device/poll", json={})
        assert slower.status_code == 202
        assert slower.json() == {"status": "authorization_pending", "interval": 10}
        github.repo()
        github.flows[0].answer = "ada"
        found = await client.post(f"{AUTH}/device/poll", json={"userCode": started["userCode"]})
        account = {
            "username": "ada",
            "primaryEmail": "ada@example.com",
            "scope": "repo, read:user, user:email",
        }
        assert (found.status_code, found.json()) == (200, {"status": "success", "account": account})
        assert (await client.get(f"{AUTH}/check")).json() == {"status": "valid", "account": account}
        repos = await client.get(f"{AUTH}/repos")
        assert [one["full_name"] for one in repos.json()["repos"]] == ["acme/wire"]
        assert (await client.post(f"{AUTH}/logout")).status_code == 204
        assert (await client.get(f"{AUTH}/check")).json() == {"status": "invalid"}
        gone = await client.get(f"{AUTH}/repos")
        assert (gone.status_code, gone.json()["title"]) == (401, "GitHub authentication required")


async def test_a_github_enterprise_is_named(services: Services, github: StandIn) -> None:
    given = msgspec.structs.replace(services, github_url=github.base)
    async with speaking_to(edge(given)) as client:
        assert (await client.get(f"{AUTH}/check")).json() == {"status": "invalid", "url": github.base}


@pytest.mark.parametrize(("answer", "status"), [("access_denied", 403), ("expired_token", 410)])
async def test_a_flow_that_ends_otherwise(
    services: Services, github: StandIn, answer: str, status: int
) -> None:
    given = msgspec.structs.replace(services, github_app=GithubApp(client_id="Iv1.known"))
    accounts = given.accounts
    assert isinstance(accounts, GithubAccounts)
    accounts._given_app = given.github_app
    moments = iter(range(0, 10_000, 60))
    accounts._clock = lambda: float(next(moments))
    async with speaking_to(edge(given)) as client:
        await client.post(f"{AUTH}/device/start")
        github.flows[0].answer = answer
        assert (await client.post(f"{AUTH}/device/poll")).status_code == status


async def test_a_limit_of_github_says_when_to_come_back(
    client: httpx.AsyncClient, services: Services, github: StandIn
) -> None:
    accounts = services.accounts
    assert isinstance(accounts, GithubAccounts)
    accounts._given_token = github.user("ada")
    github.limited("GET /user/repos", seconds=120, secondary=True)
    limited = await client.get(f"{AUTH}/repos")
    assert (limited.status_code, limited.json()["code"]) == (502, "github_limited")
    assert limited.headers["Retry-After"] == "120"
