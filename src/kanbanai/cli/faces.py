"""How a watch looks: a line of JSON per frame, a line of words per change, or a screen that is drawn anew."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from kanbanai.cli.output import plain, print_json
from kanbanai.cli.words import Teller, connection_line
from kanbanai.client import BoardWatch, DashboardWatch, Health, Phase, Update
from kanbanai.domain.attempts import ACTIVE
from kanbanai.domain.boards import Column
from kanbanai.domain.dashboard import Overview
from kanbanai.domain.projects import Project
from kanbanai.domain.snapshots import BoardSnapshot

REDRAW = 0.1
"""Seconds between two drawings at least: faster than eyes follow, slow enough for a burst of a thousand changes."""
KEPT = 200
"""Lines of what happened that are kept; no terminal shows more."""

Body = Callable[[], list[RenderableType]]
Told = Callable[[Update], list[str]]
_NO_BOARD = BoardSnapshot.empty()


class Face(Protocol):
    """Shows the news of one watch; a context, so that a terminal is left as it was found."""

    @property
    def watch(self) -> BoardWatch | DashboardWatch:
        """What is being followed."""
        ...

    def show(self, news: Update | Health) -> None:
        """Takes up what happened."""
        ...

    async def tick(self) -> None:
        """Goes on for as long as the watch: what has to be shown although nothing happens."""
        ...

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def of_board(watch: BoardWatch, url: str, project: Project, style: str, *, logs: bool) -> Face:
    """The face of a board's watch; `style` is `json`, `lines` or `screen`."""
    teller = Teller()

    def told(update: Update) -> list[str]:
        lines = teller.lines(update, watch.view.snapshot)
        return [*lines, *teller.log_lines(update)] if logs else lines

    return _face(watch, told, f"{project.name} · {url}", lambda: _board(watch), style)


def of_dashboard(watch: DashboardWatch, url: str, style: str) -> Face:
    """The same for the dashboard."""
    teller = Teller()
    seen: set[str] = set()

    def told(update: Update) -> list[str]:
        nonlocal seen
        lines = teller.lines(update, _NO_BOARD)
        if style == "lines":
            now = _figures(watch)
            lines += [line for line in now if line not in seen]
            seen = set(now)
        return lines

    return _face(watch, told, f"All projects · {url}", lambda: _dashboard(watch), style)


def _face(watch: BoardWatch | DashboardWatch, told: Told, title: str, body: Body, style: str) -> Face:
    if style == "json":
        return JsonLines(watch)
    return Screen(watch, told, title, body) if style == "screen" else Lines(watch, told)


class JsonLines:
    """`{"event", "id", "data"}` for each frame; for the connection the event is `health`, for a refresh `refresh`."""

    def __init__(self, watch: BoardWatch | DashboardWatch) -> None:
        self.watch = watch

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, news: Update | Health) -> None:
        """One line."""
        if isinstance(news, Health):
            print_json({"event": "health", "id": None, "data": news})
        else:
            # Decoded and encoded anew: JSON may hold line breaks between its parts, a line of output may not.
            data = msgspec.json.decode(news.body)
            print_json({"event": news.name, "id": news.cursor or None, "data": data})

    async def tick(self) -> None:
        """Nothing: frames alone make lines."""


class Lines:
    """A line of words for each change, with the time of day; of the connection what a reader has to know."""

    def __init__(self, watch: BoardWatch | DashboardWatch, told: Told) -> None:
        self.watch = watch
        self._told = told
        self._connection = Connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, news: Update | Health) -> None:
        """As many lines as there are changes."""
        lines = self._connection.lines(news) if isinstance(news, Health) else self._told(news)
        for line in lines:
            print(f"{_time()}  {line}", flush=True)

    async def tick(self) -> None:
        """Nothing: changes alone make lines."""


