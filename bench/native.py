"""The two C programs of the benchmarks, compiled on first use.

Binaries go to the user's cache (`$XDG_CACHE_HOME`, else `~/.cache`, `/kanbanai-bench`), named by the hash of their
source, so that a changed source is never measured with an old binary and nothing compiled lies in the repository.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

FLAGS = ("-O2", "-std=gnu11", "-Wall", "-Wextra", "-Werror")


class Missing(Exception):
    """Something a benchmark needs is not installed; the message says what and how to get it."""


def binary(name: str) -> Path:
    """The compiled `name`.c of this folder.

    Raises:
        Missing: there is no C compiler.
        subprocess.CalledProcessError: the source does not compile.
    """
    source = Path(__file__).with_name(f"{name}.c")
    code = source.read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kanbanai-bench"
    target = cache / f"{name}-{hashlib.sha256(code + ' '.join(FLAGS).encode()).hexdigest()[:16]}"
    if target.exists():
        return target
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise Missing(
            "the load generator is written in C and no compiler was found: apt-get install gcc libc6-dev"
        )
    cache.mkdir(parents=True, exist_ok=True)
    # Compiled beside its place and moved into it: two benchmarks may start at the same moment.
    unfinished = target.with_suffix(f".{os.getpid()}")
    subprocess.run([compiler, *FLAGS, "-o", str(unfinished), str(source)], check=True)
    unfinished.replace(target)
    return target
