"""The driver with our demo agent, and with one that does what no real agent does."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import msgspec
import pytest

from kanbanai.adapters.agents import wire
from kanbanai.domain.agents import CATALOGUE, Agent, Program, added
from kanbanai.domain.errors import AgentUnusable
from kanbanai.domain.updates import Notice, Prompt
from tests.adapters.agents.conftest import Bench, scripted_agent
from tests.adapters.agents.doubles import PATIENCE, Ear
from tests.contracts.agents import AgentContract, alive


class TestDemo(AgentContract):
    """The contract, by the agent that comes with us."""


async def unusable(bench: Bench, misbehaviour: str, **patience: float) -> str:
    with pytest.raises(AgentUnusable) as caught:
        await bench.scripted(misbehaviour, Ear(), **patience)
    for child in bench.processes.started:
        assert not await alive(child.pid)
    return caught.value.detail


async def test_one_that_hangs_at_its_start_is_given_up(bench: Bench) -> None:
    assert "was not ready within" in await unusable(bench, "hangs-at-start", start=0.5)


async def test_one_that_dies_at_its_start_says_how_and_why(bench: Bench) -> None:
    detail = await unusable(bench, "dies-at-start")
    assert "ended with exit code 7, before it was ready" in detail
    assert "no such module: brain" in detail


async def test_one_that_closes_its_output_is_given_up_at_once(bench: Bench) -> None:
    assert "closed its output" in await unusable(bench, "closes-output")


async def test_one_that_is_not_logged_in_says_what_to_do(bench: Bench) -> None:
    assert "is not logged in" in await unusable(bench, "logged-out")


async def test_one_of_another_version_of_the_protocol_is_refused(bench: Bench) -> None:
    assert "speaks version 2" in await unusable(bench, "speaks-v2")


async def test_a_session_without_a_name_is_refused(bench: Bench) -> None:
    assert "without a name" in await unusable(bench, "nameless")


async def test_one_that_is_not_installed_says_how_to_install_it(bench: Bench) -> None:
    bench.environment["PATH"] = "/nowhere"
    with pytest.raises(
        AgentUnusable, match=r"Gemini CLI is not installed.*npm install -g @google/gemini-cli"
    ):
        await bench.open(CATALOGUE["GEMINI"], Ear())


async def test_a_program_that_is_none_is_a_sentence(bench: Bench, tmp_path: Path) -> None:
    program = tmp_path / "agent"
    program.write_bytes(b"\x7fELF no")
    program.chmod(0o755)
    with pytest.raises(AgentUnusable, match="cannot be started"):
        await bench.open(added("BROKEN", "Broken", Program(command=str(program))), Ear())


async def test_garbage_on_stdout_is_counted_and_survived(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("garbage", ear)
    assert (await session.prompt(Prompt(text="Go"))).reason == "done"
    assert ear.text() == "before after"
    assert len([one for one in ear.notices() if "no message" in one]) == 1
    lines = [json.loads(line) for line in bench.transcript.read_text().splitlines()]
    assert [one["message"] for one in lines if one["from"] == "stdout"] == [
        "Segmentation fault (not really)"
    ] * 3


async def test_garbage_before_the_protocol_is_survived(bench: Bench) -> None:
    session = await bench.scripted("garbage-at-start", Ear())
    assert session.session_id == "s1"


async def test_a_flood_on_stderr_stops_nothing(bench: Bench) -> None:
    session = await bench.scripted("floods-stderr", Ear())
    async with asyncio.timeout(PATIENCE):
        assert (await session.prompt(Prompt(text="Go"))).reason == "done"


async def test_a_line_of_20_megabytes_arrives_whole(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("long-line", ear)
    assert (await session.prompt(Prompt(text="Go"))).reason == "done"
    assert len(ear.text()) == 20 << 20


async def test_a_line_longer_than_the_limit_is_left_out_and_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LONGEST_LINE", 5 << 20)
    ear = Ear()
    session = await bench.scripted("long-line", ear)
    assert (await session.prompt(Prompt(text="Go"))).reason == "done"
    assert ear.text() == ""
    assert len(ear.notices()) == 1
    assert '"(a line of 2' in bench.transcript.read_text()


async def test_unknown_kinds_are_notices_and_unknown_calls_are_refused(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("unknown-kinds", ear)
    assert (await session.prompt(Prompt(text="Go"))).reason == "done"
    assert [one.split(": ")[-1] for one in ear.notices()] == ["telepathy", "agent/dreams"]
    assert ear.text() == "-32601"


async def test_a_call_for_files_that_nobody_offered_is_refused(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("asks-for-files", ear)
    assert (await session.prompt(Prompt(text="Go"))).reason == "done"
    assert ear.text() == "-32601"


async def test_many_unknown_kinds_do_not_fill_a_conversation(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("many-unknown", ear)
    await session.prompt(Prompt(text="Go"))
    assert len(ear.notices()) == 50
    assert "transcript" in ear.notices()[-1]


async def test_updates_out_of_order_still_make_a_tool_call(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("out-of-order", ear)
    await session.prompt(Prompt(text="Go"))
    assert [one.tool.status for one in ear.tools().values()] == ["created", "failed"] or [
        one.tool.status for one in ear.tools().values()
    ] == ["failed", "failed"]


async def test_what_is_said_of_another_session_is_not_taken_for_this_one(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("other-session", ear)
    await session.prompt(Prompt(text="Go"))
    assert ear.text() == "mine "
    assert ["another session" in one for one in ear.notices()] == [True]


async def test_one_that_dies_in_a_turn_says_how_and_why(bench: Bench) -> None:
    session = await bench.scripted("dies", Ear())
    end = await session.prompt(Prompt(text="Go"))
    assert (end.reason, end.failure, end.details) == (
        "failed",
        "The scripted agent ended with exit code 9",
        "a bug",
    )
    again = await session.prompt(Prompt(text="Are you there?"))
    assert again.reason == "failed"


async def test_one_that_is_killed_names_the_signal(bench: Bench) -> None:
    session = await bench.scripted("killed", Ear())
    end = await session.prompt(Prompt(text="Go"))
    assert end.failure == "The scripted agent was ended by SIGKILL"


async def test_silence_is_remarked_on_and_not_punished(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("silent", ear, silence=0.05)
    turn = asyncio.create_task(session.prompt(Prompt(text="Go")))
    await ear.until(lambda one: any("has said nothing" in notice for notice in one.notices()))
    await session.cancel()
    async with asyncio.timeout(PATIENCE):
        await turn


async def test_one_that_hears_nothing_any_more_is_ended(bench: Bench) -> None:
    session = await bench.scripted("ignores-everything", Ear())
    turn = asyncio.create_task(session.prompt(Prompt(text="Go")))
    await asyncio.sleep(0)
    await session.cancel()
    await session.close()
    async with asyncio.timeout(PATIENCE):
        assert (await turn).reason == "cancelled"
    assert not await alive(bench.processes.started[-1].pid)


async def test_a_replay_is_swallowed(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("replays", ear, session="old")
    assert (session.session_id, session.has_context, ear.heard) == ("old", True, [])


async def test_an_agent_that_forgot_gets_a_new_session(bench: Bench) -> None:
    ear = Ear()
    session = await bench.scripted("forgets", ear, session="old")
    assert (session.session_id, session.has_context) == ("s1", False)
    assert "No previous sessions found" in ear.notices()[0]


async def test_the_answer_to_a_permission_request_is_the_chosen_option(bench: Bench) -> None:
    ear = Ear(lambda ask: ask.options[1].id)
    session = await bench.scripted("asks", ear)
    await session.prompt(Prompt(text="Go"))
    assert json.loads(ear.text()) == {"outcome": "selected", "optionId": "r1"}


async def test_ends_of_turns_that_nobody_knows_are_failures_with_a_sentence(bench: Bench) -> None:
    end = await (await bench.scripted("unknown-stop", Ear())).prompt(Prompt(text="Go"))
    assert end.failure == "The scripted agent ended its turn in a way that is not known here"
    end = await (await bench.scripted("error-code", Ear())).prompt(Prompt(text="Go"))
    assert end.failure == "The scripted agent failed: overloaded"


async def test_what_a_profile_asks_for_and_the_agent_has_not_is_told(bench: Bench) -> None:
    ear = Ear()
    await bench.scripted("counts", ear, config={"model": "gpt", "agentMode": "timid"})
    assert [one.text for one in ear.heard if isinstance(one, Notice)] == [
        "The scripted agent does not offer the mode 'timid'; it has: yolo",
        "The scripted agent does not offer the model 'gpt'; it has: none",
    ]


async def test_an_agent_without_the_mode_that_asks_first_is_not_let_loose(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kanbanai.adapters.agents import presets

    preset = presets.PRESETS["CLAUDE_CODE"]
    changed = msgspec.structs.replace(
        preset, command=sys.executable, args=scripted_agent("counts").program.args  # type: ignore[union-attr]
    )  # fmt: skip
    monkeypatch.setattr(presets, "PRESETS", {"CLAUDE_CODE": changed})
    with pytest.raises(AgentUnusable, match=r"has no mode 'plan', in which it asks first \(it has yolo\)"):
        await bench.open(CATALOGUE["CLAUDE_CODE"], Ear(), config={"mode": "plan"})


async def test_an_agent_gets_neither_our_secrets_nor_other_agents_keys(bench: Bench) -> None:
    await bench.demo(Ear())
    given = bench.processes.environments[-1]
    assert "KANBANAI_GITHUB_SECRET" not in given
    assert "OPENAI_API_KEY" not in given
    assert given["KANBANAI_DEMO_SPEED"] == "0"


async def test_a_transcript_that_cannot_be_written_stops_nothing_and_is_missed(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "transcripts").write_text("in the way")
    ear = Ear()
    session = await bench.demo(ear)
    assert (await session.prompt(Prompt(text="demo: say 1"))).reason == "done"
    assert len([one for one in ear.notices() if "transcript cannot be written" in one]) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
async def test_a_transcript_whose_disk_is_full_is_missed_once(bench: Bench) -> None:
    bench.transcript.parent.mkdir(exist_ok=True)
    bench.transcript.symlink_to("/dev/full")
    ear = Ear()
    session = await bench.demo(ear)
    assert (await session.prompt(Prompt(text="demo: say 2"))).reason == "done"
    assert len([one for one in ear.notices() if "transcript cannot be written" in one]) == 1


# ── Looking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_glance_tells_whether_an_agent_is_installed_and_which_version(bench: Bench) -> None:
    found = await bench.driver().look(CATALOGUE["DEMO"], deeply=False)
    assert (found.installed, found.version) == (True, "1.0")
    assert found.login == "ok", "it needs none"


async def test_a_deep_look_tells_what_it_can_do(bench: Bench) -> None:
    found = await bench.driver().look(CATALOGUE["DEMO"], deeply=True)
    assert (found.login, found.images, found.resume) == ("ok", True, True)
    assert found.modes == ("ask", "edit", "full", "plan")
    assert found.models == ("demo-1", "demo-2")
    assert not await alive(bench.processes.started[-1].pid)


async def test_what_is_not_there_has_a_problem_and_a_hint(bench: Bench) -> None:
    bench.environment["PATH"] = "/nowhere"
    found = await bench.driver().look(CATALOGUE["CODEX"], deeply=True)
    assert not found.installed
    assert found.hint == "Install it with: npm install -g @agentclientprotocol/codex-acp"


@pytest.mark.parametrize(
    ("agent", "login", "problem"),
    [
        (scripted_agent("logged-out"), "missing", "is not logged in"),
        (scripted_agent("dies-at-start"), "unknown", "exit code 7"),
    ],
    ids=["logged-out", "dies-at-start"],
)
async def test_what_stands_in_the_way_is_told(bench: Bench, agent: Agent, login: str, problem: str) -> None:
    found = await bench.driver().look(agent, deeply=True)
    assert (found.installed, found.login) == (True, login)
    assert found.problem is not None
    assert problem in found.problem


async def test_programs_are_found_in_the_folders_that_a_setting_names(bench: Bench, tmp_path: Path) -> None:
    from kanbanai.adapters.agents.programs import Programs

    extra = tmp_path / "extra"
    extra.mkdir()
    program = extra / "codex-acp"
    program.write_text("#!/bin/sh\n")
    assert Programs({"PATH": "/nowhere"}, [extra]).find("codex-acp") is None
    program.chmod(0o755)
    assert Programs({"PATH": "/nowhere"}, [extra]).find("codex-acp") == str(program)
