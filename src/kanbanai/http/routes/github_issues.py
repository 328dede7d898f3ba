"""Issues of GitHub and the cards that stand for them; contract section 15."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.cards import TextField
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.github import IssueComment
from kanbanai.domain.issues import (
    MAX_LABEL,
    MAX_LABELS,
    MAX_NUMBERS,
    Choice,
    IssueCounts,
    IssueDetails,
    IssueNumber,
    IssuePreview,
    IssueQuestion,
    IssueStats,
    IssueSyncStatus,
    repository_name,
)
from kanbanai.http.answers import also
from kanbanai.http.provide import (
    BoardPath,
    CardPath,
    FromIssueExports,
    FromIssueImports,
    FromStore,
    ProjectPath,
)
from kanbanai.ports import IssueExports, IssueImports
from kanbanai.usecases import issue_outbox
from kanbanai.usecases import issues as issue_cases

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL)]
ANSWERS: dict[int, str | type[Any]] = {
    401: "No account is connected, or GitHub does not take its token any more.",
    403: "GitHub does not allow it to this account, or a Host or Origin may not be one.",
    502: "GitHub refused, or cannot be reached.",
}
BUSY: dict[int, str | type[Any]] = {409: "Issues are coming in already."}


class IssueImport(msgspec.Struct, kw_only=True):
    """Which issues to bring in: of a repository, open ones unless `state` says otherwise.

    `labels`: only those that have all of them. `numbers`: only these, as chosen from a preview.
    """

    owner: Name
    repo: Name
    state: Literal["open", "all", "closed"] = "open"
    labels: Annotated[tuple[Label, ...], Meta(max_length=MAX_LABELS)] = ()
    numbers: Annotated[tuple[IssueNumber, ...], Meta(max_length=MAX_NUMBERS)] | None = None

    def question(self) -> IssueQuestion:
        """What is asked of GitHub. Raises Invalid for names that no repository has."""
        return IssueQuestion(
            repository=repository_name(self.owner, self.repo),
            state=self.state,
            labels=self.labels,
            numbers=None if self.numbers is None else frozenset(self.numbers),
        )


class IssueImportOrder(IssueImport, kw_only=True, rename="camel"):
    """Which issues to make cards of. `withDeleted`: those whose cards were deleted come in again, too."""

    with_deleted: bool = False


class IssueChoice(msgspec.Struct, kw_only=True):
    """Which text counts where both sides changed it: the card's (`mine`) or the issue's (`theirs`)."""

    title: Choice | None = None
    description: Choice | None = None


class IssueComments(msgspec.Struct):
    """What was said to an issue, the oldest first."""

    comments: list[IssueComment]


@post(
    "/boards/{board_id:str}/import/github/issues/preview",
    summary="What an import of issues would bring",
    tags=["github"],
    status_code=200,
    opt=also(ANSWERS),
)
async def preview_issues(
    board_id: BoardPath, data: JSONBody[IssueImport], issue_imports: FromIssueImports
) -> IssuePreview:
    """Lists the issues that an import would take, and what it would make of each. Nothing is stored."""
    return await _importing(issue_imports).preview(board_id, data.question())


@post(
    "/boards/{board_id:str}/import/github/issues",
    summary="Import issues",
    tags=["github"],
    status_code=200,
    opt=also(ANSWERS | BUSY),
)
async def import_issues(
    board_id: BoardPath, data: JSONBody[IssueImportOrder], issue_imports: FromIssueImports
) -> IssueCounts:
    """Makes cards of issues, all pages of them: open ones in the first column, closed ones in the one that is done.

    What is new of issues that have a card is merged into it; later edits of such a card are written to its issue,
    unless the project's `githubIssueWriteBackEnabled` is off. The stream tells the progress (`github_sync`). What came
    in before a failure stays, and the same import goes on from there.
    """
    return await _importing(issue_imports).bring_in(board_id, data.question(), with_deleted=data.with_deleted)


@get("/boards/{board_id:str}/github/issues/stats", summary="How many cards stand for issues", tags=["github"])
async def count_issues(board_id: BoardPath, store: FromStore) -> IssueStats:
    """How many of the board's cards stand for issues, by where they began."""
    return await store.read(issue_cases.stats, board_id)


