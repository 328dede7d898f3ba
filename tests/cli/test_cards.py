"""`kanbanai card`."""

import json

import pytest

from tests.cli.conftest import OTHER, Run
from tests.client.stage import BOARD, FakeServer, card


def answers_with(server: FakeServer, name: str = "card-1", column: str = "col-2", **fields: object) -> None:
    body = {"card": card(name, **fields), "columnId": column}  # type: ignore[arg-type]
    server.says(f"/boards/{BOARD}/cards/{name}", body, method="PATCH", ETag='"v2"')


def sent(server: FakeServer, method: str) -> object:
    return next(one for one in reversed(server.requests) if one.method == method).json


@pytest.mark.parametrize("name", [BOARD, "Web Shop", "web shop", "WC", "wc"])
async def test_a_project_is_named_by_id_name_or_ticket_prefix(run: Run, name: str) -> None:
    result = await run("card", "list", name)
    assert result.exit_code == 0
    assert result.output == "WC-1\tBacklog\t\tCard card-1\nWC-2\tBacklog\t\tCard card-2\n"


async def test_an_unknown_project_is_told_with_those_there_are(run: Run) -> None:
    result = await run("card", "list", "nope")
    assert result.exit_code == 4
    assert result.stderr == "kanbanai: there is no project 'nope'; there are Other (OT), Web Shop (WC)\n"


async def test_a_name_that_fits_two_projects_is_refused(run: Run, server: FakeServer) -> None:
    server.says(
        f"/projects/{OTHER}/settings", {"settings": {"ticketPrefix": "WC", "createdAt": "", "updatedAt": ""}}
    )
    result = await run("card", "list", "WC")
    assert result.exit_code == 4
    assert f"several projects are called 'WC': Other ({OTHER}), Web Shop ({BOARD})" in result.stderr


async def test_a_list_is_filtered_by_the_server(run: Run, server: FakeServer) -> None:
    await run("card", "list", "WC", "--column", "backlog", "--type", "feat", "--search", "card-2")
    query = server.requests[-1].query
    assert query == {"limit": "500", "text": "card-2", "columnId": "col-1", "ticketType": "feat"}


async def test_a_list_as_json_is_one_document(run: Run) -> None:
    result = await run("card", "list", "WC", "--json", "--limit", "1")
    [entry] = json.loads(result.stdout)
    assert (entry["card"]["id"], entry["columnId"]) == ("card-1", "col-1")
    assert result.stdout.count("\n") == 1


async def test_titles_cannot_steer_the_terminal(run: Run, server: FakeServer) -> None:
    evil = card("card-1", "\x1b]0;owned\x07\x1b[31mred\u202etxt.exe\nsecond line")
    server.plain["GET", f"/api/v1/boards/{BOARD}/cards"] = lambda _: (
        200,
        {"cards": [{"card": evil, "columnId": "col-1"}], "next": None},
        {},
    )
    result = await run("card", "list", "WC")
    assert result.stdout.splitlines() == ["WC-1\tBacklog\t\t�]0;owned��[31mred�txt.exe second line"]


async def test_a_card_goes_to_the_backlog_unless_a_column_is_named(run: Run, server: FakeServer) -> None:
    made = {"card": card("card-3", "New"), "columnId": "col-1"}
    server.says(f"/boards/{BOARD}/cards", made, method="POST", status=201)
    result = await run("card", "add", "WC", "New")
    assert result.exit_code == 0
    assert result.output == "WC-3 added to Backlog: New\n"
    assert sent(server, "POST") == {"columnId": "col-1", "title": "New"}
    await run(
        "card", "add", "WC", "New", "--column", "done", "--top", "--type", "fix",
        "--description", "-", "--depends-on", "WC-2", "--depends-on", "card-1", input="why\n",
    )  # fmt: skip
    assert sent(server, "POST") == {
        "columnId": "col-2",
        "title": "New",
        "description": "why\n",
        "ticketType": "fix",
        "dependsOn": ["card-2", "card-1"],
        "index": 0,
    }


