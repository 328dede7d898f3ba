"""What this server is to GitHub: the OAuth app it speaks as, and the account that a person connected."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.times import Timestamp

MAX_CLIENT_ID = 200
"""Characters; GitHub's own have 20."""
MAX_CLIENT_SECRET = 500
"""Characters; GitHub's own have 40."""


class GithubApp(msgspec.Struct, frozen=True, kw_only=True):
    """An OAuth app of GitHub. `updated_at` None: it was given with the server's environment."""

    client_id: str
    client_secret: str | None = None
    updated_at: Timestamp | None = None

    def __repr__(self) -> str:
        """Without the secret, so that no log and no traceback holds it."""
        has = "with" if self.client_secret else "without"
        return f"GithubApp({self.client_id!r}, {has} secret)"


class GithubAppStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What may be told about the app: everything but its secret."""

    client_id: str | None
    has_client_secret: bool
    updated_at: Timestamp | None
    source: Literal["db", "env", "unset"]


class GithubAccount(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The connected person's account on GitHub."""

    username: str
    primary_email: str | None = None
    scope: str | None = None
