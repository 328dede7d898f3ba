"""Cards and boards over HTTP; contract section 8. The rules themselves are tested with their use cases."""

from typing import Any

import httpx
import pytest

from kanbanai.domain.ids import BoardId
from kanbanai.http.routes.cards import ISSUES_DISABLED
from tests.http.problems import problem
from tests.world import World

MINIMAL = {"Prefer": "return=minimal"}


@pytest.fixture
async def board(world: World) -> BoardId:
    return (await world.project()).board_id


@pytest.fixture
async def columns(world: World, board: BoardId) -> list[str]:
    return list(await world.columns(board))


async def create(client: httpx.AsyncClient, board: BoardId, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/api/v1/boards/{board}/cards", json=body, headers=MINIMAL)
    assert answer.status_code == 201, answer.text
    card: dict[str, Any] = answer.json()["card"]
    return card


async def test_a_card_is_made_and_the_whole_board_answered(
    world: World, client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    body: dict[str, Any] = {
        "columnId": columns[0],
        "title": "Retry uploads",
        "description": None,
        "dependsOn": [],
        "ticketType": " FEAT ",
        "createGithubIssue": False,
    }
    answer = await client.post(f"/api/v1/boards/{board}/cards", json=body)

    assert answer.status_code == 201
    made = answer.json()
    assert made["githubIssueError"] is None
    card = made["state"]["cards"][made["cardId"]]
    assert card == {
        "id": made["cardId"],
        "ticketKey": "WC-1",
        "disableAutoCloseOnPRMerge": False,
        "disableAutoCloseOnIssueClose": False,
        "ticketType": "feat",
        "isEnhanced": False,
        "title": "Retry uploads",
        "createdAt": card["createdAt"],
        "updatedAt": card["createdAt"],
    }
    assert made["state"]["columns"][columns[0]] == {
        "id": columns[0],
        "title": "Backlog",
        "cardIds": [made["cardId"]],
        "key": "backlog",
    }
    assert answer.headers["location"] == f"/api/v1/boards/{board}/cards/{made['cardId']}"


async def test_an_issue_on_github_is_answered_with_a_text_while_none_is_to_be_made(
    client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    body = {"columnId": columns[0], "title": "x", "createGithubIssue": True}
    whole = await client.post(f"/api/v1/boards/{board}/cards", json=body)
    minimal = await client.post(f"/api/v1/boards/{board}/cards", json=body, headers=MINIMAL)
    for answer in (whole, minimal):
        assert answer.status_code == 201
        assert answer.json()["githubIssueError"] == ISSUES_DISABLED


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "columnId"),
        ({"columnId": "c"}, "title"),
        ({"columnId": "c", "title": ""}, "title"),
        ({"columnId": "c", "title": 5}, "title"),
        ({"columnId": "", "title": "x"}, "columnId"),
        ({"columnId": "c", "title": "x", "ticketType": "epic"}, "ticketType"),
        ({"columnId": "c", "title": "x", "dependsOn": [1]}, "dependsOn[...]"),
        ({"columnId": "c", "title": "x", "index": -1}, "index"),
        ({"columnId": "c", "title": "x", "images": [{"mime": "image/png"}]}, "images[0].data"),
    ],
)
async def test_a_body_that_is_wrong_names_the_field(
    world: World, client: httpx.AsyncClient, board: BoardId, body: dict[str, Any], field: str
) -> None:
    async with world.unchanged(board):
        answer = await client.post(f"/api/v1/boards/{board}/cards", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    assert fault["field"].replace("[0]", "[...]") == field.replace("[0]", "[...]")


PIXEL = {"data": "AAAA", "mime": "image/png"}
LARGE = "A" * (10 * 1024 * 1024 // 3 * 4 + 4)
"""One group of base64 more than 10 MB."""


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"title": "x" * 501}, 422, "title: is 501 characters long; the limit is 500"),
        ({"description": "x" * 200_001}, 422, "description: is 200001 characters long; the limit is 200000"),
        ({"images": [PIXEL] * 6}, 422, "images: 6 given; the limit is 5"),
        ({"images": [PIXEL | {"data": LARGE}]}, 413, "images[0] is larger than 10 MB"),
    ],
    ids=["title", "description", "images", "image"],
)
async def test_what_is_over_a_limit_says_so_and_nothing_is_stored(
    world: World,
    client: httpx.AsyncClient,
    board: BoardId,
    columns: list[str],
    body: Any,
    status: int,
    said: str,
) -> None:
    whole = {"columnId": columns[0], "title": "x"} | body
    async with world.unchanged(board):
        answer = await client.post(f"/api/v1/boards/{board}/cards", json=whole)
    assert problem(answer, status)["detail"] == said


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x" * 500, "description": "x" * 200_000},
        {"images": [PIXEL] * 4 + [PIXEL | {"data": LARGE[:-4]}]},
    ],
    ids=["texts", "images"],
)
async def test_what_is_at_its_limit_is_taken(
    client: httpx.AsyncClient, board: BoardId, columns: list[str], body: Any
) -> None:
    await create(client, board, **({"columnId": columns[0], "title": "x"} | body))


