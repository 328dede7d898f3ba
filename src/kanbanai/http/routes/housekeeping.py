"""What worktrees take, and letting those go that nobody needs: a look first, then the deed."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from kanbanai.domain.errors import Unavailable
from kanbanai.http.answers import also
from kanbanai.http.provide import FromUpkeep
from kanbanai.ports import WorktreePlan, WorktreeRules, WorktreeUpkeep

MAX_DAYS = 3_650
MAX_MB = 100_000_000
"""100 TB."""
_AGE = "Those untouched for more than so many days go."
_QUOTA = "While all together take more than so many MB, the longest untouched one goes."
Days = Annotated[int | None, QueryParameter(ge=0, le=MAX_DAYS, description=_AGE)]
Megabytes = Annotated[int | None, QueryParameter(ge=0, le=MAX_MB, description=_QUOTA)]
_NOBODY = also({503: "This server runs no agents."})


class Tidying(msgspec.Struct, kw_only=True, rename="camel"):
    """Rules for once; without any of them the server's own settings count."""

    max_age_days: Annotated[int, Meta(ge=0, le=MAX_DAYS, description=_AGE)] | None = None
    quota_mb: Annotated[int, Meta(ge=0, le=MAX_MB, description=_QUOTA)] | None = None


@get("/housekeeping/worktrees", summary="What worktrees take", tags=["git"], opt=_NOBODY)
async def plan_worktrees(
    upkeep: FromUpkeep, max_age_days: Days = None, quota_mb: Megabytes = None
) -> WorktreePlan:
    """Every worktree with its size, whether it would go by these rules (else by the server's own), and why."""
    return await _there(upkeep).plan(_rules(max_age_days, quota_mb))


@post("/housekeeping/worktrees", summary="Put worktrees away", tags=["git"], status_code=200, opt=_NOBODY)
async def tidy_worktrees(data: JSONBody[Tidying], upkeep: FromUpkeep) -> WorktreePlan:
    """Puts away what goes by these rules; what is nowhere else is saved first, and listed."""
    return await _there(upkeep).apply(_rules(data.max_age_days, data.quota_mb))


def _rules(max_age_days: int | None, quota_mb: int | None) -> WorktreeRules | None:
    if max_age_days is None and quota_mb is None:
        return None
    return WorktreeRules(max_age_days=max_age_days, quota_mb=quota_mb)


def _there(upkeep: WorktreeUpkeep | None) -> WorktreeUpkeep:
    if upkeep is None:
        raise Unavailable("This server runs no agents, so it keeps no worktrees")
    return upkeep


ROUTES = (plan_worktrees, tidy_worktrees)
