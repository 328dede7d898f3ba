"""What this server is to GitHub: the OAuth app it speaks as, the account that a person connected, what lies there."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.times import Timestamp

PUBLIC_GITHUB = "https://github.com"
"""Where GitHub's own pages are; a GitHub Enterprise has others."""
GIT_USER = "x-access-token"
"""Whom GitHub wants a token to log in as over HTTP; it looks at the token alone."""
MAX_CLIENT_ID = 200
"""Characters; GitHub's own have 20."""
MAX_CLIENT_SECRET = 500
"""Characters; GitHub's own have 40."""
SCOPES = ("repo", "read:user", "user:email")
"""What the device flow asks for: issues, branches and pull requests of private repositories too, and whose they are."""


class GithubApp(msgspec.Struct, frozen=True, kw_only=True):
    """An OAuth app of GitHub. `updated_at` None: it was given with the server's environment."""

    client_id: str
    client_secret: str | None = None
    updated_at: Timestamp | None = None

    def __repr__(self) -> str:
        """Without the secret, so that no log and no traceback holds it."""
        has = "with" if self.client_secret else "without"
        return f"GithubApp({self.client_id!r}, {has} secret)"


class StoredApp(msgspec.Struct, frozen=True, kw_only=True):
    """An OAuth app as it is stored. `client_secret`: in plain text, as versions before the key file left it."""

    client_id: str
    sealed_secret: bytes | None = None
    client_secret: str | None = None
    updated_at: Timestamp | None = None

    def __repr__(self) -> str:
        """Without the secret."""
        return f"StoredApp({self.client_id!r})"


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


class StoredConnection(msgspec.Struct, frozen=True, kw_only=True):
    """Who is connected, as it is stored: an account (None: nobody) and its token, encrypted."""

    account: GithubAccount | None
    sealed_token: bytes | None = None
    connected_at: Timestamp | None = None

    def __repr__(self) -> str:
        """Without the token."""
        return f"StoredConnection({self.account!r})"


class DeviceCode(msgspec.Struct, frozen=True, kw_only=True):
    """A device flow that GitHub has begun. Times in seconds. `user_code` is for the person, the other a secret."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in: int
    interval: int

    def __repr__(self) -> str:
        """Without the device's code."""
        return f"DeviceCode({self.user_code!r})"


class Grant(msgspec.Struct, frozen=True):
    """GitHub's yes: a token, and what it may be used for."""

    token: str
    scope: str | None

    def __repr__(self) -> str:
        """Without the token."""
        return f"Grant({self.scope!r})"


class Waiting(msgspec.Struct, frozen=True):
    """The person has not answered yet. `interval`: GitHub is to be asked that many seconds apart; None: as before."""

    interval: int | None = None


IssueState = Literal["open", "closed"]


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """An issue as GitHub has it. Pull requests are issues to GitHub, too; those are told apart by `is_pull_request`."""

    number: int
    title: str
    body: str | None
    is_open: bool
    url: str
    updated_at: str
    closed_at: str | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    comments: int = 0
    is_pull_request: bool = False

    @property
    def state(self) -> IssueState:
        """GitHub's word for it."""
        return "open" if self.is_open else "closed"


class IssuePage(msgspec.Struct, frozen=True):
    """Issues that came with one answer. `etag`: what to ask with the next time, of the first page only.

    `pages`: how many there are, as far as GitHub tells.
    """

    issues: tuple[Issue, ...]
    etag: str | None = None
    pages: int | None = None


class IssueComment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody (null: who is there no more) said to an issue, in Markdown."""

    id: int
    author: str | None
    body: str
    url: str
    created_at: str
    updated_at: str


class RateLimit(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many requests GitHub takes of the account in an hour, and how many more until `resetAt`."""

    limit: int
    remaining: int
    reset_at: Timestamp
