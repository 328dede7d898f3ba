"""What a profile's mode answers unasked, what a decision means, how long a request waits."""

from typing import Any, get_args

import pytest

from kanbanai.domain.permissions import (
    Decision,
    Mode,
    PermissionOption,
    automatic,
    minutes_to_wait,
    option_for,
)

ACTIONS = ("exec", "apply_patch", "read", "search", "fetch", "think", "mcp_tool_call", "other", "unheard of")


@pytest.mark.parametrize(
    ("mode", "allowed", "otherwise"),
    [
        ("ask", set(), None),
        ("edit", {"read", "search", "think", "apply_patch"}, None),
        ("full", set(ACTIONS), None),
        ("plan", {"read", "search", "think"}, "reject"),
    ],
)
def test_a_mode_answers_for_a_person(mode: Mode, allowed: set[str], otherwise: Decision | None) -> None:
    assert {one: automatic(mode, one) for one in ACTIONS} == {
        one: "allow" if one in allowed else otherwise for one in ACTIONS
    }


def test_a_decision_never_becomes_its_opposite() -> None:
    yes, no = PermissionOption("y", "allow_always", "Yes"), PermissionOption("n", "reject_once", "No")
    for decision in get_args(Decision):
        wanted = yes if decision.startswith("allow") else no
        assert option_for((yes, no), decision) == wanted
        assert option_for((no if wanted is yes else yes,), decision) is None


@pytest.mark.parametrize(
    ("config", "otherwise", "minutes"),
    [
        ({}, None, None),
        ({}, 5, 5),
        ({"permissionMinutes": 2}, 5, 2),
        ({"permissionMinutes": 2}, None, 2),
        ({"permissionMinutes": 0}, 5, None),
        ({"permissionMinutes": 0.5}, 5, 0.5),
        ({"permissionMinutes": -1}, 5, 5),
        ({"permissionMinutes": True}, 5, 5),
        ({"permissionMinutes": "2"}, 5, 5),
        ({"permissionMinutes": 10_081}, None, None),
    ],
)
def test_a_profile_says_how_long_a_request_waits(
    config: dict[str, Any], otherwise: int | None, minutes: float | None
) -> None:
    assert minutes_to_wait(config, otherwise) == minutes
