"""`kanbanai project`, `export`, `import`."""

import json
from pathlib import Path

from tests.cli.conftest import OTHER, Run, project
from tests.client.stage import BOARD, FakeServer

HERE = str(Path.cwd())
LINES = b"".join(json.dumps({"type": "card", "number": number}).encode() + b"\n" for number in range(500))
ARRIVED = {
    "project": project(),
    "columns": 4,
    "cards": 500,
    "attempts": 1,
    "dropped": [{"field": "settings.defaultProfileId", "message": "is not here"}],
}


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_projects_are_listed(run: Run) -> None:
    result = await run("project", "list")
    assert result.stdout == f"Other\t{OTHER}\t/srv/Other\nWeb Shop\t{BOARD}\t/srv/Web Shop\n"
    listed = json.loads((await run("project", "list", "--json")).stdout)
    assert [one["id"] for one in listed] == [OTHER, BOARD]


async def test_a_folder_becomes_a_project_of_its_name(run: Run, server: FakeServer, tmp_path: Path) -> None:
    server.says("/projects", project(), method="POST", status=201)
    result = await run("project", "add", str(tmp_path / "shop"))
    assert result.output == f"Added Web Shop ({BOARD})\n"
    assert server.requests[-1].json == {"name": "shop", "repositoryPath": str(tmp_path / "shop")}
    result = await run("project", "add", ".", "--name", "Here", "--initialize", "--json")
    assert json.loads(result.stdout)["id"] == BOARD
    assert server.requests[-1].json == {"name": "Here", "repositoryPath": HERE, "initialize": True}


async def test_a_refusal_is_told(run: Run, server: FakeServer) -> None:
    server.says("/projects", {"detail": "/x is no git repository"}, method="POST", status=400)
    result = await run("project", "add", "/x")
    assert (result.exit_code, result.stderr) == (1, "kanbanai: /x is no git repository\n")


async def test_an_export_goes_to_a_file_or_to_standard_output(
    run: Run, server: FakeServer, tmp_path: Path
) -> None:
    server.says(f"/projects/{BOARD}/export", LINES)
    result = await run("export", "WC")
    assert result.stdout_bytes == LINES
    goal = tmp_path / "shop.ndjson"
    assert (await run("export", "Web Shop", "--output", str(goal))).exit_code == 0
    assert goal.read_bytes() == LINES
    again = await run("export", "WC", "-o", str(goal))
    assert (again.exit_code, again.stderr) == (1, f"kanbanai: {goal} is there already; --force replaces it\n")
    assert (await run("export", "WC", "-o", str(goal), "--force")).exit_code == 0


async def test_an_export_that_breaks_off_leaves_what_was_there(
    run: Run, server: FakeServer, tmp_path: Path
) -> None:
    goal = tmp_path / "shop.ndjson"
    goal.write_bytes(b"old\n")
    server.plain["GET", f"/api/v1/projects/{BOARD}/export"] = lambda _: (
        200,
        LINES[:100],
        {"Content_Length": "9999"},
    )
    result = await run("export", "WC", "-o", str(goal), "--force")
    assert (result.exit_code, goal.read_bytes()) == (3, b"old\n")
    assert names(tmp_path) == ["shop.ndjson"]


async def test_a_folder_that_is_not_there_is_told(run: Run, server: FakeServer, tmp_path: Path) -> None:
    server.says(f"/projects/{BOARD}/export", LINES)
    result = await run("export", "WC", "-o", str(tmp_path / "no" / "x"))
    assert (result.exit_code, "cannot be written: No such file" in result.stderr) == (1, True)


async def test_an_import_comes_from_a_file_or_from_standard_input(
    run: Run, server: FakeServer, tmp_path: Path
) -> None:
    server.says("/projects/import", ARRIVED, method="POST", status=201)
    source = tmp_path / "shop.ndjson"
    source.write_bytes(LINES)
    result = await run("import", str(source), "--repository", str(tmp_path))
    assert result.output == (
        f"Imported Web Shop ({BOARD}): 4 columns, 500 cards, 1 attempts\n"
        "  left out: settings.defaultProfileId: is not here\n"
    )
    request = server.requests[-1]
    assert (request.body, request.query) == (LINES, {"repositoryPath": str(tmp_path)})
    result = await run("import", "-", "--json", input=LINES)
    assert json.loads(result.stdout)["cards"] == 500
    assert server.requests[-1].body == LINES


async def test_a_file_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    result = await run("import", str(tmp_path / "none"))
    assert (result.exit_code, "none cannot be read: No such file" in result.stderr) == (1, True)
