"""What can be done with the OAuth app that this server is to GitHub."""

from __future__ import annotations

import msgspec

from kanbanai.domain.github import (
    MAX_CLIENT_ID,
    MAX_CLIENT_SECRET,
    GithubAccount,
    GithubApp,
    GithubAppStatus,
)
from kanbanai.domain.texts import line
from kanbanai.ports import Reading, Transaction

_APP = "github_app"
_ACCOUNT = "github_account"


def status(tx: Reading, given: GithubApp | None) -> GithubAppStatus:
    """What may be told about the app: the stored one, else the one `given` with the server's environment."""
    stored = tx.documents.read(_APP, GithubApp)
    app = stored or given
    if app is None:
        return GithubAppStatus(client_id=None, has_client_secret=False, updated_at=None, source="unset")
    return GithubAppStatus(
        client_id=app.client_id,
        has_client_secret=app.client_secret is not None,
        updated_at=app.updated_at,
        source="env" if stored is None else "db",
    )


def save(
    tx: Transaction, client_id: str, client_secret: str | msgspec.UnsetType | None, given: GithubApp | None
) -> GithubAppStatus:
    """Stores the app. A secret left out stays as it was, null takes it away. Raises Invalid."""
    identity = line("clientId", client_id, MAX_CLIENT_ID)
    if isinstance(client_secret, str):
        secret: str | None = line("clientSecret", client_secret, MAX_CLIENT_SECRET)
    elif client_secret is None:
        secret = None
    else:
        secret = _known_secret(tx, identity, given)
    tx.documents.write(_APP, GithubApp(client_id=identity, client_secret=secret, updated_at=tx.now))
    return status(tx, given)


def account(tx: Reading) -> GithubAccount | None:
    """The account that is connected; None: no one's."""
    return tx.documents.read(_ACCOUNT, GithubAccount)


def _known_secret(tx: Reading, client_id: str, given: GithubApp | None) -> str | None:
    """The secret that is in force; one of the environment only for the app that it came with."""
    stored = tx.documents.read(_APP, GithubApp)
    if stored is not None:
        return stored.client_secret
    return given.client_secret if given is not None and given.client_id == client_id else None
