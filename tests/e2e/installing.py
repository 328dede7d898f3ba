"""Our wheel in an empty environment, as somebody gets it who runs `pip install`: it and what it asks for, nothing else.

What it asks for comes from no registry. The packages are installed where the tests run, in the pinned versions; each is
put back into a wheel, and pip may look at nothing but those. So a dependency that we use and do not name is missed, and
the test runs where there is no network.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==", re.MULTILINE)
NOT_FROM_A_WHEEL = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
"""What pip writes into the package's own folder when it installs it."""


def installed(folder: Path) -> Path:
    """Makes the environment in `folder`, and answers with its folder of programs."""
    wheels, environment = folder / "wheels", folder / "environment"
    wheels.mkdir()
    for name in PINNED.findall((ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")):
        try:
            _packed(distribution(name), wheels)
        except PackageNotFoundError:
            """One that is only for other systems."""
    pip = ("-m", "pip", "--isolated", "--disable-pip-version-check")
    _run(sys.executable, *pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", wheels, ROOT)
    _run(sys.executable, "-m", "venv", environment)
    programs = environment / "bin"
    _run(
        programs / "python", *pip, "install", "--no-index", "--find-links", wheels, "--no-compile", "kanbanai"
    )
    return programs


def _packed(package: Distribution, folder: Path) -> None:
    """A wheel of a package that is installed here. Its programs are left out: pip makes them anew."""
    about = package.read_text("WHEEL")
    assert about is not None
    *_, tag = re.findall(r"^Tag: (\S+)$", about, re.MULTILINE)
    members = [
        file
        for file in package.files or []
        if ".." not in file.parts and "__pycache__" not in file.parts and file.name not in NOT_FROM_A_WHEEL
    ]
    [home] = {file.parts[0] for file in members if file.parts[0].endswith(".dist-info")}
    stem, record = home.removesuffix(".dist-info"), f"{home}/RECORD"
    with zipfile.ZipFile(folder / f"{stem}-{tag}.whl", "w") as wheel:
        for file in members:
            wheel.write(str(package.locate_file(file)), str(file))
        wheel.writestr(record, "".join(f"{file},,\n" for file in [*members, record]))


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}"
