"""Which worktrees may go by age and by how much they take, and letting them go with their work saved.

By default nothing goes by itself: both rules are settings, and off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from kanbanai.domain.attempts import ACTIVE, Attempt
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.times import Timestamp, later, moment
from kanbanai.domain.worktrees import Salvage
from kanbanai.ports import (
    Pause,
    Premises,
    Reading,
    Report,
    Store,
    WorktreePlan,
    WorktreeRules,
    WorktreeUse,
)

EVERY = timedelta(hours=6)
"""Between two rounds by the server's own rules, which count in days. A round reads the sizes of all worktrees."""
_MB = 1024 * 1024
PutAway = Callable[[AttemptId], Awaitable[Salvage | None]]
"""Puts an attempt's worktree away and answers with what was saved; see `kanbanai.runtime.putting_away`."""


class Upkeep:
    """`kanbanai.ports.WorktreeUpkeep`. `run` applies the server's own rules now and then, if it has any."""

    def __init__(
        self,
        store: Store,
        premises: Premises,
        put_away: PutAway,
        rules: WorktreeRules,
        *,
        folder: str,
        report: Report,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._store = store
        self._premises = premises
        self._put_away = put_away
        self._folder = folder
        self._report = report
        self._rules = rules
        self._pause = pause
        self._applying = asyncio.Lock()

    async def run(self) -> None:
        """One round after the other until it is cancelled, the first after a pause; returns if there is no rule."""
        while self._rules != WorktreeRules():
            await self._pause(EVERY.total_seconds())
            try:
                await self.apply()
            except Exception as error:  # noqa: BLE001 - a full disk must not end the rounds; `report` hears of it
                self._report(error)

    async def plan(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        """See `WorktreeUpkeep`."""
        chosen = self._rules if rules is None else rules
        found, now = await self._store.read(_with_worktree)
        sizes = [await self._premises.size(one.worktree_path or "") for one in found]
        uses = judged(found, sizes, chosen, later(now, -timedelta(days=chosen.max_age_days or 0)))
        owned = frozenset(one.path for one in uses)
        return WorktreePlan(
            rules=chosen,
            worktrees=uses,
            strays=await self._premises.strays(self._folder, owned),
            total=sum(one.bytes for one in uses),
            freed=sum(one.bytes for one in uses if one.goes),
            applied=False,
        )

    async def apply(self, rules: WorktreeRules | None = None) -> WorktreePlan:
        """See `WorktreeUpkeep`. One that cannot be put away does not keep the others."""
        async with self._applying:
            plan = await self.plan(rules)
            saved: list[Salvage] = []
            failed: list[str] = []
            for one in plan.worktrees:
                if not one.goes:
                    continue
                try:
                    if not await self._store.read(_is_at_rest, one):
                        failed.append(f"{one.path} is worked in again")
                        continue
                    salvage = await self._put_away(one.attempt_id)
                except KanbanError as error:
                    failed.append(str(error))
                else:
                    saved += [salvage] if salvage else []
        return WorktreePlan(
            rules=plan.rules,
            worktrees=plan.worktrees,
            strays=plan.strays,
            total=plan.total,
            freed=plan.freed,
            applied=True,
            saved=saved,
            failed=failed,
        )


def judged(found: list[Attempt], sizes: list[int], rules: WorktreeRules, oldest: str) -> list[WorktreeUse]:
    """What each worktree takes, and whether it goes. `found` has the longest untouched first."""
    total = sum(sizes)
    quota = None if rules.quota_mb is None else rules.quota_mb * _MB
    uses = []
    for attempt, size in zip(found, sizes, strict=True):
        why = None
        if attempt.status in ACTIVE:
            pass
        elif rules.max_age_days is not None and moment(attempt.updated_at) < moment(oldest):
            why = f"untouched for more than {rules.max_age_days} days"
        elif quota is not None and total > quota:
            why = f"all together take {-(-total // _MB)} MB of {rules.quota_mb} MB"
        if why is not None:
            total -= size
        uses.append(
            WorktreeUse(
                attempt_id=attempt.id,
                board_id=attempt.board_id,
                card_id=attempt.card_id,
                status=attempt.status,
                path=attempt.worktree_path or "",
                branch=attempt.branch_name,
                bytes=size,
                touched_at=attempt.updated_at,
                goes=why is not None,
                why=why,
            )
        )
    return uses


def _with_worktree(tx: Reading) -> tuple[list[Attempt], Timestamp]:
    return tx.attempts.with_worktree(), tx.now


def _is_at_rest(tx: Reading, one: WorktreeUse) -> bool:
    """Whether nothing has happened to the attempt since it was judged."""
    attempt = tx.attempts.get(one.attempt_id)
    return attempt is not None and attempt.updated_at == one.touched_at and attempt.status not in ACTIVE
