"""What can be done with pull requests: what one is made of, what is known of it, what follows from its merge.

GitHub and git are the caller's business: what is recorded here has happened there already.
"""

from __future__ import annotations

import msgspec

from kanbanai.domain import cards as card_rules
from kanbanai.domain import pulls as rules
from kanbanai.domain.attempts import ACTIVE, Attempt, LogLine
from kanbanai.domain.cards import Placement, PullRequestBadge
from kanbanai.domain.channels import board_channel
from kanbanai.domain.errors import Conflict, Invalid
from kanbanai.domain.events import AttemptPullRequest, CardUpdated
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ProjectId
from kanbanai.domain.messages import QueuedBrief
from kanbanai.domain.pulls import Check, Feedback, PullRequest, PullRequestText, Subject
from kanbanai.domain.settings import SyncStatus
from kanbanai.ports import Reading, Transaction
from kanbanai.ports.pulls import FeedbackOrder, FeedbackSent, PullRequestOrder
from kanbanai.usecases import cards, messages, queries, settings
from kanbanai.usecases.attempts import append_logs
from kanbanai.usecases.attempts.steps import taken
from kanbanai.usecases.history import person_moves
from kanbanai.usecases.reactions import first_column, role_of

DEFAULT_REMOTE = "origin"


class Ground(msgspec.Struct, frozen=True, kw_only=True):
    """What a pull request is made of. `path`: where its branch can be pushed from. `remote` None: none is preferred."""

    subject: Subject
    path: str
    remote: str | None
    title_template: str | None
    body_template: str | None
    prefix: str
    links_issues: bool

    @property
    def may_rebase(self) -> bool:
        """Whether what is in the worktree may be put on top of what the remote has."""
        attempt = self.subject.attempt
        return attempt is not None and attempt.worktree_path is not None and attempt.status not in ACTIVE

    def text(self, repository: str | None = None) -> PullRequestText:
        """The title and body that the settings' templates make of the ticket, for a pull request in `repository`."""
        return rules.text_of(
            self.subject,
            title_template=self.title_template,
            body_template=self.body_template,
            prefix=self.prefix,
            links_issues=self.links_issues,
            repository=repository,
        )


def ground(tx: Reading, project_id: ProjectId, order: PullRequestOrder) -> Ground:
    """What a pull request would be made of.

    Raises NotFound for an unknown project, attempt or card, Invalid for an attempt or a card of another project,
    Conflict when no branch is known.
    """
    project = queries.project(tx, project_id)
    own, app = queries.project_settings(tx, project_id), settings.stored_app(tx)
    attempt = _attempt(tx, project_id, order)
    card_id = order.card_id or (attempt.card_id if attempt else None)
    branch = order.branch or (attempt.branch_name if attempt else None)
    if branch is None:
        raise Conflict("Branch name missing: the card has no attempt yet; name a branch or an attempt")
    remote = own.preferred_remote or DEFAULT_REMOTE
    begun = attempt.base_branch if attempt else own.base_branch
    return Ground(
        subject=Subject(
            branch=branch,
            base=order.base
            or rules.base_branch(begun, remote, rules.base_branch(own.base_branch, remote, "main")),
            card=None if card_id is None else queries.card(tx, project_id, card_id).card,
            attempt=attempt,
        ),
        path=(attempt.worktree_path if attempt else None) or project.repository_path,
        remote=own.preferred_remote,
        title_template=app.gh_pr_title_template if app else None,
        body_template=app.gh_pr_body_template if app else None,
        prefix=own.ticket_prefix,
        links_issues=app.gh_autolink_tickets if app else True,
    )


def place(tx: Reading, project_id: ProjectId) -> tuple[str, str | None]:
    """The path of a project's repository, and the remote that it prefers. Raises NotFound."""
    project = queries.project(tx, project_id)
    return project.repository_path, queries.project_settings(tx, project_id).preferred_remote


