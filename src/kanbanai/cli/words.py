"""What happened, in words: `WC-12 moved Backlog → In Progress`."""

from __future__ import annotations

from collections.abc import Iterator

from kanbanai.cli.output import plain
from kanbanai.client import Health, Update
from kanbanai.domain import events as e
from kanbanai.domain.changes import given
from kanbanai.domain.ids import AttemptId, CardId, ColumnId
from kanbanai.domain.snapshots import BoardSnapshot

WIDTH = 100
"""Characters of a title or a log line that are shown; the rest is for the board itself."""
_FIELDS = {
    "ticket_type": "type",
    "depends_on": "dependencies",
    "is_enhanced": "enhancement",
    "pr_url": "pull request",
    "pull_request": "pull request",
    "github_issue": "GitHub issue",
    "wip_limit": "limit",
    "key": "role",
}
_UNSAID = {"updated_at"}


class Teller:
    """Puts updates of one board into words. It remembers names, so that it can speak of what is gone."""

    def __init__(self) -> None:
        self._cards: dict[CardId, str] = {}
        self._columns: dict[ColumnId, str] = {}
        self._card_of: dict[AttemptId, CardId] = {}
        self._board = BoardSnapshot.empty()

    def lines(self, update: Update, board: BoardSnapshot) -> list[str]:
        """The update in words, a line each change, safe to print. `board` is the board with it."""
        before = dict(self._columns)
        self._learn(update, board)
        return [plain(line) for change in update.changes if (line := self._line(change, before)) is not None]

    def _learn(self, update: Update, board: BoardSnapshot) -> None:
        self._board = board
        if not update.changes and update.name not in {"state", "refresh"}:
            return
        self._columns |= {column.id: column.title for column in board.state.columns.values()}
        cards = board.state.cards
        if update.name in {"state", "refresh"}:
            self._cards |= {card.id: card.ticket_key or card.title for card in cards.values()}
        for change in update.changes:
            if isinstance(change, e.CardCreated | e.CardUpdated):
                card_id = change.card.id if isinstance(change, e.CardCreated) else change.card_id
                if (card := cards.get(card_id)) is not None:
                    self._cards[card_id] = card.ticket_key or card.title

    def _line(self, change: e.Event, before: dict[ColumnId, str]) -> str | None:
        match change:
            case e.CardCreated() | e.CardMoved() | e.CardUpdated() | e.CardDeleted():
                return self._card_line(change)
            case e.ColumnCreated() | e.ColumnUpdated() | e.ColumnMoved() | e.ColumnDeleted():
                return self._column_line(change, before)
            case (
                e.AttemptStatusChanged()
                | e.AttemptPermission()
                | e.AttemptPullRequest()
                | e.GitCommitted()
                | e.GitPushed()
                | e.TerminalOpened()
                | e.TerminalClosed()
                | e.CardEnhancement()
            ):
                return self._work_line(change)
            case e.GithubSync():
                return _issues_line(change)
            case (
                e.AgentProfileChanged()
                | e.AgentRegistered()
                | e.ProjectCreated()
                | e.ProjectUpdated()
                | e.ProjectDeleted()
            ):
                return _elsewhere_line(change)
            case _:  # logs and conversations are told by `log_lines`, if at all; git's state is no news to a reader
                return None

    def _card_line(self, change: e.CardCreated | e.CardMoved | e.CardUpdated | e.CardDeleted) -> str | None:
        match change:
            case e.CardCreated(card=card, column_id=column_id):
                return f"{self._card(card.id)} added to {self._column(column_id)}: {card.title[:WIDTH]}"
            case e.CardMoved(card_id=card_id, from_column_id=origin, to_column_id=target, index=index):
                if origin == target:
                    return f"{self._card(card_id)} moved within {self._column(target)}, to place {index + 1}"
                return f"{self._card(card_id)} moved {self._column(origin)} → {self._column(target)}"
            case e.CardUpdated(card_id=card_id, changes=changes):
                fields = _named(given(changes))
                return f"{self._card(card_id)} changed: {fields}" if fields else None
            case e.CardDeleted(card_id=card_id):
                return f"{self._card(card_id)} deleted"

    def _column_line(
        self,
        change: e.ColumnCreated | e.ColumnUpdated | e.ColumnMoved | e.ColumnDeleted,
        before: dict[ColumnId, str],
    ) -> str:
        match change:
            case e.ColumnCreated(column=column):
                return f"column {column.title} added"
            case e.ColumnUpdated(column_id=column_id, changes=changes):
                return f"column {before.get(column_id, column_id)} changed: {_named(given(changes))}"
            case e.ColumnMoved(column_id=column_id, index=index):
                return f"column {self._column(column_id)} moved to place {index + 1}"
            case e.ColumnDeleted(column_id=column_id):
                return f"column {self._column(column_id)} deleted"

    def _work_line(self, change: e.Event) -> str | None:
        match change:
            case e.AttemptStatusChanged(card_id=card_id, status=status):
                return f"{self._card(card_id)} attempt {status}"
            case e.AttemptPermission(attempt_id=attempt_id, permission=asked):
                what = "asks" if asked.status == "pending" else asked.status
                return f"{self.about(attempt_id)} {what}: {asked.title[:WIDTH]}"
            case e.AttemptPullRequest(attempt_id=attempt_id, pr=pr):
                return f"{self.about(attempt_id)} pull request {pr.url}"
            case e.GitCommitted(attempt_id=attempt_id, short_sha=sha, subject=subject):
                return f"{self.about(attempt_id)} commit {sha} {subject[:WIDTH]}"
            case e.GitPushed(attempt_id=attempt_id, remote=remote, branch=branch):
                return f"{self.about(attempt_id)} pushed to {remote}/{branch}"
            case e.TerminalOpened(card_id=card_id) | e.TerminalClosed(card_id=card_id):
                how = f"closed ({change.reason})" if isinstance(change, e.TerminalClosed) else "opened"
                return f"{self._card(card_id)} terminal {how}"
            case e.CardEnhancement(card_id=card_id, status=status, failure=failure):
                why = f": {failure[:WIDTH]}" if failure else ""
                return f"{self._card(card_id)} enhancement {status or 'put away'}{why}"
            case _:
                return None

    def log_lines(self, update: Update) -> Iterator[str]:
        """What attempts said, in words, safe to print."""
        for change in update.changes:
            match change:
                case e.AttemptLogged(attempt_id=attempt_id, level=level, message=message):
                    yield plain(f"{self.about(attempt_id)} {level}: {message}")[: 2 * WIDTH]
                case e.ConversationItemAdded(attempt_id=attempt_id, item=item):
                    text = getattr(item, "text", None) or getattr(item, "message", None) or ""
                    kind = type(item).__name__.lower()
                    yield plain(f"{self.about(attempt_id)} {kind}: {text}")[: 2 * WIDTH]
                case _:
                    pass

    def about(self, attempt_id: str) -> str:
        """The card that an attempt is for."""
        if attempt_id not in self._card_of:
            for card_id, briefs in self._board.attempts.items():
                self._card_of |= {brief.attempt_id: card_id for brief in briefs}
        found = self._card_of.get(AttemptId(attempt_id))
        return attempt_id if found is None else self._card(found)

    def _card(self, card_id: CardId) -> str:
        return self._cards.get(card_id, card_id)[:WIDTH]

    def _column(self, column_id: ColumnId) -> str:
        return self._columns.get(column_id, column_id)


