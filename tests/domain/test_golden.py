"""The fold against its golden triples, as any fold in any language reads them."""

import json
from typing import Any

import jsonpatch
import msgspec
import pytest

from kanbanai.domain import snapshots, wire
from kanbanai.domain.snapshots import BoardSnapshot
from tests.golden import write

FILES = sorted(write.HERE.glob("*.json"))


def _read(name: str) -> dict[str, Any]:
    triple: dict[str, Any] = json.loads((write.HERE / name).read_text(encoding="utf-8"))
    return triple


@pytest.mark.parametrize("name", [file.name for file in FILES])
def test_the_fold_leads_from_before_to_after(name: str) -> None:
    triple = _read(name)
    before = msgspec.convert(triple["before"], BoardSnapshot)
    event = wire.decode(triple["kind"], json.dumps(triple["event"]).encode())

    after = snapshots.apply(before, event)

    assert after == msgspec.convert(triple["after"], BoardSnapshot)
    assert json.loads(wire.encode(after)) == triple["after"]


@pytest.mark.parametrize("name", [file.name for file in FILES])
def test_rt7_the_operations_lead_from_before_to_after(name: str) -> None:
    triple = _read(name)
    assert jsonpatch.apply_patch(triple["before"]["state"], triple["operations"]) == triple["after"]["state"]


def test_every_event_has_a_golden_triple() -> None:
    assert {case.event.kind for case in write.CASES} == set(wire.CLASSES)


def test_the_golden_triples_are_fresh() -> None:
    wanted = {f"{case.name}.json": write.text(case) for case in write.CASES}
    found = {file.name: file.read_text(encoding="utf-8") for file in FILES}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    assert not stale, f"`make golden` writes them anew: {', '.join(stale)}"