def belonging(
    tx: Reading, project_id: ProjectId, pull: PullRequest
) -> tuple[CardId | None, AttemptId | None]:
    """The card and the attempt that a pull request belongs to: those of its branch, else the card that names it."""
    attempt_id = _attempt_on(tx, project_id, pull)
    if attempt_id is not None:
        return queries.attempt(tx, attempt_id).card_id, attempt_id
    return next(iter(tx.pulls.with_url(project_id, pull.url)), None), None


def _attempt_on(tx: Reading, project_id: ProjectId, pull: PullRequest) -> AttemptId | None:
    """The newest attempt on the branch that a pull request comes from; a fork's branch is none of ours."""
    return None if pull.is_of_fork else tx.pulls.attempt_on(project_id, pull.head_ref)


def record(
    tx: Transaction,
    board_id: BoardId,
    pull: PullRequest,
    *,
    card_id: CardId | None = None,
    attempt_id: AttemptId | None = None,
) -> None:
    """A pull request was made or found. The attempt and the card, or the attempt's, refer to it from now on.

    Raises NotFound, and Invalid when card or attempt belong to another board or not to each other.
    """
    tx.boards.take(board_id)
    if attempt_id is not None:
        attempt = taken(tx, attempt_id)
        if attempt.board_id != board_id:
            raise Invalid("Attempt does not belong to this board")
        if card_id not in {None, attempt.card_id}:
            raise Invalid("Attempt does not belong to this card")
        card_id = attempt.card_id
        if attempt.pr_url != pull.url:
            tx.attempts.save(msgspec.structs.replace(attempt, pr_url=pull.url, updated_at=tx.now))
    if card_id is not None:
        _refer(tx, board_id, card_id, pull)
    tx.emit(board_id, AttemptPullRequest(attempt_id=attempt_id or "", pr=pull))


def observe(
    tx: Transaction, board_id: BoardId, url: str, pull: PullRequest, checks: tuple[Check, ...]
) -> None:
    """GitHub told how a pull request stands; the cards that name it by `url` show it from now on.

    That a card shows something else is no edit of the card: its time of change stays. Raises NotFound.
    """
    tx.boards.take(board_id)
    badge = rules.badge_of(pull, rules.summary_of(checks))
    for card_id in tx.pulls.with_url(board_id, url):
        _show(tx, board_id, card_id, badge)


def close_merged(tx: Transaction, board_id: BoardId) -> list[CardId]:
    """Cards in review whose pull request was merged go to the end of the first column of those that are done.

    Only where the project's settings ask for it and the card does not say otherwise; each once; and never a card that a
    person has moved since the merge was heard of. Answers with those that went. Raises NotFound.
    """
    tx.boards.take(board_id)
    done = first_column(tx, board_id, "done")
    if done is None or not queries.project_settings(tx, board_id).auto_close_ticket_on_pr_merge:
        return []
    closed = []
    for card_id, seq in tx.pulls.merged(board_id):
        placed = queries.card(tx, board_id, card_id)
        role = role_of(tx, board_id, placed.column_id)
        if role == "done" or card_id in person_moves(tx, board_id, seq):
            tx.pulls.note_merged(card_id, None)
        elif role == "review" and not placed.card.disable_auto_close_on_pr_merge:
            cards.move(tx, board_id, card_id, Placement(done.id, tx.columns.count_cards(done.id)))
            tx.pulls.note_merged(card_id, None)
            _log_closing(tx, card_id, placed.card.pull_request)
            closed.append(card_id)
    return closed


def note_closing(tx: Transaction, project_id: ProjectId, status: SyncStatus) -> None:
    """How the last look for merged pull requests went, now. Raises NotFound."""
    tx.boards.take(project_id)
    own = queries.project_settings(tx, project_id)
    noted = msgspec.structs.replace(
        own, last_github_pr_auto_close_at=tx.now, last_github_pr_auto_close_status=status
    )
    tx.projects.save_settings(project_id, noted)


