"""The user's own shell."""

from __future__ import annotations

import shutil
from collections.abc import Mapping

from kanbanai.domain.errors import Unstartable


def shell_of(env: Mapping[str, str]) -> str:
    """The program that `SHELL` names, or bash, or sh: the first that is there. Raises Unstartable: there is none."""
    path = env.get("PATH")
    for name in (env.get("SHELL"), "bash", "sh"):
        if name and (found := shutil.which(name, path=path)):
            return found
    raise Unstartable("No shell is there: neither the one that SHELL names, nor bash, nor sh")
