"""How the web client gets into the package: built when its sources changed, and never missing from a wheel."""

from __future__ import annotations

import importlib.util
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_web", ROOT / "scripts" / "build_web.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with a client whose build is a script of ours: what counts is when it runs."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "tests").mkdir()
    (web / "package.json").write_text("{}")
    (web / "package-lock.json").write_text("{}")
    (web / "src" / "main.tsx").write_text("one")
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node and an npm that note what they were asked for."""
    folder = tmp_path / "programs"
    folder.mkdir()
    node, npm = folder / "node", folder / "npm"
    node.write_text("#!/bin/sh\necho v22.1.0\n")
    npm.write_text(
        f'#!/bin/sh\necho "$1" >>{folder}/asked\n'
        'if [ "$1" = ci ]; then mkdir -p node_modules; exit; fi\n'
        "mkdir -p ../src/kanbanai/_ui && echo page >../src/kanbanai/_ui/index.html\n"
    )
    for program in (node, npm):
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def asked(programs: Path) -> list[str]:
    return (programs / "asked").read_text().split()


def test_a_client_is_built_once_and_again_when_its_sources_change(
    builder: ModuleType, checkout: Path, programs: Path
) -> None:
    assert builder.build(checkout)
    assert not builder.build(checkout)
    assert asked(programs) == ["ci", "run"]

    (checkout / "web" / "tests" / "some.test.ts").write_text("tests do not reach the build")
    assert not builder.build(checkout)
    (checkout / "web" / "src" / "main.tsx").write_text("two")
    assert builder.build(checkout)
    assert asked(programs) == ["ci", "run", "run"]
    (checkout / "web" / "package-lock.json").write_text("{ }")
    assert builder.build(checkout)
    assert asked(programs) == ["ci", "run", "run", "ci", "run"]


def test_a_build_that_fails_is_an_error_and_is_not_taken_for_one_that_is_there(
    builder: ModuleType, checkout: Path, programs: Path
) -> None:
    assert builder.build(checkout)
    (programs / "npm").write_text("#!/bin/sh\nexit 1\n")
    (checkout / "web" / "src" / "main.tsx").write_text("two")
    with pytest.raises(builder.BuildFailed, match="could not be built"):
        builder.build(checkout)
    assert not builder.is_fresh(checkout)


def test_a_node_that_is_too_old_is_none(
    builder: ModuleType, checkout: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (programs / "node").write_text("#!/bin/sh\necho v18.19.0\n")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(builder.BuildFailed, match=r"needs Node 20\.19 or later"):
        builder.build(checkout)


@pytest.mark.system
def test_a_wheel_holds_the_client(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "kanbanai/_ui/index.html" in names
    assert any(name.startswith("kanbanai/_ui/assets/") and name.endswith(".js") for name in names)
    assert not any("node_modules" in name for name in names)