async def test_a_problem_is_told_in_its_own_words(run: Run, server: FakeServer) -> None:
    problem = {
        "status": 400,
        "code": "invalid",
        "detail": "title: a card needs a title",
        "errors": [{"field": "title", "message": "a card needs a title"}],
    }
    server.says(f"/boards/{BOARD}/cards", problem, method="POST", status=400)
    result = await run("card", "add", "WC", " ")
    assert (result.exit_code, result.stderr) == (1, "kanbanai: title: a card needs a title\n")
    result = await run("card", "add", "WC", " ", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stderr) == {
        "error": {
            "detail": "title: a card needs a title",
            "code": "invalid",
            "status": 400,
            "errors": [{"field": "title", "message": "a card needs a title"}],
        }
    }


@pytest.mark.parametrize("name", ["WC-1", "wc-1", "card-1"])
async def test_a_card_is_found_in_whichever_project_has_it(run: Run, server: FakeServer, name: str) -> None:
    answers_with(server)
    result = await run("card", "move", name, "Done")
    assert result.exit_code == 0, result.output
    assert result.output == "WC-1 moved to Done: Card card-1\n"
    assert sent(server, "PATCH") == {"columnId": "col-2", "index": 0}


async def test_a_card_is_moved_to_the_end_unless_a_place_is_named(run: Run, server: FakeServer) -> None:
    answers_with(server, column="col-1")
    await run("card", "move", "WC-1", "Backlog")
    assert sent(server, "PATCH") == {"columnId": "col-1", "index": 2}
    await run("card", "move", "WC-1", "backlog", "--index", "1")
    assert sent(server, "PATCH") == {"columnId": "col-1", "index": 1}
    await run("card", "move", "WC-1", "col-1", "--top")
    assert sent(server, "PATCH") == {"columnId": "col-1", "index": 0}


async def test_what_is_not_there_is_said_and_nothing_changed(run: Run, server: FakeServer) -> None:
    cases = [
        (("card", "move", "WC-7", "Done"), "there is no card 'WC-7'"),
        (("card", "move", "OT-9", "Done", "--project", "WC"), "there is no card 'OT-9' in Web Shop"),
        (("card", "move", "WC-1", "Testing"), "there is no column 'Testing'; there are Backlog, Done"),
        (("card", "edit", "card-404", "--title", "x"), "there is no card 'card-404'"),
    ]
    for arguments, sentence in cases:
        result = await run(*arguments)
        assert (result.exit_code, result.stderr) == (4, f"kanbanai: {sentence}\n")
    assert {request.method for request in server.requests} == {"GET"}


async def test_an_edit_changes_what_is_named_and_empties_what_is_cleared(
    run: Run, server: FakeServer
) -> None:
    answers_with(server, title="Better")
    result = await run(
        "card", "edit", "WC-1", "--title", "Better", "--clear", "description", "--clear", "depends-on", "--json",
        "--if-match", '"v1"',
    )  # fmt: skip
    assert sent(server, "PATCH") == {"title": "Better", "description": None, "dependsOn": []}
    assert server.requests[-1].headers["if-match"] == '"v1"'
    answer = json.loads(result.stdout)
    assert (answer["card"]["title"], answer["columnId"], answer["etag"]) == ("Better", "col-2", '"v2"')


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("card", "edit", "WC-1"), "nothing to change: name a field, for example --title"),
        (
            ("card", "edit", "WC-1", "--clear", "title"),
            "--clear title: there are description, type, depends-on",
        ),
        (("card", "edit", "WC-1", "--type", "fix", "--clear", "type"), "--clear type contradicts --type"),
        (
            ("card", "move", "WC-1", "Done", "--top", "--index", "2"),
            "--top and --index contradict each other",
        ),
        (
            ("card", "list", "WC", "--server", "nowhere"),
            "--server must be like http://127.0.0.1:3000, not 'nowhere'",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    run: Run, server: FakeServer, arguments: tuple[str, ...], sentence: str
) -> None:
    result = await run(*arguments)
    assert (result.exit_code, result.stderr) == (2, f"kanbanai: {sentence}\n")
    assert server.requests == []


async def test_a_missing_argument_is_a_mistake_of_usage(run: Run) -> None:
    assert (await run("card", "move", "WC-1")).exit_code == 2


async def test_no_server_has_an_exit_code_of_its_own(run: Run, server: FakeServer) -> None:
    await server.down()
    result = await run("card", "list", "WC")
    assert result.exit_code == 3
    assert result.stderr.startswith(
        f"kanbanai: {server.url} cannot be reached: nobody listens there. Is it running?"
    )
    result = await run("card", "list", "WC", "--json")
    assert json.loads(result.stderr)["error"]["code"] == "unreachable"
