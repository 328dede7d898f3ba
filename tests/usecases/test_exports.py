"""What goes out comes in again: the whole project, whatever is in it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.boards import ROLES
from kanbanai.domain.cards import TICKET_TYPES
from kanbanai.domain.errors import NotFound
from kanbanai.domain.ids import AttemptId, BoardId, CardId, ProjectId
from kanbanai.ports import Transaction
from kanbanai.usecases import exports, imports, profiles
from tests.world import World

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TITLE = TEXT.map(str.strip).filter(bool)
BODY = st.none() | TITLE
STAMP = st.integers(0, 59_999).map(lambda ms: f"2026-11-23T18:42:{ms // 1000:02}.{ms % 1000:03}Z")
IMAGE = st.fixed_dictionaries(
    {"data": st.sampled_from(["aGk=", "aGVsbG8="]), "mime": st.sampled_from(["image/png", "image/webp"])},
    optional={"name": TITLE},
)


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A whole project as an export spells it: everything that has a value said, everything else left out."""
    stamps = {"createdAt": STAMP, "updatedAt": STAMP}
    # Told by age, so that of two the one that comes first is the older one.
    made: list[dict[str, Any]] = [
        {
            "type": "profile",
            "id": f"p{n}",
            "agent": "CODEX",
            "name": f"Profile {n}",
            "config": {"debug": bool(n)},
        }
        | {"createdAt": f"2026-11-0{n + 1}T00:00:00.000Z", "updatedAt": draw(STAMP)}
        for n in range(draw(st.integers(0, 2)))
    ]
    columns = [
        _drawn(draw, _COLUMN) | {"type": "column", "id": f"c{n}"} for n in range(draw(st.integers(1, 4)))
    ]
    count = draw(st.integers(0, 8))
    homes = sorted(draw(st.integers(0, len(columns) - 1)) for _ in range(count))
    cards = [
        _drawn(draw, _CARD | stamps)
        | {"type": "card", "id": f"k{n}", "columnId": f"c{home}", "ticketKey": f"WC-{n + 1}"}
        for n, home in enumerate(homes)
    ]
    order = draw(st.permutations(range(count)))
    for place, n in enumerate(order):
        # Only on cards that come earlier in a random order, so that there is no cycle.
        needs = draw(st.sets(st.sampled_from(order[:place]), max_size=3)) if place else set()
        if needs:
            cards[n]["dependsOn"] = sorted(f"k{one}" for one in needs)
    proposals = [
        {"type": "enhancement", "cardId": f"k{n}", "status": "ready", "suggestion": {"title": draw(TITLE)}}
        for n in range(count)
        if draw(st.booleans())
    ]
    said = [line for n in range(count) for line in draw(_attempts(f"k{n}", draw(st.integers(0, 2))))]
    project = _drawn(draw, {"name": TITLE, "createdAt": STAMP}) | {
        "type": "project",
        "version": 1,
        "repositoryPath": "/r",
        "nextTicketNumber": draw(st.integers(count + 2, 99)),
    }
    chosen = {"type": "settings", "settings": draw(_settings([one["id"] for one in made]))}
    return [project, *made, chosen, *columns, *cards, *proposals, *said]


_COLUMN = {
    "title": TITLE,
    "key": st.none() | st.sampled_from(ROLES),
    "wipLimit": st.none() | st.integers(1, 99),
}
_CARD = {
    "title": TITLE,
    "description": BODY,
    "ticketType": st.none() | st.sampled_from(TICKET_TYPES),
    "prUrl": st.none() | st.just("https://github.com/a/b/pull/1"),
    "isEnhanced": st.sampled_from([None, True]),
    "disableAutoCloseOnPRMerge": st.sampled_from([None, True]),
    "disableAutoCloseOnIssueClose": st.sampled_from([None, True]),
    "githubIssue": st.none() | st.just({"issueNumber": 7, "url": "https://github.com/a/b/issues/7"}),
    "images": st.none() | st.lists(IMAGE, min_size=1, max_size=5),
}


