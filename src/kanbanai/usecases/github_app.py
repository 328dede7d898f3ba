"""What can be done with the OAuth app that this server is to GitHub, and with the account that is connected."""

from __future__ import annotations

import msgspec

from kanbanai.domain.github import (
    MAX_CLIENT_ID,
    MAX_CLIENT_SECRET,
    GithubAccount,
    GithubApp,
    GithubAppStatus,
    StoredApp,
    StoredConnection,
)
from kanbanai.domain.texts import line
from kanbanai.ports import Cipher, Reading, Transaction

_APP = "github_app"
_CONNECTION = "github_connection"


def status(tx: Reading, given: GithubApp | None) -> GithubAppStatus:
    """What may be told about the app: the stored one, else the one `given` with the server's environment."""
    stored = tx.documents.read(_APP, StoredApp)
    if stored is not None:
        return GithubAppStatus(
            client_id=stored.client_id,
            has_client_secret=stored.sealed_secret is not None or stored.client_secret is not None,
            updated_at=stored.updated_at,
            source="db",
        )
    if given is None:
        return GithubAppStatus(client_id=None, has_client_secret=False, updated_at=None, source="unset")
    return GithubAppStatus(
        client_id=given.client_id,
        has_client_secret=given.client_secret is not None,
        updated_at=None,
        source="env",
    )


def save(
    tx: Transaction,
    client_id: str,
    client_secret: str | msgspec.UnsetType | None,
    given: GithubApp | None,
    cipher: Cipher,
) -> GithubAppStatus:
    """Stores the app, its secret encrypted. A secret left out stays as it was, null takes it away. Raises Invalid."""
    identity = line("clientId", client_id, MAX_CLIENT_ID)
    if isinstance(client_secret, str):
        sealed: bytes | None = cipher.seal(line("clientSecret", client_secret, MAX_CLIENT_SECRET))
    elif client_secret is None:
        sealed = None
    else:
        sealed = _known_secret(tx, identity, given, cipher)
    tx.documents.write(_APP, StoredApp(client_id=identity, sealed_secret=sealed, updated_at=tx.now))
    return status(tx, given)


def has_plain_secret(tx: Reading) -> bool:
    """Whether a version before the key file has left the app's secret as it was typed."""
    stored = tx.documents.read(_APP, StoredApp)
    return stored is not None and stored.client_secret is not None


def seal_plain_secret(tx: Transaction, cipher: Cipher) -> None:
    """Encrypts a secret that is stored as it was typed."""
    stored = tx.documents.read(_APP, StoredApp)
    if stored is not None and stored.client_secret is not None:
        sealed = cipher.seal(stored.client_secret)
        tx.documents.write(_APP, msgspec.structs.replace(stored, sealed_secret=sealed, client_secret=None))


def connection(tx: Reading) -> StoredConnection | None:
    """The account that is connected, with its token as it is stored; None: no one's."""
    found = tx.documents.read(_CONNECTION, StoredConnection)
    return None if found is None or found.account is None else found


def connect(tx: Transaction, account: GithubAccount, sealed_token: bytes) -> GithubAccount:
    """The account is connected from now on, in the place of any other."""
    tx.documents.write(
        _CONNECTION, StoredConnection(account=account, sealed_token=sealed_token, connected_at=tx.now)
    )
    return account


def disconnect(tx: Transaction) -> None:
    """No account is connected any more; its token is overwritten."""
    tx.documents.write(_CONNECTION, StoredConnection(account=None))


def _known_secret(tx: Reading, client_id: str, given: GithubApp | None, cipher: Cipher) -> bytes | None:
    """The secret that is in force; one of the environment only for the app that it came with."""
    stored = tx.documents.read(_APP, StoredApp)
    if stored is not None:
        return stored.sealed_secret if stored.client_secret is None else cipher.seal(stored.client_secret)
    if given is None or given.client_secret is None or given.client_id != client_id:
        return None
    return cipher.seal(given.client_secret)