@get(
    "/projects/{project_id:str}/github/issues/sync",
    summary="How issues are kept in step",
    tags=["github"],
)
async def read_issue_sync(project_id: ProjectPath, issue_imports: FromIssueImports) -> IssueSyncStatus:
    """When issues came in last, what became of them, what went wrong, when they come next. GitHub is not asked."""
    return await _importing(issue_imports).status(project_id)


@post(
    "/projects/{project_id:str}/github/issues/sync",
    summary="Bring in what is new of issues now",
    tags=["github"],
    status_code=200,
    opt=also(ANSWERS | BUSY),
)
async def sync_issues(project_id: ProjectPath, issue_imports: FromIssueImports) -> IssueCounts:
    """Does now what the project's settings have done every few minutes, also where they do not.

    Edits of cards that GitHub refused are told once more.
    """
    return await _importing(issue_imports).sync(project_id)


@get("/boards/{board_id:str}/cards/{card_id:str}/github/issue", summary="A card's issue", tags=["github"])
async def read_issue(board_id: BoardPath, card_id: CardPath, store: FromStore) -> IssueDetails:
    """The issue that a card stands for, with the texts that were changed on both sides. GitHub is not asked."""
    return await store.read(issue_cases.details, board_id, card_id)


@post(
    "/boards/{board_id:str}/cards/{card_id:str}/github/issue",
    summary="Make an issue for a card",
    tags=["github"],
    opt=also(ANSWERS | {409: "The card has an issue already."}),
)
async def export_issue(
    board_id: BoardPath, card_id: CardPath, store: FromStore, issue_exports: FromIssueExports
) -> IssueDetails:
    """Makes an issue in the project's repository. When GitHub does not answer it is made as soon as it does.

    `error` then says what is the matter.
    """
    exports = _exporting(issue_exports)
    await store.run(issue_outbox.order, board_id, card_id, await exports.ready(board_id))
    await exports.send(card_id)
    return await store.read(issue_cases.details, board_id, card_id)


@post(
    "/boards/{board_id:str}/cards/{card_id:str}/github/issue/resolve",
    summary="Choose between a card's text and its issue's",
    tags=["github"],
    status_code=200,
    opt=also({409: "Nothing of that was changed on both sides, or not any more."}),
)
async def resolve_issue(
    board_id: BoardPath, card_id: CardPath, data: JSONBody[IssueChoice], store: FromStore
) -> IssueDetails:
    """Says which text counts.

    The issue's goes into the card; the card's goes to GitHub, unless the issue came from there and the project's
    `githubIssueWriteBackEnabled` is off.
    """
    choices: dict[TextField, Choice | None] = {"title": data.title, "description": data.description}
    await store.run(issue_cases.resolve, board_id, card_id, choices)
    return await store.read(issue_cases.details, board_id, card_id)


@get(
    "/boards/{board_id:str}/cards/{card_id:str}/github/issue/comments",
    summary="What was said to a card's issue",
    tags=["github"],
    opt=also(ANSWERS),
)
async def read_issue_comments(
    board_id: BoardPath, card_id: CardPath, issue_exports: FromIssueExports
) -> IssueComments:
    """The comments of the card's issue, all of them, the oldest first, as GitHub has them now."""
    return IssueComments(await _exporting(issue_exports).comments(board_id, card_id))


def _importing(imports: IssueImports | None) -> IssueImports:
    if imports is None:
        raise Unavailable("This server does not speak to GitHub")
    return imports


def _exporting(exports: IssueExports | None) -> IssueExports:
    if exports is None:
        raise Unavailable("This server does not speak to GitHub")
    return exports


ROUTES = (
    preview_issues,
    import_issues,
    count_issues,
    read_issue_sync,
    sync_issues,
    read_issue,
    export_issue,
    resolve_issue,
    read_issue_comments,
)