def tell(
    tx: Transaction, project_id: ProjectId, pull: PullRequest, feedback: Feedback, order: FeedbackOrder
) -> FeedbackSent:
    """Puts what reviewers said, and the agent has not been told, into its queue as one message.

    Raises Conflict when there is nothing new, or no attempt on the branch; Invalid for an attempt of another project;
    and what `messages.say` raises.
    """
    attempt_id = order.attempt_id or _attempt_on(tx, project_id, pull)
    if attempt_id is None:
        head = pull.head_label or pull.head_ref
        raise Conflict(f"No attempt of this project works on {head}; say which attempt is to be told")
    if queries.attempt(tx, attempt_id).board_id != project_id:
        raise Invalid("Attempt does not belong to this project")
    heard = tx.pulls.heard(attempt_id)
    news = rules.unheard(feedback, frozenset() if order.again else heard)
    resolved = sum(one.resolved for one in feedback.comments)
    if not news.reviews and not news.comments:
        done = f" ({resolved} comments are in threads that are resolved)" if resolved else ""
        raise Conflict(f"Reviewers said nothing that the agent has not been told already{done}")
    text, fitting = rules.told(pull, news, order.note)
    said = messages.say(tx, attempt_id, text, profile_id=order.profile_id)
    tx.pulls.note_heard(attempt_id, heard | rules.keys_of(fitting))
    return FeedbackSent(
        attempt_id=attempt_id,
        reviews=len(fitting.reviews),
        comments=len(fitting.comments),
        resolved=resolved,
        threads_known=feedback.threads_known,
        queued=QueuedBrief.of(said.message),
    )


def _attempt(tx: Reading, project_id: ProjectId, order: PullRequestOrder) -> Attempt | None:
    """The attempt that is named, or the newest of the card or on the branch that is named."""
    if order.attempt_id is not None:
        attempt = queries.attempt(tx, order.attempt_id)
        if attempt.board_id != project_id:
            raise Invalid("Attempt does not belong to this project")
        if order.card_id not in {None, attempt.card_id}:
            raise Invalid("Attempt does not belong to this card")
        return attempt
    if order.card_id is not None:
        queries.card(tx, project_id, order.card_id)
        newest = tx.attempts.latest(order.card_id)
        return newest if newest is None or order.branch in {None, newest.branch_name} else None
    if order.branch is not None and (found := tx.pulls.attempt_on(project_id, order.branch)) is not None:
        return queries.attempt(tx, found)
    return None


def _refer(tx: Transaction, board_id: BoardId, card_id: CardId, pull: PullRequest) -> None:
    """The card names this pull request from now on, and shows it."""
    before = queries.card(tx, board_id, card_id).card
    if before.pr_url == pull.url:
        known = before.pull_request
        _show(tx, board_id, card_id, rules.badge_of(pull, known.checks if known else None))
        return
    after = msgspec.structs.replace(
        before, pr_url=pull.url, pull_request=rules.badge_of(pull), updated_at=tx.now
    )
    tx.cards.save(before, after)
    tx.pulls.note_merged(card_id, None)
    tx.emit(board_id, CardUpdated(card_id=card_id, changes=card_rules.difference(before, after)))


def _show(tx: Transaction, board_id: BoardId, card_id: CardId, badge: PullRequestBadge) -> None:
    before = queries.card(tx, board_id, card_id).card
    if badge == before.pull_request:
        return
    after = msgspec.structs.replace(before, pull_request=badge)
    tx.cards.save(before, after)
    tx.emit(board_id, CardUpdated(card_id=card_id, changes=card_rules.difference(before, after)))
    if badge.state == "merged":
        tx.pulls.note_merged(card_id, tx.head(board_channel(board_id)))


def _log_closing(tx: Transaction, card_id: CardId, badge: PullRequestBadge | None) -> None:
    newest = tx.attempts.latest(card_id)
    if newest is not None and badge is not None:
        line = LogLine(f"[github] pull request #{badge.number} was merged; its card is done")
        append_logs(tx, newest.id, [line])
