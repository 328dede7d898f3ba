"""One tree of errors, each with a stable code and a sentence for a person.

    KanbanError
    ├── NotFound            the thing named does not exist (or not where it was looked for)
    ├── Invalid             the input breaks a rule; `fields` names what and why
    │   ├── OverLimit       a text or a list is longer than it may be
    │   ├── InvalidProfile  a setting of a profile is unknown to its agent, or not what it should be
    │   └── NotARepository  the folder named is not the top of a git work tree
    ├── Conflict            the input is fine, the present state forbids it
    │   ├── CardBlocked     a dependency is not done
    │   ├── CardLocked      the card is in a done column
    │   ├── ColumnNotEmpty  a column with cards cannot go
    │   └── SecretLost      a stored secret cannot be decrypted any more
    ├── PreconditionFailed  the caller's If-Match names another version
    │   ├── NotRunning      the attempt has ended, or never began
    │   ├── NoWorktree      the attempt has no worktree (any more)
    │   └── MergeConflict   both sides changed the same lines; `files` names where
    ├── Unprocessable       understood, valid, and yet impossible (an idempotency key used for something else)
    │   ├── AgentUnusable   the agent is not installed, not logged in, or did not come up
    │   ├── CommitRefused   a hook said no, nobody is known as the author, nothing to commit
    │   └── NoCommits       a repository without a single commit has nothing to begin at
    ├── NotAuthenticated    the remote wants to know who is there
    │   └── GithubLoginNeeded no account is connected, or GitHub does not take its token any more
    ├── Forbidden           the actor may not
    │   └── DeviceDenied    the person said no to GitHub's question
    ├── Expired             what was asked about was open for a while only, and is closed
    ├── TooLarge            a limit on size
    ├── GitFailed           the git program could not do what was asked of it
    │   └── PushRejected    the remote does not take the branch
    ├── GithubFailed        GitHub refused, took too long, or cannot be reached
    │   ├── GithubLimited   it takes no more requests for now; `retry_after` says for how long
    │   └── GithubRefused   it understood, and the same request would be refused again
    ├── Unstartable         a program cannot be started
    └── Unavailable         the store cannot answer now: locked, read-only
        ├── NoDeviceFlow    GitHub's device flow cannot be begun: no app, or GitHub does not answer
        ├── StorageFull     no room left on the device
        ├── DatabaseInUse   another server holds the data folder
        ├── DamagedDatabase the file is no database, or not a whole one
        └── UnknownSchema   the database was made by a newer version, or by another program

The edge turns them into problem documents by one table (`kanbanai.http.problems`); nothing matches on their text.
"""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One broken rule: `field` is the path of the input (`images[2].mime`), `message` says what is wrong with it."""

    field: str
    message: str


class KanbanError(Exception):
    """Any error that a caller can act upon. `str(error)` is a sentence for a person."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, fields: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields


class NotFound(KanbanError):
    """The thing named does not exist, or not where it was looked for."""

    code = "not_found"


class Invalid(KanbanError):
    """The input breaks a rule."""

    code = "invalid"

    @classmethod
    def field(cls, field: str, message: str) -> Self:
        """The error of one field."""
        return cls(f"{field}: {message}", fields=(FieldError(field, message),))

    @classmethod
    def coded(cls, field: str, detail: str, message: str) -> Self:
        """The error of one field whose detail is a word that programs look at."""
        return cls(detail, fields=(FieldError(field, message),))


class OverLimit(Invalid):
    """A text or a list is longer than it may be; the sentence says how long it is and what the limit is."""

    code = "over_limit"


class NotARepository(Invalid):
    """The folder named is not the top of a git work tree, or is none that git may use."""

    code = "not_a_repository"


class InvalidProfile(Invalid):
    """A setting of a profile is unknown to its agent, or not what it should be."""

    code = "invalid_profile"


class Conflict(KanbanError):
    """The input is fine, the present state forbids it."""

    code = "conflict"


class CardBlocked(Conflict):
    """A card whose dependencies are not done cannot be worked on."""

    code = "card_blocked"


