"""What a browser is told of the files, and what not."""

import os
from pathlib import Path

import pytest

from kanbanai.adapters.files import browsing, scanning
from kanbanai.adapters.files.home import Home
from kanbanai.adapters.files.machine import MachineFiles
from kanbanai.domain.errors import Invalid
from kanbanai.domain.files import FileEntry, Folder

pytestmark = pytest.mark.anyio


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def files(home: Path) -> MachineFiles:
    return MachineFiles(home, home, {"PATH": str(home / "bin")})


def put(path: Path, text: str = "", *, executable: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755 if executable else 0o644)
    return path


def repository(path: Path) -> Path:
    put(path / ".git" / "HEAD", "ref: refs/heads/main\n")
    return path


async def shown(files: MachineFiles, path: Path | str | None = None, **flags: bool) -> Folder:
    wanted = {"hidden": False, "executables_only": False} | flags
    return await files.browse(None if path is None else str(path), **wanted)


async def names(files: MachineFiles, path: Path | str | None = None, **flags: bool) -> list[str]:
    return [entry.name for entry in (await shown(files, path, **flags)).entries]


async def refused(files: MachineFiles, path: Path | str) -> str:
    told = []
    for question in (
        files.browse(str(path), hidden=True, executables_only=False),
        files.repositories(str(path)),
    ):
        with pytest.raises(Invalid) as caught:
            await question
        assert [field.field for field in caught.value.fields] == ["path"]
        told.append(str(caught.value))
    assert told[0] == told[1]
    return told[0]


# ── Browsing ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_folder_shows_folders_first_and_each_kind_by_name(files: MachineFiles, home: Path) -> None:
    for name in ("b.txt", "A.txt"):
        put(home / name, "1234")
    put(home / "run.sh", executable=True)
    for name in ("zoo", "Archive", "middle"):
        (home / name).mkdir()
    folder = await shown(files)
    assert (folder.current_path, folder.parent_path, folder.truncated) == (str(home), None, False)
    assert [entry.name for entry in folder.entries] == [
        "Archive",
        "middle",
        "zoo",
        "A.txt",
        "b.txt",
        "run.sh",
    ]
    assert folder.entries[0] == FileEntry(
        name="Archive", path=str(home / "Archive"), is_directory=True, is_executable=False
    )
    assert folder.entries[3].size == 4
    assert [entry.is_executable for entry in folder.entries] == [False] * 5 + [True]


async def test_hidden_entries_are_shown_on_request(files: MachineFiles, home: Path) -> None:
    put(home / ".profile")
    (home / ".cache").mkdir()
    assert await names(files) == []
    assert await names(files, hidden=True) == [".cache", ".profile"]


async def test_executables_only_leaves_folders_to_go_on_from(files: MachineFiles, home: Path) -> None:
    put(home / "text")
    put(home / "tool", executable=True)
    (home / "bin").mkdir()
    assert await names(files, executables_only=True) == ["bin", "tool"]


async def test_the_way_up_ends_at_the_home_folder(files: MachineFiles, home: Path) -> None:
    (home / "a" / "b").mkdir(parents=True)
    assert (await shown(files, home / "a" / "b")).parent_path == str(home / "a")
    assert (await shown(files, home / "a")).parent_path == str(home)
    assert (await shown(files, home)).parent_path is None


async def test_a_tilde_is_the_home_folder(files: MachineFiles, home: Path) -> None:
    (home / "a").mkdir()
    assert (await shown(files, "~/a")).current_path == str(home / "a")
    assert (await shown(files, "~")).current_path == str(home)


async def test_a_home_folder_that_is_a_link_itself_is_told_by_its_real_name(
    tmp_path: Path, home: Path
) -> None:
    put(home / "file")
    (tmp_path / "link").symlink_to(home)
    files = MachineFiles(tmp_path / "link", tmp_path, {})
    for asked in (None, str(tmp_path / "link"), str(home)):
        folder = await shown(files, asked)
        assert (folder.current_path, folder.parent_path) == (str(home), None)
        assert folder.entries[0].path == str(home / "file")


