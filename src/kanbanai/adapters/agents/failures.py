"""What went wrong with an agent, as a sentence that a person can act on. Pure."""

from __future__ import annotations

import json
import re
import signal
from typing import Any

from kanbanai.adapters.agents import values
from kanbanai.adapters.agents.presets import Preset
from kanbanai.adapters.agents.translate import failure_sentence
from kanbanai.domain.agents import Agent
from kanbanai.domain.errors import AgentUnusable
from kanbanai.domain.updates import TurnEnd

AUTH_REQUIRED = -32000
"""The protocol's code for who is not logged in."""
_UNAUTHORIZED = frozenset({AUTH_REQUIRED, -31002, 401, 403})
"""The same, and what agents send in its place: their own code, or the one of HTTP."""
_SIGNS = re.compile(
    r"\b(401|403|unauthori[sz]ed|authenticat\w+|log ?in|api key|credentials?)\b", re.IGNORECASE
)
MAX_SENTENCE = 500


class NotLoggedIn(AgentUnusable):
    """The agent has no access to its model."""


def unusable(agent: Agent, preset: Preset, code: Any, message: str, data: Any) -> AgentUnusable:
    """The error of an agent that refuses to begin."""
    kind = NotLoggedIn if is_about_login(code, message, data) else AgentUnusable
    return kind(of_error(agent, preset, code, message, data))


def is_about_login(code: Any, message: str, data: Any) -> bool:
    """Whether an error says that the agent has no access to its model."""
    if code in _UNAUTHORIZED:
        return True
    return bool(_SIGNS.search(f"{message} {values.shown(data)[:MAX_SENTENCE]}"))


def not_logged_in(agent: Agent, preset: Preset, said: str = "") -> str:
    """The sentence, with what to do."""
    return f"{agent.label} is not logged in{f' ({said})' if said else ''}. {preset.login}"


def not_installed(agent: Agent, preset: Preset, program: str) -> str:
    """The sentence, with what to do."""
    return f"{agent.label} is not installed: there is no program {program}. {preset.install}"


def of_error(agent: Agent, preset: Preset, code: Any, message: str, data: Any) -> str:
    """What the agent answered in the place of a result."""
    if is_about_login(code, message, data):
        return not_logged_in(agent, preset, _more(message, data))
    return f"{agent.label} failed: {_more(message, data)}"


def of_death(agent: Agent, code: int | None) -> str:
    """How its program ended."""
    match code:
        case None:
            return f"{agent.label} closed its output and says no more"
        case 0:
            return f"{agent.label} ended by itself (exit code 0) before it was done"
        case _ if code < 0:
            return f"{agent.label} was ended by {_signal(-code)}"
        case _:
            return f"{agent.label} ended with exit code {code}"


def of_reply(agent: Agent, reply: Any, beside: str | None) -> TurnEnd:
    """How a turn ended by the reply to its prompt. `beside`: the failure that was told beside the protocol."""
    failure = values.at(reply, "_meta", "jetbrains", "air", "sessionFailure")
    if isinstance(failure, dict) and failure.get("severity") != "warning":
        sentence = f"{agent.label} failed: {failure_sentence(failure)}"
        return TurnEnd(reason="failed", failure=sentence[:MAX_SENTENCE], details=values.shown(failure))
    match values.at(reply, "stopReason"):
        case "cancelled":
            return TurnEnd(reason="cancelled")
        case "refusal":
            return TurnEnd(reason="refused", failure=None)
        case "max_tokens" | "max_turn_requests" as limit:
            return TurnEnd(reason="limit", details=str(limit))
        case "end_turn" if beside is None:
            return TurnEnd(reason="done")
        case "end_turn":
            return TurnEnd(reason="failed", failure=f"{beside}; its last message says more")
        case _:
            sentence = f"{agent.label} ended its turn in a way that is not known here"
            return TurnEnd(reason="failed", failure=sentence, details=values.shown(reply))


def _more(message: str, data: Any) -> str:
    told = (
        values.text(data),
        *(values.text(values.at(data, key)) for key in ("details", "message", "error", "reason")),
    )
    details = next((one for one in told if one and one not in message), None)
    message = _inner(message)
    whole = f"{message}: {details}" if details else message or "it did not say why"
    return " ".join(whole.split())[:MAX_SENTENCE]


def _inner(message: str) -> str:
    """What an error of a model's provider says, where an agent passes it on as JSON."""
    if not message.startswith("{"):
        return message
    try:
        error = json.loads(message)
    except (ValueError, RecursionError):
        return message
    return (
        values.text(values.at(error, "error", "message"))
        or values.text(values.at(error, "message"))
        or message
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
