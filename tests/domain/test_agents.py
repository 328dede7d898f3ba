"""The catalogue of agents, and what a profile may set; contract section 14."""

from typing import Any

import pytest

from kanbanai.domain.agents import CATALOGUE, MAX_JSON, MAX_LIST, MAX_PROMPT, MAX_SETTING, checked_config
from kanbanai.domain.errors import InvalidProfile

CODEX, DROID = CATALOGUE["CODEX"], CATALOGUE["DROID"]


def refused(config: dict[str, Any]) -> dict[str, str]:
    """What is wrong with each setting of a Codex profile."""
    with pytest.raises(InvalidProfile) as caught:
        checked_config(CODEX, config)
    return {one.field: one.message for one in caught.value.fields}


def test_the_keys_of_the_contract_stay_valid() -> None:
    assert {"CODEX", "OPENCODE", "DROID"} <= CATALOGUE.keys()
    assert [CATALOGUE[key].label for key in ("CODEX", "OPENCODE", "DROID")] == [
        "Codex Agent",
        "OpenCode Agent",
        "Droid Agent",
    ]


def test_the_defaults_are_those_of_the_contract() -> None:
    assert CODEX.default_profile == {"sandbox": "workspace-write", "skipGitRepoCheck": True, "debug": False}
    assert CATALOGUE["OPENCODE"].default_profile == DROID.default_profile == {"debug": False}


@pytest.mark.parametrize("agent", CATALOGUE.values(), ids=CATALOGUE)
def test_every_agent_is_whole_and_accepts_its_own_default(agent: Any) -> None:
    keys = [field.key for field in agent.fields]
    assert CATALOGUE[agent.key] is agent
    assert len(set(keys)) == len(keys)
    assert {"appendPrompt", "inlineProfile", "debug"} <= set(keys)
    assert all(bool(field.options) is (field.type == "enum") for field in agent.fields)
    assert checked_config(agent, agent.default_profile) == agent.default_profile


def test_labels_are_the_keys_in_words() -> None:
    labels = {field.key: field.label for field in CODEX.fields}
    assert labels["modelReasoningEffort"] == "Model Reasoning Effort"
    assert labels["sandbox"] == "Sandbox"


def test_an_empty_text_in_a_choice_means_not_set() -> None:
    """What the client's form sends when nobody touched it."""
    form = {"sandbox": "", "skipGitRepoCheck": True, "debug": False}
    assert checked_config(CODEX, form) == {"skipGitRepoCheck": True, "debug": False}


def test_what_is_right_is_stored_as_it_is() -> None:
    config = {
        "sandbox": "read-only",
        "model": "",
        "additionalDirectories": ["/data"],
        "outputSchema": {"type": "object", "required": ["a"]},
        "appendPrompt": None,
        "inlineProfile": "x" * MAX_PROMPT,
    }
    assert checked_config(CODEX, config) == config


def test_every_broken_setting_is_named() -> None:
    assert refused(
        {
            "sandbox": "none",
            "modell": "gpt",
            "model": 5,
            "debug": None,
            "webSearchEnabled": "yes",
            "additionalDirectories": ["/data", 1],
        }
    ) == {
        "config.sandbox": "'none' is not one of read-only, workspace-write, danger-full-access, auto",
        "config.modell": "is not a setting of Codex Agent",
        "config.model": "must be a text",
        "config.debug": "must not be null",
        "config.webSearchEnabled": "must be true or false",
        "config.additionalDirectories": "must be a list of texts",
    }


@pytest.mark.parametrize(
    ("key", "value", "limit"),
    [
        ("appendPrompt", "x" * (MAX_PROMPT + 1), MAX_PROMPT),
        ("model", "x" * (MAX_SETTING + 1), MAX_SETTING),
        ("additionalDirectories", ["/x"] * (MAX_LIST + 1), MAX_LIST),
        ("additionalDirectories", ["x" * (MAX_SETTING + 1)], MAX_SETTING),
        ("outputSchema", {"title": "x" * MAX_JSON}, MAX_JSON),
    ],
)
def test_a_setting_over_its_limit_is_refused_and_the_limit_told(key: str, value: Any, limit: int) -> None:
    message = refused({key: value})[f"config.{key}"]
    assert f"the limit is {limit}" in message


def test_a_choice_is_a_text_and_a_flag_no_number() -> None:
    assert refused({"sandbox": 1, "debug": 1}) == {
        "config.sandbox": "must be a text",
        "config.debug": "must be true or false",
    }