class Screen:
    """Connection, board and the last changes, drawn anew when something happens and every second for the ages."""

    def __init__(self, watch: BoardWatch | DashboardWatch, told: Told, title: str, body: Body) -> None:
        self.watch = watch
        self._told = told
        self._title = plain(title)
        self._body = body
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._connection = Connection()
        self._changed = asyncio.Event()
        self._console = Console()
        self._live = Live(console=self._console, auto_refresh=False, screen=False, transient=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw()
        self._live.__exit__(kind, error, trace)

    def show(self, news: Update | Health) -> None:
        """Takes it up for the next drawing."""
        lines = self._connection.lines(news) if isinstance(news, Health) else self._told(news)
        self._lines += [f"{_time()}  {line}" for line in lines]
        self._changed.set()

    async def tick(self) -> None:
        """Draws."""
        while True:
            self._draw()
            self._changed.clear()
            await asyncio.sleep(REDRAW)
            try:
                await asyncio.wait_for(self._changed.wait(), 1 - REDRAW)
            except TimeoutError:
                continue

    def _draw(self) -> None:
        head: list[RenderableType] = [Text(self._title, style="bold"), _connection(self.watch), Text()]
        body = [*head, *self._body(), Text()]
        used = sum(len(self._console.render_lines(part, pad=False)) for part in body)
        room = max(1, self._console.height - used - 1)
        lines = [Text(line, no_wrap=True, overflow="ellipsis") for line in list(self._lines)[-room:]]
        self._live.update(Group(*body, *lines), refresh=True)


class Connection:
    """Which words on the connection are worth a line: not the greeting of every day, but each loss and each return."""

    def __init__(self) -> None:
        self._phase: Phase = "connecting"

    def lines(self, health: Health) -> list[str]:
        """One line, or none."""
        before, self._phase = self._phase, health.phase
        if health.phase == "live":
            return ["connected" if before == "connecting" else "connected again"]
        is_told = health.phase == "closed" or health.next_in is not None or health.phase != before
        return [connection_line(health)] if is_told and health.phase != "connecting" else []


_COLORS: dict[Phase, str] = {
    "connecting": "yellow",
    "live": "green",
    "reconnecting": "yellow",
    "refreshing": "magenta",
    "closed": "red",
}


def _connection(watch: BoardWatch | DashboardWatch) -> Text:
    health, color = watch.health, _COLORS[watch.health.phase]
    if watch.next_in is not None:
        health = msgspec.structs.replace(health, next_in=watch.next_in)
    parts = [f" {connection_line(health)}"]
    if watch.age is not None:
        parts.append(f"last frame {watch.age:.0f} s ago")
    if watch.view.cursor:
        parts.append(f"at {plain(watch.view.cursor)}")
    return Text("●", style=color).append(" · ".join(parts), style="default")


def _board(watch: BoardWatch) -> list[RenderableType]:
    snapshot = watch.view.snapshot
    state = snapshot.state
    table = Table.grid(padding=(0, 3))
    columns = [state.columns[column_id] for column_id in state.column_order]
    table.add_row(*(Text(plain(column.title), style="bold") for column in columns))
    table.add_row(*(_count(column) for column in columns))
    at_work = [
        f"{plain((card.ticket_key or card.title) if (card := state.cards.get(card_id)) else card_id)} {brief.status}"
        for card_id, briefs in snapshot.attempts.items()
        for brief in briefs
        if brief.status in ACTIVE
    ]
    parts: list[RenderableType] = [table]
    if at_work:
        parts += [Text(), Text("At work: " + ", ".join(at_work))]
    return parts


def _count(column: Column) -> Text:
    number = len(column.card_ids)
    if column.wip_limit is None:
        return Text(str(number))
    return Text(f"{number} of {column.wip_limit}", style="red" if number > column.wip_limit else "")


def _dashboard(watch: DashboardWatch) -> list[RenderableType]:
    overview = watch.view.overview
    if overview is None:
        return []
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("Project", "Backlog", "In progress", "Review", "Done", "At work"):
        table.add_column(head, justify="left" if head == "Project" else "right")
    for one in overview.project_snapshots:
        counts = one.column_card_counts
        numbers = (counts.backlog, counts.in_progress, counts.review, counts.done, one.active_attempts_count)
        table.add_row(Text(plain(one.name)), *map(str, numbers))
    parts: list[RenderableType] = [Text(_summary(overview)), Text(), table]
    at_work = [
        Text(
            f"{plain(one.ticket_key or one.card_title)} {one.status} ({plain(one.agent_id)}, {plain(one.project_name)})"
        )
        for one in overview.active_attempts[:5]
    ]
    return [*parts, Text(), *at_work] if at_work else parts


def _summary(overview: Overview) -> str:
    metrics, inbox = overview.metrics, overview.inbox_items
    attempts = f"{metrics.attempts_in_range} attempts in 7 days"
    if metrics.attempts_in_range:
        attempts += f", {metrics.success_rate_in_range:.0%} succeeded"
    waiting = f"{len(inbox.review)} to review, {len(inbox.failed)} failed, {len(inbox.stuck)} stuck"
    return f"{metrics.active_attempts} at work · {attempts} · {waiting}"


def _figures(watch: DashboardWatch) -> list[str]:
    """The overview in lines, one for all and one for each project."""
    overview = watch.view.overview
    if overview is None:
        return []
    lines = [_summary(overview)]
    for one in overview.project_snapshots:
        counts = one.column_card_counts
        lines.append(
            f"{plain(one.name)}: {counts.backlog} backlog, {counts.in_progress} in progress, "
            f"{counts.review} review, {counts.done} done"
        )
    return lines


def _time() -> str:
    return f"{datetime.now().astimezone():%H:%M:%S}"
