"""Pushing a branch: who is not known, what a remote rejects, and one more try on top of what is there.

Credentials are those of the user's own git, its helpers, agents and keys, or those that are lent (`logins`). Nothing
asks a person, and no secret stands on a command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from kanbanai.adapters.git.bases import default_remote, fetch, remotes_of, verified
from kanbanai.adapters.git.committing import going_on
from kanbanai.adapters.git.places import FATAL, HOOK_PATIENCE, NETWORK_PATIENCE, Place, Places, to_the_end
from kanbanai.adapters.git.program import Output, told
from kanbanai.domain.errors import Invalid, NotAuthenticated, PushRejected
from kanbanai.domain.repositories import without_secret

_NOT_KNOWN = re.compile(
    r"authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied"
    r"|invalid (?:username|credentials)|access denied|host key verification failed|\b40[13]\b|not authorized"
    # GitHub's word to an account that may not see the repository.
    r"|repository (?:'[^']*' )?not found",
    re.IGNORECASE,
)
_URL = re.compile(r"\b[a-z+]+://[^\s'\"]+")
_BEHIND = ("non-fast-forward", "fetch first", "stale info")
"""Why git rejects what is not on top of what the remote has."""


class _Target(NamedTuple):
    """Where a push goes, and what is added to the environment of git when it speaks to the remote."""

    remote: str
    branch: str
    environment: Mapping[str, str]


class Pushing:
    """Pushes branches of worktrees."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def push(
        self,
        place: Place,
        remote: str | None,
        branch: str,
        *,
        set_upstream: bool,
        may_rebase: bool,
        environment: Mapping[str, str],
    ) -> str:
        """Pushes and answers with the remote. Raises PushRejected, NotAuthenticated, Invalid.

        `environment` is added to that of the commands that speak to the remote.
        """
        chosen = await self._remote(place, remote, branch)
        to = _Target(chosen, branch, environment)
        async with self._places.files_of(place):
            rejected = await self._tried(place, to)
            if rejected is not None:
                await self._again(place, to, rejected, may_rebase=may_rebase)
        if set_upstream:
            await self._set_upstream(place, chosen, branch)
        return chosen

    async def address(self, place: Place, remote: str | None, branch: str) -> str:
        """Where such a push goes to."""
        chosen = await self._remote(place, remote, branch)
        return (await self._places.run(place, "remote", "get-url", "--push", chosen)).text.strip()

    async def _remote(self, place: Place, remote: str | None, branch: str) -> str:
        remotes = await remotes_of(self._places.git, place.path)
        own = None
        if remote is None:
            asked = ("config", "--get", f"branch.{branch}.remote")
            own = (await self._places.run(place, *asked, accepted=(0, 1))).text.strip() or None
        chosen = remote or (own if own in remotes else None) or default_remote(remotes)
        if chosen is None:
            known = (
                f"it has {', '.join(remotes)}; say which" if remotes else "it has none; `git remote add` one"
            )
            raise Invalid.field("remote", f"the repository has no remote to push to: {known}")
        if chosen not in remotes:
            raise Invalid.field(
                "remote", f"the repository has no remote {chosen!r}; it has {', '.join(remotes) or 'none'}"
            )
        return chosen

    async def _tried(self, place: Place, to: _Target, *options: str) -> str | None:
        """One push. None: it is there; else why it is not on top of what the remote has. Raises for other reasons."""
        ref = f"refs/heads/{to.branch}"
        pushing = ("push", "--porcelain", "--no-follow-tags", *options, to.remote, f"{ref}:{ref}")
        pushed = await self._places.run(
            place,
            *pushing,
            also=to.environment,
            accepted=(0, 1, FATAL),
            patience=max(NETWORK_PATIENCE, HOOK_PATIENCE),
        )
        if pushed.code == 0:
            return None
        lines = [line for line in pushed.text.splitlines() if line.startswith("!")]
        reason = lines[0].split("\t")[-1] if lines else ""
        if any(one in reason for one in _BEHIND):
            return reason
        raise refusal(to.remote, pushed, reason)

    async def _again(self, place: Place, to: _Target, rejected: str, *, may_rebase: bool) -> None:
        """Once more, on top of what the remote has; or in its place, when that is but an older form of this branch."""
        remote, branch = to.remote, to.branch
        async with self._places.remotes_of(place.common_dir):
            await fetch(
                self._places.git,
                place.path,
                remote,
                branch,
                patience=NETWORK_PATIENCE,
                also=to.environment,
            )
        theirs = await verified(self._places.git, place.path, f"refs/remotes/{remote}/{branch}")
        if theirs and await self._was_ours(place, branch, theirs):
            lease = f"--force-with-lease=refs/heads/{branch}:{theirs}"
            rejected_again = await self._tried(place, to, lease)
        elif not may_rebase:
            raise PushRejected(
                f"{remote} has commits on {branch} that are not here; they can be brought in when the agent is done"
            )
        else:
            await self._rebase(place, remote, branch)
            rejected_again = await self._tried(place, to)
        if rejected_again is not None:
            raise PushRejected(
                f"{remote} does not take {branch}: {rejected}, and after a rebase {rejected_again}"
            )

    async def _was_ours(self, place: Place, branch: str, commit: str) -> bool:
        """Whether the branch itself was once at this commit: nobody else has pushed since."""
        asked = ("log", "--walk-reflogs", "--format=%H", f"refs/heads/{branch}", "--")
        walked = await self._places.run(place, *asked, accepted=(0, FATAL))
        return commit in walked.text.split()

    async def _rebase(self, place: Place, remote: str, branch: str) -> None:
        if waiting := await going_on(place):
            raise PushRejected(
                f"{remote} has commits on {branch} that are not here, and a {waiting} is going on in the worktree; "
                "continue or abort it, then push again"
            )
        rebasing = (
            "-c",
            "rebase.updateRefs=false",
            "rebase",
            "--quiet",
            "--no-autostash",
            f"refs/remotes/{remote}/{branch}",
            branch,
        )
        try:
            rebased = await self._places.run(
                place,
                *rebasing,
                also=await self._committer(place),
                accepted=(0, 1, FATAL),
                patience=HOOK_PATIENCE,
            )
        except BaseException:
            await to_the_end(self._put_back(place))
            raise
        if rebased.code == 0:
            return
        if await going_on(place):
            await to_the_end(self._put_back(place))
            raise PushRejected(
                f"{remote} has commits on {branch} that change the same places; update the branch from "
                f"{remote}/{branch} by hand, then push again"
            )
        raise PushRejected(
            f"{remote} has commits on {branch} that are not here, and they cannot be brought in now: {told(rebased)}"
        )

    async def _put_back(self, place: Place) -> None:
        if await going_on(place) == "rebase":
            await self._places.run(place, "rebase", "--abort")

    async def _committer(self, place: Place) -> dict[str, str]:
        """Whoever committed last on the branch also puts its commits on top of the remote's."""
        last = await self._places.run(place, "log", "--max-count=1", "--format=%cn%x00%ce")
        name, email = last.text.rstrip("\n").split("\0")
        return {"GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email}

    async def _set_upstream(self, place: Place, remote: str, branch: str) -> None:
        """Notes where the branch was pushed to. The configuration is the repository's: one writer at a time."""
        async with self._places.refs_of(place.common_dir):
            for key, value in (("remote", remote), ("merge", f"refs/heads/{branch}")):
                await self._places.run(place, "config", "--local", f"branch.{branch}.{key}", value)


def refusal(remote: str, pushed: Output, reason: str) -> Exception:
    """The error that a push was which no second try would mend. Addresses are told without what they log in with."""
    words = _URL.sub(lambda found: without_secret(found[0]), told(pushed))
    if not reason and _NOT_KNOWN.search(pushed.complaint):
        return NotAuthenticated(
            f"{remote} does not know who pushes, or does not let them: log in with git on the server's machine "
            f"(a credential helper, an SSH key), then push again. Git said: {words}"
        )
    return PushRejected(f"{remote} does not take the branch: {reason + '. ' if reason else ''}{words}")