async def test_the_client_that_wants_little_gets_the_card_alone(
    client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    body = {"columnId": columns[0], "title": "x"}
    made = await client.post(f"/api/v1/boards/{board}/cards", json=body, headers=MINIMAL)
    assert made.headers["preference-applied"] == "return=minimal"
    assert set(made.json()) == {"card", "columnId"}
    path = f"/api/v1/boards/{board}/cards/{made.json()['card']['id']}"
    edited = await client.patch(path, json={"title": "y"}, headers=MINIMAL)
    assert edited.json()["card"]["title"] == "y"
    moved = await client.post(
        f"/api/v1/boards/{board}/cards/move",
        json={"cardIds": [made.json()["card"]["id"]], "columnId": columns[2], "index": 0},
        headers=MINIMAL,
    )
    assert (moved.status_code, moved.content) == (204, b"")


async def test_an_edit_answers_with_the_board_and_a_move_with_what_it_touched(
    client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    card = await create(client, board, columnId=columns[0], title="x", description="Text")
    path = f"/api/v1/boards/{board}/cards/{card['id']}"

    edited = await client.patch(path, json={"description": None})
    assert set(edited.json()) == {"state"}
    assert "description" not in edited.json()["state"]["cards"][card["id"]]

    moved = await client.patch(path, json={"columnId": columns[2], "index": 3})
    assert set(moved.json()) == {"card", "columns"}
    assert moved.json()["columns"][columns[0]]["cardIds"] == []
    assert moved.json()["columns"][columns[2]]["cardIds"] == [card["id"]]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({}, "No updates provided"),
        ({"unknown": 1}, "No updates provided"),
        ({"columnId": "col-1"}, "index: columnId and index go together: a move needs both"),
        ({"index": 1}, "columnId: columnId and index go together: a move needs both"),
    ],
)
async def test_an_edit_must_ask_for_something_whole(
    world: World, client: httpx.AsyncClient, board: BoardId, body: dict[str, Any], detail: str
) -> None:
    card_id = await world.card(board)
    async with world.unchanged(board):
        answer = await client.patch(f"/api/v1/boards/{board}/cards/{card_id}", json=body)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


