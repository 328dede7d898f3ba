"""Names for new branches: what exists by a name, here or at a remote, is never taken over."""

from __future__ import annotations

from collections.abc import Iterator

from kanbanai.adapters.git.bases import remotes_of
from kanbanai.adapters.git.program import GitProgram
from kanbanai.domain.errors import GitFailed
from kanbanai.domain.repositories import new_branch_name

_TRIES = 1_000
"""Attempts of one card that may share a name but for the number behind it."""


async def free_name(git: GitProgram, repository: str, wanted: str, field: str = "branchName") -> str:
    """`wanted`, or with a number behind it when that is taken. Raises Invalid for what git takes for no branch."""
    name = new_branch_name(field, wanted)
    listed = await git.run(repository, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/remotes")
    remotes = await remotes_of(git, repository)
    taken = _Taken(_short(ref, remotes) for ref in listed.text.splitlines())
    if taken.has_parent_of(name):
        # A branch `a` leaves no room for `a/b`: git keeps both as files.
        name = name.replace("/", "-")
    for candidate in _numbered(name):
        if not taken.is_in_the_way_of(candidate):
            return candidate
    raise GitFailed(f"There are {_TRIES} branches that begin with {name} already; remove some")


def _short(ref: str, remotes: list[str]) -> str:
    if ref.startswith("refs/heads/"):
        return ref.removeprefix("refs/heads/")
    name = ref.removeprefix("refs/remotes/")
    owners = [one for one in remotes if name.startswith(f"{one}/")]
    return name.removeprefix(f"{max(owners, key=len)}/") if owners else name


def _numbered(name: str) -> Iterator[str]:
    yield name
    for number in range(2, _TRIES + 1):
        yield f"{name}-{number}"


class _Taken:
    """Names that are taken. Case does not matter: not every file system tells `A` from `a`."""

    def __init__(self, names: Iterator[str]) -> None:
        self._names = {name.casefold() for name in names}
        self._folders = {parent for name in self._names for parent in _parents(name)}

    def has_parent_of(self, name: str) -> bool:
        return any(parent in self._names for parent in _parents(name.casefold()))

    def is_in_the_way_of(self, name: str) -> bool:
        plain = name.casefold()
        return plain in self._names or plain in self._folders or self.has_parent_of(plain)


def _parents(name: str) -> Iterator[str]:
    """`a/b/c`: `a`, `a/b`."""
    return (name[:at] for at, character in enumerate(name) if character == "/")
