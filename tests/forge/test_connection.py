"""Connecting an account: the device flow, tokens of elsewhere, what GitHub refuses, and where secrets are not."""

from pathlib import Path

import pytest

from kanbanai.adapters.github.calls import Calls, api_of
from kanbanai.adapters.github.forge import GithubForge
from kanbanai.adapters.secrets.key_file import KeyFile
from kanbanai.domain.errors import (
    DeviceDenied,
    Expired,
    Forbidden,
    GithubFailed,
    GithubLimited,
    GithubLoginNeeded,
    NoDeviceFlow,
    SecretLost,
)
from kanbanai.domain.github import GithubAccount, GithubApp, StoredApp, Waiting
from kanbanai.runtime.github.accounts import GithubAccounts, seal_what_is_plain
from kanbanai.usecases import github_app
from tests.forge.standin import Fault, StandIn
from tests.world import World

pytestmark = pytest.mark.anyio
APP = GithubApp(client_id="Iv1.known")
ADA = GithubAccount(username="ada", primary_email="ada@example.com", scope="repo, read:user, user:email")


class Time:
    """The loop's time, which only goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def accounts(world: World, forge: GithubForge, tmp_path: Path, time: Time) -> GithubAccounts:
    return GithubAccounts(world.store, forge, KeyFile(tmp_path / "data"), given_app=APP, clock=time)


async def test_a_device_flow_waits_slows_down_and_connects(
    github: StandIn, accounts: GithubAccounts, time: Time
) -> None:
    code = await accounts.begin()
    assert (code.interval, code.verification_uri) == (5, f"{github.base}/login/device")
    assert await accounts.poll() == Waiting(5)
    assert github.calls("POST /login/oauth/access_token") == [], "asked before its time"
    time.now += 5
    assert await accounts.poll() == Waiting(5)
    github.flows[0].answer = "slow_down"
    time.now += 5
    assert await accounts.poll() == Waiting(10)
    github.flows[0].answer = "ada"
    time.now += 9
    assert await accounts.poll() == Waiting(10)
    assert len(github.calls("POST /login/oauth/access_token")) == 2
    time.now += 1
    assert await accounts.poll() == ADA
    assert await accounts.check() == ADA
    with pytest.raises(Expired, match="begin again"):
        await accounts.poll()


async def test_a_flow_that_is_denied_or_expires_is_told_once_and_gone(
    github: StandIn, accounts: GithubAccounts, time: Time
) -> None:
    for answer, error in (("access_denied", DeviceDenied), ("expired_token", Expired)):
        code = await accounts.begin()
        github.flows[-1].answer = answer
        time.now += 5
        with pytest.raises(error):
            await accounts.poll(code.user_code)
        with pytest.raises(Expired, match="No device flow"):
            await accounts.poll(code.user_code)
    await accounts.begin()
    time.now += 900
    with pytest.raises(Expired, match="has expired"):
        await accounts.poll()
    assert await accounts.check() is None


async def test_two_devices_at_once_do_not_disturb_each_other(
    github: StandIn, accounts: GithubAccounts, time: Time
) -> None:
    first, second = await accounts.begin(), await accounts.begin()
    github.flows[0].answer = "ada"
    time.now += 5
    assert await accounts.poll(second.user_code) == Waiting(5)
    assert await accounts.poll(first.user_code) == ADA
    github.flows[0].answer = "bob"
    time.now += 5
    found = await accounts.poll()
    assert isinstance(found, GithubAccount)
    assert found.username == "bob"


async def test_without_an_app_or_without_github_no_flow_begins(
    github: StandIn, world: World, forge: GithubForge, tmp_path: Path, accounts: GithubAccounts
) -> None:
    with pytest.raises(NoDeviceFlow, match="client ID"):
        await GithubAccounts(world.store, forge, KeyFile(tmp_path)).begin()
    github.client_ids.clear()
    with pytest.raises(NoDeviceFlow, match="no app with the client ID"):
        await accounts.begin()
    github.faults += [Fault("POST /login/device/code", 503)] * 3
    with pytest.raises(NoDeviceFlow, match="503"):
        await accounts.begin()


async def test_the_token_is_encrypted_and_a_lost_key_is_told(
    github: StandIn, world: World, forge: GithubForge, accounts: GithubAccounts, time: Time, tmp_path: Path
) -> None:
    await accounts.begin()
    github.flows[0].answer = "ada"
    time.now += 5
    await accounts.poll()
    token = next(iter(github.tokens))
    assert await accounts.token() == token
    stored = await world.read(github_app.connection)
    assert stored is not None
    assert stored.sealed_token is not None
    assert token.encode() not in stored.sealed_token
    assert token not in repr(stored)
    key = tmp_path / "data" / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    later = GithubAccounts(world.store, forge, KeyFile(tmp_path / "data"), given_app=APP)
    with pytest.raises(SecretLost, match="connect GitHub again"):
        await later.token()
    key.write_text("nonsense")
    broken = GithubAccounts(world.store, forge, KeyFile(tmp_path / "data"), given_app=APP)
    with pytest.raises(SecretLost, match="is no key"):
        await broken.token()
    await later.log_out()
    with pytest.raises(GithubLoginNeeded):
        await later.token()


async def test_a_key_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    sealed = (await KeyFile(tmp_path).cipher()).seal("hush")
    (tmp_path / "secret.key").chmod(0o644)
    assert (await KeyFile(tmp_path).cipher()).unseal(sealed) == "hush"
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


async def test_a_secret_stored_in_plain_text_is_encrypted_at_start(world: World, tmp_path: Path) -> None:
    old = StoredApp(client_id="id", client_secret="s3cret")
    await world.run(lambda tx: tx.documents.write("github_app", old))
    vault = KeyFile(tmp_path)
    await seal_what_is_plain(world.store, vault)
    stored = await world.read(lambda tx: tx.documents.read("github_app", StoredApp))
    assert stored is not None
    assert stored.client_secret is None
    assert stored.sealed_secret is not None
    assert (await vault.cipher()).unseal(stored.sealed_secret) == "s3cret"


async def test_a_token_of_the_environment_counts_while_nobody_connected_one(
    github: StandIn, world: World, forge: GithubForge, tmp_path: Path
) -> None:
    token = github.user("env")
    accounts = GithubAccounts(world.store, forge, KeyFile(tmp_path), given_token=token)
    found = await accounts.check()
    assert found is not None
    assert found.username == "env"
    await accounts.check()
    assert len(github.calls("GET /user")) == 1
    assert await accounts.token() == token


async def test_the_account_of_gh_is_connected_on_request(
    github: StandIn, accounts: GithubAccounts, tmp_path: Path
) -> None:
    with pytest.raises(GithubLoginNeeded, match="gh auth login"):
        await accounts.adopt_local()
    token = github.user("ada")
    program = tmp_path / "bin" / "gh"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\n[ "$*" = "auth token --hostname 127.0.0.1" ] && echo {token}\n')
    program.chmod(0o755)
    assert await accounts.adopt_local() == ADA
    assert await accounts.token() == token


async def test_repositories_come_from_all_pages(github: StandIn, forge: GithubForge) -> None:
    token = github.user("ada")
    for number in range(201):
        github.repo(f"acme/r{number}")
    found = await forge.repositories(token)
    assert len({one["full_name"] for one in found}) == 201
    assert len(github.calls("GET /user/repos")) == 3


async def test_what_github_refuses_is_told_as_what_it_is(github: StandIn, forge: GithubForge) -> None:
    token = github.user("ada")
    with pytest.raises(GithubLoginNeeded, match="connect the account again"):
        await forge.account("gho_gone")
    github.faults.append(Fault("GET /user", 403, {"message": "SAML enforcement"}))
    with pytest.raises(Forbidden, match="SAML enforcement"):
        await forge.account(token)
    github.limited("GET /user", seconds=900)
    with pytest.raises(GithubLimited, match="no more requests") as limited:
        await forge.account(token)
    assert 890 <= limited.value.retry_after <= 901
    github.limited("GET /user", seconds=300, secondary=True)
    with pytest.raises(GithubLimited):
        await forge.account(token)


async def test_a_fault_of_github_is_tried_again_and_then_told(github: StandIn, forge: GithubForge) -> None:
    token = github.user("ada")
    github.faults += [Fault("GET /user", 502)] * 2
    assert (await forge.account(token)).username == "ada"
    github.faults += [Fault("GET /user", 500)] * 3
    with pytest.raises(GithubFailed, match="500: Server Error"):
        await forge.account(token)


async def test_a_github_that_is_not_there_is_told(tmp_path: Path) -> None:
    nowhere = GithubForge(Calls("http://127.0.0.1:1", backoff=0.001), environment={})
    with pytest.raises(GithubFailed, match="cannot be reached"):
        await nowhere.account("token")


@pytest.mark.parametrize(
    ("base", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://git.example.com", "https://git.example.com/api/v3"),
        ("https://octo.ghe.com", "https://api.octo.ghe.com"),
    ],
)
def test_each_kind_of_github_has_its_api_elsewhere(base: str, api: str) -> None:
    assert api_of(base) == api