class CardLocked(Conflict):
    """A card in a done column takes no more work."""

    code = "card_locked"


class ColumnNotEmpty(Conflict):
    """A column that still holds cards cannot be deleted."""

    code = "column_not_empty"


class NotRunning(Conflict):
    """The attempt has ended, or never began."""

    code = "not_running"


class NoWorktree(Conflict):
    """The attempt has no worktree, or none any more."""

    code = "no_worktree"


class MergeConflict(Conflict):
    """Both sides changed the same places; nothing was changed. `fields` names the files."""

    code = "merge_conflict"

    @classmethod
    def of(cls, detail: str, files: tuple[str, ...]) -> MergeConflict:
        """The error of these files."""
        return cls(detail, fields=tuple(FieldError(file, "is changed on both sides") for file in files))


class SecretLost(Conflict):
    """A stored secret cannot be decrypted: the key is another one, or gone. Connecting again stores a new one."""

    code = "secret_lost"


class PreconditionFailed(KanbanError):
    """The thing changed since the caller read it."""

    code = "precondition_failed"


class Unprocessable(KanbanError):
    """Understood, valid, and yet impossible."""

    code = "unprocessable"


class AgentUnusable(Unprocessable):
    """The agent is not installed, not logged in, or did not come up."""

    code = "agent_unusable"


class CommitRefused(Unprocessable):
    """A commit is not possible: a hook said no, nobody is known as its author, there is nothing to commit."""

    code = "commit_refused"


class NoCommits(Unprocessable):
    """A repository without a single commit has nothing that a branch could begin at."""

    code = "no_commits"


class NotAuthenticated(KanbanError):
    """A remote wants to know who is there, and nobody has told it."""

    code = "not_authenticated"


class GithubLoginNeeded(NotAuthenticated):
    """No account of GitHub is connected, or GitHub does not take its token any more."""

    code = "github_login_needed"


class Forbidden(KanbanError):
    """The actor may not do this."""

    code = "forbidden"


class DeviceDenied(Forbidden):
    """The person said no when GitHub asked whether this server may act for them."""

    code = "device_denied"


class Expired(KanbanError):
    """What was asked about was open for a while only, and is closed."""

    code = "expired"


class TooLarge(KanbanError):
    """The input is over a limit on size."""

    code = "too_large"


class GitFailed(KanbanError):
    """The git program refused, took too long, or is not there; the sentence has what it said."""

    code = "git_failed"


class PushRejected(GitFailed):
    """The remote does not take the branch."""

    code = "push_rejected"


class GithubFailed(KanbanError):
    """GitHub refused, took too long, or cannot be reached; the sentence has what it said."""

    code = "github_failed"


class GithubLimited(GithubFailed):
    """GitHub takes no more requests for now. `retry_after`: seconds until it may."""

    code = "github_limited"

    def __init__(self, detail: str, *, retry_after: int = 60) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class GithubRefused(GithubFailed):
    """GitHub understood what was asked, did not do it, and would not do it the next time either."""

    code = "github_refused"


class Unstartable(KanbanError):
    """A program cannot be started: it is not there, is no program, or may not be run."""

    code = "unstartable"


class Unavailable(KanbanError):
    """The store cannot answer now; the same request may succeed later."""

    code = "unavailable"


class NoDeviceFlow(Unavailable):
    """GitHub's device flow cannot be begun: this server has no app of GitHub, or GitHub does not answer."""

    code = "no_device_flow"


class StorageFull(Unavailable):
    """The device that holds the database has no room left; nothing was written."""

    code = "storage_full"


class DatabaseInUse(Unavailable):
    """Another server holds the data folder; two would each believe to be the only writer."""

    code = "database_in_use"


class DamagedDatabase(Unavailable):
    """The database file is no database, or pages of it are missing or wrong."""

    code = "damaged_database"


class UnknownSchema(Unavailable):
    """The database has tables that this version does not know: those of a newer version, or of another program."""

    code = "unknown_schema"