@pytest.mark.parametrize("path", ["/", "/etc", "~/..", "~/../outside", "~root", "/proc/self/root"])
async def test_outside_of_the_home_folder_nothing_is_told(
    files: MachineFiles, tmp_path: Path, path: str
) -> None:
    (tmp_path / "outside").mkdir()
    assert "outside of the home folder" in await refused(files, path) or path == "~root"


async def test_a_folder_whose_name_begins_like_the_home_folders_is_outside(
    files: MachineFiles, home: Path
) -> None:
    home.with_name("home2").mkdir()
    assert "outside" in await refused(files, home.with_name("home2"))


async def test_outside_gets_one_answer_whether_something_is_there_or_not(
    files: MachineFiles, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    there, nothing = await refused(files, tmp_path / "there"), await refused(files, tmp_path / "nothing")
    assert there.replace("there", "x") == nothing.replace("nothing", "x")


async def test_a_link_that_leads_out_is_neither_shown_nor_followed(
    files: MachineFiles, home: Path, tmp_path: Path
) -> None:
    put(tmp_path / "outside" / "secret")
    (home / "folder").symlink_to(tmp_path / "outside")
    (home / "file").symlink_to(tmp_path / "outside" / "secret")
    (home / "twice").symlink_to(home / "folder")
    (home / "nowhere").symlink_to(home / "gone")
    (home / "round").symlink_to(home / "round")
    assert await names(files, hidden=True) == []
    for path in ("folder", "twice", "folder/../outside"):
        assert "outside" in await refused(files, home / path)


async def test_a_link_that_stays_inside_is_followed_to_its_real_place(
    files: MachineFiles, home: Path
) -> None:
    put(home / "real" / "file")
    (home / "link").symlink_to(home / "real")
    (home / "other").symlink_to(home / "real" / "file")
    entries = (await shown(files)).entries
    assert [(entry.name, entry.is_directory) for entry in entries] == [
        ("link", True),
        ("real", True),
        ("other", False),
    ]
    assert (await shown(files, home / "link")).current_path == str(home / "real")


@pytest.mark.parametrize("path", ["relative", "./x", "a\0b", "~/nowhere", "~/file", "~/file/below"])
async def test_what_is_no_folder_is_refused(files: MachineFiles, home: Path, path: str) -> None:
    put(home / "file")
    await refused(files, path)


async def test_a_path_that_is_too_long_is_refused(files: MachineFiles, home: Path) -> None:
    await refused(files, f"{home}/{'x' * 300}")
    await refused(files, f"{home}/{'x/' * 5000}")


async def test_what_is_neither_folder_nor_file_is_not_shown(files: MachineFiles, home: Path) -> None:
    os.mkfifo(home / "pipe")
    assert await names(files) == []


async def test_a_name_that_is_no_text_is_not_shown(files: MachineFiles, home: Path) -> None:
    try:
        put(Path(os.fsdecode(os.fsencode(home) + b"/\xff\xfe")))
    except OSError:
        pytest.skip("this file system takes no names that are not text")
    put(home / "file")
    assert await names(files) == ["file"]


def test_a_big_folder_is_cut_and_says_so(home: Path) -> None:
    for number in range(6):
        put(home / f"file{number}")
    whole = browsing.browse(Home(home), None, hidden=False, executables_only=False, limit=6)
    cut = browsing.browse(Home(home), None, hidden=False, executables_only=False, limit=5)
    assert (len(whole.entries), whole.truncated) == (6, False)
    assert (len(cut.entries), cut.truncated) == (5, True)


# ── Repositories ────────────────────────────────────────────────────────────────────────────────────────────────────


async def found(files: MachineFiles, path: Path | None = None) -> list[str]:
    home = (await shown(files)).current_path
    repositories = await files.repositories(None if path is None else str(path))
    assert all(one.name == Path(one.path).name for one in repositories)
    return [str(Path(one.path).relative_to(home)) for one in repositories]


async def test_repositories_are_found_to_a_depth_of_three_and_come_by_name(
    files: MachineFiles, home: Path
) -> None:
    for path in ("zeta", "a/Beta", "a/b/alpha", "a/b/c/deeper"):
        repository(home / path)
    assert await found(files) == ["a/b/alpha", "a/Beta", "zeta"]


async def test_the_usual_places_are_starts_of_their_own(files: MachineFiles, home: Path) -> None:
    repository(home / "projects" / "a" / "b" / "deep")
    assert await found(files) == ["projects/a/b/deep"]


async def test_the_servers_own_folder_is_a_start_if_it_is_in_the_home_folder(
    home: Path, tmp_path: Path
) -> None:
    repository(home / "a" / "b" / "c" / "d" / "here")
    repository(tmp_path / "outside" / "there")
    inside = MachineFiles(home, home / "a" / "b", {})
    assert await found(inside) == ["a/b/c/d/here"]
    assert await found(MachineFiles(home, tmp_path / "outside", {})) == []


async def test_a_linked_worktree_or_submodule_is_one_and_an_empty_git_folder_is_not(
    files: MachineFiles, home: Path
) -> None:
    put(home / "worktree" / ".git", "gitdir: elsewhere\n")
    (home / "empty" / ".git").mkdir(parents=True)
    assert await found(files) == ["worktree"]


async def test_what_lies_in_a_repository_or_among_dependencies_is_not_listed(
    files: MachineFiles, home: Path
) -> None:
    repository(home / "outer")
    repository(home / "outer" / "inner")
    repository(home / "node_modules" / "package")
    repository(home / ".cache" / "tool")
    assert await found(files) == ["outer"]


async def test_the_search_follows_no_links(files: MachineFiles, home: Path, tmp_path: Path) -> None:
    repository(tmp_path / "outside")
    repository(home / "code" / "real")
    (home / "out").symlink_to(tmp_path / "outside")
    (home / "link").symlink_to(home / "code")
    (home / "code" / "round").symlink_to(home)
    assert await found(files) == ["code/real"]


async def test_a_path_is_searched_from_there(files: MachineFiles, home: Path) -> None:
    repository(home / "a" / "inside")
    repository(home / "b" / "outside")
    assert await found(files, home / "a") == ["a/inside"]
    assert await found(files, home / "a" / "inside") == ["a/inside"]


async def test_no_more_than_forty_are_listed(files: MachineFiles, home: Path) -> None:
    for number in range(45):
        repository(home / f"repository{number}")
    assert len(await found(files)) == 40


async def test_the_search_ends_when_its_time_is_over(
    files: MachineFiles, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(home / "repository")
    monkeypatch.setattr(scanning, "MAX_SECONDS", 0.0)
    assert await found(files) == []


# ── Editors ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_editors_on_the_path_are_suggested(files: MachineFiles, home: Path) -> None:
    assert await files.editors() == []
    put(home / "bin" / "zeditor", executable=True)
    put(home / "bin" / "code", executable=True)
    put(home / "bin" / "webstorm")  # not executable
    assert [(one.key, one.label, one.bin) for one in await files.editors()] == [
        ("VS_CODE", "Visual Studio Code", str(home / "bin" / "code")),
        ("ZED", "Zed", str(home / "bin" / "zeditor")),
    ]


async def test_an_editor_in_its_usual_place_is_suggested_too(files: MachineFiles, home: Path) -> None:
    script = put(home / ".local/share/JetBrains/Toolbox/scripts/webstorm", executable=True)
    assert [(one.key, one.bin) for one in await files.editors()] == [("WEBSTORM", str(script))]


async def test_a_program_is_an_executable_file_or_the_name_of_a_command_and_is_not_run(
    files: MachineFiles, home: Path
) -> None:
    trace = home / "was-run"
    tool = put(home / "bin" / "tool", f"#!/bin/sh\ntouch {trace}\n", executable=True)
    for path in (str(tool), "~/bin/tool", "tool", f"  {tool} "):
        assert await files.why_no_program(path) is None
    assert not trace.exists()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "no path"),
        ("a\0b", "no path"),
        ("~/nothing", "is not there"),
        ("~", "is not a file"),
        ("~/text", "is not executable"),
        ("bin/tool", "must begin with"),
        ("no-command-of-that-name", "no command"),
        ("tool --flag", "no command"),
        ("~/" + "x" * 300, "cannot be looked at"),
    ],
)
async def test_why_something_is_no_program(files: MachineFiles, home: Path, path: str, reason: str) -> None:
    put(home / "bin" / "tool", executable=True)
    put(home / "text")
    told = await files.why_no_program(path)
    assert told is not None
    assert reason in told
