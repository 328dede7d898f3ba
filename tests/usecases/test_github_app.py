"""The OAuth app that this server is to GitHub."""

from collections.abc import AsyncGenerator

import msgspec
import pytest

from kanbanai.domain.errors import Invalid
from kanbanai.domain.github import GithubAccount, GithubApp, GithubAppStatus, StoredApp
from kanbanai.usecases import github_app
from tests.world import World

pytestmark = pytest.mark.anyio
UNSET = msgspec.UNSET
ENVIRONMENT = GithubApp(client_id="env-id", client_secret="env-secret")


class Backwards:
    """A `Cipher` that anybody can break."""

    def seal(self, text: str) -> bytes:
        return text[::-1].encode()

    def unseal(self, sealed: bytes) -> str:
        return sealed.decode()[::-1]


CIPHER = Backwards()


@pytest.fixture
async def world() -> AsyncGenerator[World]:
    async with World.opened() as world:
        yield world


async def status(world: World, given: GithubApp | None = None) -> GithubAppStatus:
    return await world.read(github_app.status, given)


async def test_at_first_there_is_none(world: World) -> None:
    assert await status(world) == GithubAppStatus(
        client_id=None, has_client_secret=False, updated_at=None, source="unset"
    )


async def test_one_of_the_environment_counts_until_one_is_stored(world: World) -> None:
    assert await status(world, ENVIRONMENT) == GithubAppStatus(
        client_id="env-id", has_client_secret=True, updated_at=None, source="env"
    )
    await world.run(github_app.save, "own", UNSET, ENVIRONMENT, CIPHER)
    stored = await status(world, ENVIRONMENT)
    assert (stored.client_id, stored.has_client_secret, stored.source) == ("own", False, "db")
    assert stored.updated_at is not None


async def test_the_first_one_on_a_new_database_is_stored(world: World) -> None:
    saved = await world.run(github_app.save, " Iv1.abc ", "s3cret", None, CIPHER)
    assert saved == await status(world)
    assert (saved.client_id, saved.has_client_secret, saved.source) == ("Iv1.abc", True, "db")


async def test_a_secret_left_out_stays_and_null_takes_it_away(world: World) -> None:
    await world.run(github_app.save, "id", "s3cret", None, CIPHER)
    assert (await world.run(github_app.save, "id", UNSET, None, CIPHER)).has_client_secret
    stored = await world.read(lambda tx: tx.documents.read("github_app", StoredApp))
    assert stored is not None
    assert stored.client_secret is None
    assert stored.sealed_secret == b"terc3s"
    assert not (await world.run(github_app.save, "id", None, None, CIPHER)).has_client_secret
    assert not (await world.run(github_app.save, "id", UNSET, None, CIPHER)).has_client_secret


async def test_the_environments_secret_stays_with_its_own_app_only(world: World) -> None:
    assert (await world.run(github_app.save, "env-id", UNSET, ENVIRONMENT, CIPHER)).has_client_secret


@pytest.mark.parametrize(
    ("client_id", "secret", "field"),
    [
        ("", UNSET, "clientId"),
        ("  ", UNSET, "clientId"),
        ("x" * 201, UNSET, "clientId"),
        ("a\nb", UNSET, "clientId"),
        ("id", "  ", "clientSecret"),
        ("id", "x" * 501, "clientSecret"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(
    world: World, client_id: str, secret: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await world.run(github_app.save, client_id, secret, None, CIPHER)
    assert [one.field for one in caught.value.fields] == [field]
    assert (await status(world)).source == "unset"


def test_the_secret_is_in_no_text_of_the_app() -> None:
    assert "env-secret" not in f"{ENVIRONMENT!r} {ENVIRONMENT}"


async def test_a_plain_secret_of_an_older_version_is_kept_and_sealed(world: World) -> None:
    old = StoredApp(client_id="id", client_secret="s3cret")
    await world.run(lambda tx: tx.documents.write("github_app", old))
    assert await world.read(github_app.has_plain_secret)
    assert (await status(world)).has_client_secret
    await world.run(github_app.seal_plain_secret, CIPHER)
    assert not await world.read(github_app.has_plain_secret)
    stored = await world.read(lambda tx: tx.documents.read("github_app", StoredApp))
    assert stored is not None
    assert stored.sealed_secret == b"terc3s"


async def test_an_account_is_told_while_it_is_connected(world: World) -> None:
    assert await world.read(github_app.connection) is None
    account = GithubAccount(username="ada", primary_email=None, scope="repo")
    await world.run(github_app.connect, account, b"sealed")
    found = await world.read(github_app.connection)
    assert found is not None
    assert (found.account, found.sealed_token) == (account, b"sealed")
    await world.run(github_app.disconnect)
    assert await world.read(github_app.connection) is None