async def test_a_blocked_card_is_a_conflict_in_the_contracts_words(
    world: World, client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    needed = await world.card(board)
    card_id = await world.card(board, depends_on=[needed])
    answer = await client.patch(
        f"/api/v1/boards/{board}/cards/{card_id}", json={"columnId": columns[1], "index": 0}
    )
    assert answer.status_code == 409
    assert answer.json()["detail"] == "Task is blocked by dependencies"
    assert answer.json()["code"] == "card_blocked"


async def test_an_edit_of_a_version_that_is_no_more_is_refused(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    path = f"/api/v1/boards/{board}/cards/{await world.card(board)}"
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert (await client.get(path, headers={"If-None-Match": f'"x", W/{tag}'})).status_code == 304

    first = await client.patch(path, json={"title": "Mine"}, headers={"If-Match": tag})
    async with world.unchanged(board):
        second = await client.patch(path, json={"title": "Yours"}, headers={"If-Match": tag})
        gone = await client.delete(path, headers={"If-Match": tag})

    assert (first.status_code, second.status_code, gone.status_code) == (200, 412, 412)
    assert second.json()["code"] == "precondition_failed"
    assert first.headers["etag"] == (await client.get(path)).headers["etag"]
    again = await client.delete(path, headers={"If-Match": first.headers["etag"]})
    assert again.status_code == 204


async def test_a_board_is_not_sent_again_to_one_who_has_it(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    path = f"/api/v1/boards/{board}"
    tag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
    await world.card(board)
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_card_is_made_once_however_often_it_is_asked_for(
    world: World, client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    body = {"columnId": columns[0], "title": "Once"}
    headers = {"Idempotency-Key": "abc"}
    path = f"/api/v1/boards/{board}/cards"
    first = await client.post(path, json=body, headers=headers)
    async with world.unchanged(board):
        second = await client.post(path, json=body, headers=headers)
        other = await client.post(path, json=body | {"title": "Twice"}, headers=headers)
    assert second.json() == first.json()
    assert second.status_code == 201
    assert other.status_code == 422


async def test_the_board_of_a_project_is_the_same_board(
    client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    card = await create(client, board, columnId=columns[0], title="x")
    for prefix in ("/api/v1", "/api"):
        answer = await client.get(f"{prefix}/projects/{board}/board/cards/{card['id']}")
        assert answer.json()["card"] == card
        assert (await client.get(f"{prefix}/projects/{board}/board")).status_code == 200


async def test_images_are_read_apart_from_the_card(
    client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    image = {"data": "aGVsbG8=", "mime": "image/png"}
    card = await create(client, board, columnId=columns[0], title="x", images=[image])
    answer = await client.get(f"/api/v1/boards/{board}/cards/{card['id']}/images")
    assert answer.json() == {"images": [image]}
    assert (await client.get(f"/api/v1/boards/{board}/cards/none/images")).status_code == 404


@pytest.mark.parametrize("path", ["", "/cards", "/cards/card-1", "/columns/col-1"])
async def test_an_unknown_board_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"/api/v1/boards/nowhere{path}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "Board not found")


async def test_no_card_is_made_on_an_unknown_board(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/boards/nowhere/cards", json={"columnId": "col-1", "title": "T"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "Board not found")


# ── Finding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def found(client: httpx.AsyncClient, board: BoardId, **query: Any) -> list[str]:
    answer = await client.get(f"/api/v1/boards/{board}/cards", params=query)
    assert answer.status_code == 200, answer.text
    return [one["card"]["title"] for one in answer.json()["cards"]]


async def test_cards_are_found_by_each_filter(
    world: World, client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    first = await world.card(board, "Retry uploads", ticket_type="feat")
    await world.card(board, "Größere Bilder", 2, ticket_type="fix", description="for uploads")
    await world.card(board, "Blocked", 0, depends_on=[first])

    assert await found(client, board) == ["Retry uploads", "Blocked", "Größere Bilder"]
    assert await found(client, board, text="upl") == ["Retry uploads", "Größere Bilder"]
    assert await found(client, board, text="grossere") in ([], ["Größere Bilder"])
    assert await found(client, board, text="wc-2") == ["Größere Bilder"]
    assert await found(client, board, columnId=columns[2]) == ["Größere Bilder"]
    assert await found(client, board, columnId=[columns[2], columns[0]], ticketType="feat") == [
        "Retry uploads"
    ]
    assert await found(client, board, role="backlog") == ["Retry uploads", "Blocked"]
    assert await found(client, board, ticketType=["feat", "fix"]) == ["Retry uploads", "Größere Bilder"]
    assert await found(client, board, blocked="true") == ["Blocked"]
    assert await found(client, board, blocked="false", role="backlog") == ["Retry uploads"]
    assert await found(client, board, enhanced="true") == []
    assert await found(client, board, hasPullRequest="false", order="created") == [
        "Blocked",
        "Größere Bilder",
        "Retry uploads",
    ]
    assert await found(client, board, updatedSince="2999-01-01T00:00:00Z") == []


async def test_pages_follow_each_other_without_gap_or_repeat(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    for number in range(7):
        await world.card(board, f"{number}", number % 4)
    for order in ("board", "updated", "created", "key"):
        everything = await found(client, board, order=order)
        gathered: list[str] = []
        query: dict[str, Any] = {"order": order, "limit": 3}
        while True:
            page = (await client.get(f"/api/v1/boards/{board}/cards", params=query)).json()
            gathered += [one["card"]["title"] for one in page["cards"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert gathered == everything
        assert sorted(gathered) == [f"{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"order": "random"}, "order"),
        ({"role": "closed"}, "role"),
        ({"ticketType": "epic"}, "ticketType"),
        ({"blocked": "perhaps"}, "blocked"),
        ({"updatedSince": "yesterday"}, "updatedSince"),
        ({"columnId": "col-none"}, "columnId"),
        ({"after": "nonsense"}, "after"),
        ({"text": "x" * 201}, "text"),
    ],
)
async def test_a_filter_that_is_wrong_is_named(
    client: httpx.AsyncClient, board: BoardId, query: dict[str, Any], field: str
) -> None:
    answer = await client.get(f"/api/v1/boards/{board}/cards", params=query)
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


# ── Ticket keys, proposals, columns ─────────────────────────────────────────────────────────────────────────────────


async def test_the_next_key_is_told_and_not_taken(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    path = f"/api/v1/projects/{board}/tickets/next-key"
    for _ in range(2):
        assert (await client.get(path)).json() == {"preview": {"key": "WC-1", "prefix": "WC", "number": 1}}
    await world.card(board)
    assert (await client.get(path)).json()["preview"]["key"] == "WC-2"
    missing = await client.get("/api/v1/projects/nowhere/tickets/next-key")
    assert (missing.status_code, missing.json()["detail"]) == (404, "Project not found")


async def test_a_proposal_is_noted_read_and_put_away(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    card_id = await world.card(board)
    path = f"/api/v1/projects/{board}/cards/{card_id}/enhancement"
    everything = f"/api/v1/projects/{board}/enhancements"

    assert (await client.get(everything)).json() == {"enhancements": {}}
    assert (await client.put(path, json={"status": "enhancing"})).json() == {"ok": True}
    assert (await client.get(everything)).json() == {"enhancements": {card_id: {"status": "enhancing"}}}
    ready = {"status": "ready", "suggestion": {"title": "Better", "description": "Text"}}
    assert (await client.put(path, json=ready)).status_code == 200
    assert (await client.get(everything)).json() == {"enhancements": {card_id: ready}}
    for _ in range(2):
        answer = await client.delete(path)
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert (await client.put(path, json={"status": "done"})).status_code == 400
    unknown = await client.put(f"/api/v1/projects/{board}/cards/none/enhancement", json=ready)
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "Card not found")


async def test_columns_are_made_changed_and_deleted_by_version(
    world: World, client: httpx.AsyncClient, board: BoardId
) -> None:
    path = f"/api/v1/boards/{board}/columns"
    made = await client.post(path, json={"title": "Testing", "key": "review", "wipLimit": 2, "index": 1})
    assert made.status_code == 201
    column = made.json()["column"]
    assert column == {"id": column["id"], "title": "Testing", "key": "review", "wipLimit": 2}
    own = f"{path}/{column['id']}"
    read = await client.get(own)
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    assert (await client.get(own, headers={"If-None-Match": read.headers["etag"]})).status_code == 304

    edited = await client.patch(
        own, json={"wipLimit": None, "index": 0}, headers={"If-Match": read.headers["etag"]}
    )
    assert edited.json()["column"] == {"id": column["id"], "title": "Testing", "key": "review"}
    assert (await world.columns(board))[0] == column["id"]
    async with world.unchanged(board):
        for stale in (
            await client.patch(own, json={"title": "x"}, headers={"If-Match": read.headers["etag"]}),
            await client.delete(own, headers={"If-Match": read.headers["etag"]}),
        ):
            assert stale.status_code == 412
    assert (await client.delete(own, headers={"If-Match": edited.headers["etag"]})).status_code == 204
    assert (await client.get(own)).status_code == 404


async def test_a_column_with_cards_stays_and_says_why(
    world: World, client: httpx.AsyncClient, board: BoardId, columns: list[str]
) -> None:
    await world.card(board)
    answer = await client.delete(f"/api/v1/boards/{board}/columns/{columns[0]}")
    assert (answer.status_code, answer.json()["code"]) == (409, "column_not_empty")
    empty = await client.patch(f"/api/v1/boards/{board}/columns/{columns[0]}", json={})
    assert (empty.status_code, empty.json()["detail"]) == (400, "No updates provided")