def _issues_line(change: e.GithubSync) -> str:
    counts = change.counts
    what = change.error or f"{counts.imported} new, {counts.updated} updated"
    return f"issues of {change.repository} {change.status}: {what}"


def _elsewhere_line(change: e.EverywhereEvent | e.ProjectEvent) -> str:
    match change:
        case e.AgentProfileChanged(change=what, label=label, agent=agent):
            return f"profile {label or agent} {what}"
        case e.AgentRegistered(agent=agent, label=label):
            return f"agent {label or agent} registered"
        case e.ProjectCreated(name=name):
            return f"project {name} added"
        case e.ProjectUpdated(name=name):
            return f"a project is called {name} now"
        case e.ProjectDeleted(project_id=project_id):
            return f"project {project_id} deleted"


def _named(fields: dict[str, object]) -> str:
    return ", ".join(_FIELDS.get(name, name.replace("_", " ")) for name in fields if name not in _UNSAID)


def connection_line(health: Health) -> str:
    """How the connection is, in words."""
    why = f" ({plain(health.reason)})" if health.reason else ""
    match health.phase:
        case "connecting":
            return "connecting"
        case "live":
            return "live"
        case "reconnecting" if health.next_in is None:
            return f"reconnecting, try {health.attempt}{why}"
        case "reconnecting":
            return f"connection lost, try {health.attempt} in {health.next_in:.1f} s{why}"
        case "refreshing":
            return f"no stream, refreshing every 15 s; try {health.attempt}{why}"
        case "closed":
            return f"closed{why}"
