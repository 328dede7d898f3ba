"""What the house rules read: the files of the repository, as git knows them, and the sources as trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kanbanai"


class Source(NamedTuple):
    path: Path
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name below src/, or the path for a file elsewhere."""
        if not self.path.is_relative_to(PACKAGE):
            return str(self.path.relative_to(ROOT))
        parts = self.path.relative_to(PACKAGE.parent).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def repository_files() -> tuple[Path, ...]:
    """All files that are in git or would be with `git add`."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def parsed(folder: Path) -> tuple[Source, ...]:
    """Every Python file of the repository below a folder."""
    paths = sorted(p for p in repository_files() if p.suffix == ".py" and p.is_relative_to(folder))
    return tuple(Source(path, ast.parse(path.read_text(encoding="utf-8"), str(path))) for path in paths)


def place(source: Source, node: ast.AST) -> str:
    """`path:line`, as an editor opens it."""
    return f"{source.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
