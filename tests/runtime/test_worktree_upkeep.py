"""Worktrees go by age and by how much they take, the longest untouched first, and never those of active attempts."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from kanbanai.domain.errors import GitFailed
from kanbanai.domain.ids import AttemptId
from kanbanai.domain.times import Timestamp
from kanbanai.domain.worktrees import Salvage
from kanbanai.ports import Stray, WorktreeRules
from kanbanai.runtime.worktree_upkeep import Upkeep
from kanbanai.usecases import attempts, messages
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World

pytestmark = pytest.mark.anyio
MB = 1024 * 1024
STRAY = Stray(kind="folder", path="/w/stray", branch=None, repository=None)


class PaperPremises:
    async def size(self, path: str) -> int:
        return int(path.rpartition("-")[2]) * MB

    async def strays(self, folder: str, owned: frozenset[str]) -> list[Stray]:
        assert (folder, owned) == ("/w", frozenset({"/w/a-10", "/w/b-20", "/w/c-40", "/w/busy-80"}))
        return [STRAY]


def raised(error: Exception) -> None:
    raise error


class Bench:
    """Four worktrees of 10, 20, 40 and 80 MB, touched 40, 30, 20 and 10 days ago; on the last one an agent works."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.gone: list[AttemptId] = []
        self.failure: dict[AttemptId, Exception] = {}
        self.ids: dict[str, AttemptId] = {}
        self.upkeep = self.with_rules(WorktreeRules())

    def with_rules(self, rules: WorktreeRules) -> Upkeep:
        return Upkeep(
            self.world.store,
            PaperPremises(),
            self.put_away,
            rules,
            folder="/w",
            report=raised,
            pause=self.pause,
        )

    async def pause(self, _seconds: float) -> None:
        if self.gone:
            raise StopIteration

    async def put_away(self, attempt_id: AttemptId) -> Salvage | None:
        if attempt_id in self.failure:
            raise self.failure[attempt_id]
        self.gone.append(attempt_id)
        at = Timestamp("2026-11-23T18:42:00.000Z")
        return Salvage(ref=attempt_id, commit="c", branch="b", saved_at=at, uncommitted=1, unmerged=0)

    def named(self, ids: list[AttemptId]) -> list[str]:
        return [name for one in ids for name, known in self.ids.items() if known == one]


@pytest.fixture
async def bench() -> AsyncGenerator[Bench]:
    async with World.opened() as world:
        bench = Bench(world)
        board = (await world.project()).board_id
        for name in ("a-10", "b-20", "c-40", "busy-80"):
            card = await world.card(board)
            made = await world.run(attempts.queue, board, card, NewAttempt(agent="CODEX", branch_name=name))
            await world.run(attempts.claim, 100)
            await world.run(messages.take_next, made.id)
            await world.run(attempts.record_worktree, made.id, f"/w/{name}")
            if name != "busy-80":
                await world.run(attempts.finish, made.id, "succeeded")
            bench.ids[name] = made.id
            world.clock.moment += timedelta(days=10)
        yield bench


@pytest.mark.parametrize(
    ("rules", "going"),
    [
        (WorktreeRules(), []),
        (WorktreeRules(max_age_days=25), ["a-10", "b-20"]),
        (WorktreeRules(max_age_days=0), ["a-10", "b-20", "c-40"]),
        (WorktreeRules(quota_mb=150), []),
        (WorktreeRules(quota_mb=149), ["a-10"]),
        (WorktreeRules(quota_mb=1), ["a-10", "b-20", "c-40"]),
        (WorktreeRules(max_age_days=35, quota_mb=130), ["a-10", "b-20"]),
    ],
)
async def test_a_plan_says_what_goes_and_touches_nothing(
    bench: Bench, rules: WorktreeRules, going: list[str]
) -> None:
    plan = await bench.upkeep.plan(rules)
    assert bench.named([one.attempt_id for one in plan.worktrees]) == ["a-10", "b-20", "c-40", "busy-80"]
    assert bench.named([one.attempt_id for one in plan.worktrees if one.goes]) == going
    assert all((one.why is not None) is one.goes for one in plan.worktrees)
    assert (plan.total, plan.freed) == (150 * MB, sum(int(one.partition("-")[2]) for one in going) * MB)
    assert (plan.applied, plan.strays, bench.gone) == (False, [STRAY], [])


async def test_what_goes_is_put_away_and_one_that_cannot_keeps_no_other(bench: Bench) -> None:
    bench.failure[bench.ids["a-10"]] = GitFailed("the disk is broken")
    plan = await bench.upkeep.apply(WorktreeRules(max_age_days=25))
    assert bench.named(bench.gone) == ["b-20"]
    assert (plan.applied, plan.failed) == (True, ["the disk is broken"])
    assert [one.ref for one in plan.saved] == bench.gone


async def test_the_servers_own_rules_are_applied_now_and_then(bench: Bench) -> None:
    with pytest.raises(RuntimeError):  # the pause that ends the test
        await bench.with_rules(WorktreeRules(quota_mb=149)).run()
    assert bench.named(bench.gone) == ["a-10"]
    await bench.with_rules(WorktreeRules()).run()  # no rule, no rounds