def _drawn(draw: st.DrawFn, fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    values = {name: draw(strategy) for name, strategy in fields.items()}
    return {name: value for name, value in values.items() if value is not None}


@st.composite
def _attempts(draw: st.DrawFn, card: str, count: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for n in range(count):
        fields = {"createdAt": STAMP, "updatedAt": STAMP, "startedAt": st.none() | STAMP, "sessionId": BODY}
        lines.append(
            _drawn(draw, fields)
            | {
                "type": "attempt",
                "id": f"{card}-t{n}",
                "cardId": card,
                "agent": "CODEX",
                "status": draw(st.sampled_from(["succeeded", "failed", "stopped"])),
                "baseBranch": "main",
                "branchName": "wc/1",
                "endedAt": draw(STAMP),
            }
        )
        owner = {"attemptId": f"{card}-t{n}"}
        lines += [
            owner | {"type": "log", "ts": draw(STAMP), "level": "warn", "message": draw(TEXT)}
            for _ in range(draw(st.integers(0, 3)))
        ]
        for m in range(draw(st.integers(0, 3))):
            item = {"type": "thinking", "id": f"cmsg-{m}", "timestamp": draw(STAMP), "text": draw(TEXT)}
            lines.append(owner | {"type": "item", "item": item | {"format": "markdown"}})
    return lines


@st.composite
def _settings(draw: st.DrawFn, profiles: list[str]) -> dict[str, Any]:
    some = st.sampled_from([None, *profiles])
    return {
        "baseBranch": "trunk",
        "ticketPrefix": "WC",
        "setupScript": draw(BODY),
        "autoCommitOnFinish": draw(st.booleans()),
        "inlineProfileId": draw(some),
        "inlineAgentProfileMapping": _drawn(draw, {"prSummary": some}),
        "createdAt": draw(STAMP),
        "updatedAt": draw(STAMP),
    }


def canonical(lines: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with ids by first appearance, references as sets, and the defaults of settings left to themselves."""
    names: dict[str, str] = {}

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: renamed(one, name) for name, one in value.items()}
        if key == "dependsOn":
            return sorted(names[one] for one in value)
        if isinstance(value, list):
            return [renamed(one) for one in value]
        if key in {"id", "columnId", "cardId", "attemptId", "inlineProfileId", "prSummary"} and value:
            return names.setdefault(value, f"#{len(names)}")
        return value

    known = list(lines)
    for line in known:
        if "id" in line:
            names.setdefault(line["id"], f"#{len(names)}")
    for line in known:
        if line["type"] == "item":
            line["item"] = line["item"] | {"id": "item"}
    return [renamed(line) for line in known]


async def exported(world: World, project_id: ProjectId) -> list[dict[str, Any]]:
    out: list[bytes] = []
    await world.read(exports.export, project_id, out.append)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in out)
    return [json.loads(line) for line in out]


@given(files())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_what_came_in_goes_out_the_same_but_for_its_ids(lines: list[dict[str, Any]]) -> None:
    async def there_and_back() -> None:
        async with World.opened() as world:
            arrived = await world.run(imports.read_project, [json.dumps(line).encode() for line in lines])
            out = await exported(world, arrived.project.id)
            chosen = next(line["settings"] for line in lines if line["type"] == "settings")
            told = next(line for line in out if line["type"] == "settings")
            told["settings"] = {name: told["settings"][name] for name in chosen}
            assert canonical(iter(out)) == canonical(iter(lines))
            assert arrived.dropped == ()

    asyncio.run(there_and_back())


async def test_a_board_made_by_hand_survives_two_journeys() -> None:
    async with World.opened() as world:
        project = await world.project()
        first = await world.card(project.id, "First")
        await world.card(project.id, "Second", 1, depends_on=[])
        await world.card(project.id, "Third", 2, depends_on=[first], description="Text")
        out = await exported(world, project.id)

        arrived = await world.run(imports.read_project, [json.dumps(line).encode() for line in out])

        assert canonical(iter(await exported(world, arrived.project.id))) == canonical(iter(out))


async def test_an_export_is_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 2)
    stamp = "2026-11-23T18:42:00.000Z"
    lines: list[dict[str, Any]] = [
        {"type": "project", "version": 1, "name": "Wire", "repositoryPath": "/r"},
        {"type": "column", "id": "c", "title": "C"},
        *[{"type": "card", "id": f"k{n}", "columnId": "c", "title": f"{n}"} for n in range(5)],
        {
            "type": "attempt", "id": "t", "cardId": "k0", "agent": "CODEX", "status": "failed", "baseBranch": "main",
            "branchName": "b", "createdAt": stamp, "updatedAt": stamp,
        },
        *[{"type": "log", "attemptId": "t", "ts": stamp, "level": "info", "message": f"{n}"} for n in range(5)],
    ]  # fmt: skip
    async with World.opened() as world:
        arrived = await world.run(imports.read_project, [json.dumps(line).encode() for line in lines])
        out = await exported(world, arrived.project.id)
    assert [line["title"] for line in out if line["type"] == "card"] == list("01234")
    assert [line["message"] for line in out if line["type"] == "log"] == list("01234")


async def test_a_worktree_is_not_told() -> None:
    def with_attempt(tx: Transaction, board_id: BoardId, card_id: CardId) -> None:
        tx.attempts.add(
            Attempt(
                id=AttemptId("att-1"),
                board_id=board_id,
                card_id=card_id,
                agent="CODEX",
                status="queued",
                base_branch="main",
                branch_name="wc/1",
                worktree_path="/home/me/worktrees/wc-1",
                session_id=None,
                created_at=tx.now,
                updated_at=tx.now,
                started_at=None,
                ended_at=None,
            )
        )

    async with World.opened() as world:
        project = await world.project()
        await world.run(with_attempt, project.id, await world.card(project.id))
        out = await exported(world, project.id)
    assert out[-1]["type"] == "attempt"
    assert "/home/me" not in json.dumps(out)


async def test_a_secret_in_a_profile_is_not_told() -> None:
    async with World.opened() as world:
        project = await world.project()
        config = {"apiKey": "a secret", "model": "large"}
        await world.run(profiles.create, project.id, agent_key="OPENCODE", name="Own", config=config)
        out = await exported(world, project.id)
    (told,) = (line for line in out if line["type"] == "profile")
    assert told["config"] == {"model": "large"}


async def test_an_unknown_project_is_not_found_before_anything_is_written() -> None:
    out: list[bytes] = []
    async with World.opened() as world:
        with pytest.raises(NotFound, match="Project not found"):
            await world.read(exports.export, ProjectId("nowhere"), out.append)
    assert out == []
