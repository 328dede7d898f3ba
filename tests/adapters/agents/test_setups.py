"""What a profile's settings become for each agent."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kanbanai.adapters.agents.presets import PRESETS, preset_of
from kanbanai.adapters.agents.setups import environment_of, setup_of
from kanbanai.domain.agents import CATALOGUE, Field, Program, added
from kanbanai.domain.environments import KEYS


def codex(**config: Any) -> tuple[str | None, dict[str, Any]]:
    setup = setup_of(CATALOGUE["CODEX"], config)
    assert setup.own_env["INITIAL_AGENT_MODE"] == setup.mode
    return setup.mode, json.loads(setup.own_env["CODEX_CONFIG"])


def test_every_agent_of_the_catalogue_has_a_preset() -> None:
    assert PRESETS.keys() == CATALOGUE.keys()
    for agent in CATALOGUE.values():
        assert preset_of(agent).keys <= KEYS
        assert preset_of(agent).resumes is agent.capabilities.resume


@pytest.mark.parametrize("key", CATALOGUE)
def test_every_agent_starts_with_its_default_profile(key: str) -> None:
    setup = setup_of(CATALOGUE[key], CATALOGUE[key].default_profile)
    assert setup.argv[: 1 + len(PRESETS[key].args)] == (PRESETS[key].command, *PRESETS[key].args)


OURS = {"appendPrompt", "inlineProfile", "resumeOnRestart", "permissionMinutes"}
"""Settings that are ours to follow, not the agent's."""
SETTINGS = [
    (agent.key, field)
    for agent in (*CATALOGUE.values(), added("OWN", "Own", Program(command="own")))
    for field in agent.fields
    if field.key not in OURS and (agent.key, field.key) != ("OWN", "mode")  # it may say nothing to its agent
]


@pytest.mark.parametrize(("key", "field"), SETTINGS, ids=[f"{key}-{one.key}" for key, one in SETTINGS])
def test_a_setting_has_an_effect_or_says_that_it_has_none(key: str, field: Field) -> None:
    agent = CATALOGUE.get(key) or added("OWN", "Own", Program(command="own"))
    values: dict[str, list[Any]] = {
        "boolean": [True, False],
        "string": ["x"],
        "enum": list(field.options),
        "string_array": [["x"]],
        "json": [{"type": "object"}],
    }
    made = [setup_of(agent, {field.key: value}) for value in values[field.type]]
    has_effect = any(one != setup_of(agent, {}) for one in made)
    assert has_effect is not (field.description or "").startswith("No effect")


@pytest.mark.parametrize(
    ("config", "mode"),
    [
        ({}, "workspace-write"),
        ({"sandbox": "read-only"}, "read-only"),
        ({"sandbox": "workspace-write"}, "workspace-write"),
        ({"sandbox": "danger-full-access"}, "agent-full-access"),
        ({"sandbox": "auto"}, "agent"),
        ({"sandbox": "danger-full-access", "approvalPolicy": "untrusted"}, "read-only"),
        ({"sandbox": "read-only", "mode": "full"}, "agent-full-access"),
        ({"mode": "edit"}, "workspace-write"),
    ],
)
def test_codexs_sandbox_and_our_modes_mean_one_of_its_own(config: dict[str, Any], mode: str) -> None:
    assert codex(**config)[0] == mode


def test_what_codex_can_be_told_reaches_it() -> None:
    _, settings = codex(
        networkAccessEnabled=True,
        webSearchEnabled=False,
        additionalDirectories=["/srv/shared"],
        approvalPolicy="never",
    )
    assert settings == {
        "tools": {"update_plan": {"enabled": True}},
        "web_search": "disabled",
        "sandbox_workspace_write": {"writable_roots": ["/srv/shared"], "network_access": True},
        "approval_policy": "never",
    }
    setup = setup_of(CATALOGUE["CODEX"], {"model": "gpt", "modelReasoningEffort": "high"})
    assert (setup.model, setup.effort) == ("gpt", "high")


def test_what_opencode_may_do_unasked_is_in_its_configuration() -> None:
    setup = setup_of(CATALOGUE["OPENCODE"], {"mode": "ask", "model": "a/b", "agent": "mine"})
    settings = json.loads(setup.own_env["OPENCODE_CONFIG_CONTENT"])
    assert settings["permission"]["edit"] == "ask"
    assert (settings["model"], setup.mode, setup.model) == ("a/b", "mine", None)


def test_a_configuration_that_people_set_stays_where_ours_says_nothing() -> None:
    agent = CATALOGUE["OPENCODE"]
    theirs = {"provider": {"mine": {}}, "permission": {"edit": "allow", "skill": "ask"}}
    setup = setup_of(agent, {"mode": "ask"})
    given = environment_of(agent, setup, {"OPENCODE_CONFIG_CONTENT": json.dumps(theirs)})
    settings = json.loads(given["OPENCODE_CONFIG_CONTENT"])
    assert settings["provider"] == {"mine": {}}
    assert settings["permission"] == {"edit": "ask", "skill": "ask", "bash": "ask", "webfetch": "ask"}
    broken = environment_of(agent, setup, {"OPENCODE_CONFIG_CONTENT": "{"})
    assert broken["OPENCODE_CONFIG_CONTENT"] == setup.own_env["OPENCODE_CONFIG_CONTENT"]


def test_droids_settings_are_its_arguments() -> None:
    config = {
        "autonomyLevel": "medium",
        "reasoningEffort": "high",
        "useSpec": True,
        "specModel": "m",
        "specReasoningEffort": "low",
        "enabledTools": ["Read", "Edit"],
        "disabledTools": ["Execute"],
        "baseCommandOverride": "my-droid",
    }
    assert " ".join(setup_of(CATALOGUE["DROID"], config).argv) == (
        "my-droid exec --output-format acp --auto medium --reasoning-effort high --spec-model m "
        "--spec-reasoning-effort low --use-spec --enabled-tools Read,Edit --disabled-tools Execute"
    )
    assert "--skip-permissions-unsafe" in setup_of(CATALOGUE["DROID"], {"skipPermissionsUnsafe": True}).argv


def test_geminis_model_is_an_argument_and_claudes_a_choice() -> None:
    assert setup_of(CATALOGUE["GEMINI"], {"model": "pro"}).argv == ("gemini", "--acp", "-m", "pro")
    claude = setup_of(CATALOGUE["CLAUDE_CODE"], {"model": "opus", "mode": "plan"})
    assert (claude.model, claude.mode) == ("opus", "plan")


def test_an_agent_gets_its_own_keys_and_what_it_was_given() -> None:
    inherited = {"ANTHROPIC_API_KEY": "a", "OPENAI_API_KEY": "o", "DATABASE_URL": "d", "LANG": "C"}
    claude = CATALOGUE["CLAUDE_CODE"]
    given = environment_of(claude, setup_of(claude, {}), inherited)
    assert given["ANTHROPIC_API_KEY"] == "a"
    assert given["CLAUDE_CODE_ENABLE_TODO_TOOLS"] == "1"
    assert not given.keys() & {"OPENAI_API_KEY", "DATABASE_URL"}
    goose = added("GOOSE", "Goose", Program(command="goose", args=("acp",), env={"OPENAI_API_KEY": "mine"}))
    given = environment_of(goose, setup_of(goose, {}), inherited)
    assert given["OPENAI_API_KEY"] == "mine"
    assert "ANTHROPIC_API_KEY" not in given
    assert setup_of(goose, {"agentMode": "careful"}).mode == "careful"
