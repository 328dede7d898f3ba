"""The beginning of a session: introduction, a session new or taken up again, and its setting up by the profile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from acp import PROTOCOL_VERSION, RequestError
from acp.meta import AGENT_METHODS

from kanbanai.adapters.agents import failures, values
from kanbanai.adapters.agents.offers import Category, Offers, chosen_value
from kanbanai.adapters.agents.presets import preset_of
from kanbanai.adapters.agents.setups import Setup
from kanbanai.adapters.agents.wire import Json
from kanbanai.domain.errors import AgentUnusable
from kanbanai.domain.updates import Launch, Notice

SET_MODEL = "session/set_model"
"""How models were chosen before they were options. The library has no name for it."""
CLIENT = {"name": "kanbanai", "title": "KanbanAI", "version": "1"}
MAX_NAMED = 20
"""Names that a sentence lists."""

Request = Callable[[str, Json], Awaitable[Any]]
"""Asks the agent by a method's plain JSON. Raises RequestError, ConnectionError."""


class Opening:
    """What was agreed with the agent. `say` hears what people should know of it."""

    def __init__(self, launch: Launch, setup: Setup, request: Request, say: Callable[[Notice], None]) -> None:
        self._launch = launch
        self._agent = launch.agent
        self._preset = preset_of(launch.agent)
        self._setup = setup
        self._request = request
        self._say = say
        self.capabilities: Json = {}
        self.session_id = ""
        self.has_context = False
        self.offers = Offers({})

    async def go_through(self) -> None:
        """All of it. Raises AgentUnusable with a sentence, and what `request` raises."""
        await self._introduce()
        await self._open()
        if self._setup.mode is not None and not await self._choose("mode", self._setup.mode):
            self._do_without_mode(self._setup.mode)
        if self._setup.model is not None and not await self._choose("model", self._setup.model):
            self._do_without("model", self._setup.model)
        if self._setup.effort is not None and not await self._choose("thought_level", self._setup.effort):
            self._do_without("thought_level", self._setup.effort)

    @property
    def takes_images(self) -> bool:
        return bool(values.at(self.capabilities, "promptCapabilities", "image"))

    @property
    def closes(self) -> bool:
        """Whether it can be asked to close a session."""
        return isinstance(values.at(self.capabilities, "sessionCapabilities", "close"), dict)

    @property
    def way_back(self) -> str | None:
        """How it takes up a session again: without a replay, if it can. None: it cannot, or is not to be believed."""
        if not self._preset.resumes:
            return None
        if isinstance(values.at(self.capabilities, "sessionCapabilities", "resume"), dict):
            return AGENT_METHODS["session_resume"]
        return AGENT_METHODS["session_load"] if self.capabilities.get("loadSession") is True else None

    async def _introduce(self) -> None:
        reply = await self._request(
            AGENT_METHODS["initialize"],
            {
                "protocolVersion": PROTOCOL_VERSION,
                "clientCapabilities": {
                    "fs": {"readTextFile": False, "writeTextFile": False},
                    "terminal": False,
                    **({"_meta": dict(self._preset.meta)} if self._preset.meta else {}),
                },
                "clientInfo": CLIENT,
            },
        )
        version = values.at(reply, "protocolVersion")
        if version != PROTOCOL_VERSION:
            raise AgentUnusable(
                f"{self._agent.label} speaks version {version!r} of the Agent Client Protocol; "
                f"this is {PROTOCOL_VERSION}. Install a version of it that speaks that one"
            )
        self.capabilities = values.mapping(values.at(reply, "agentCapabilities"))

    async def _open(self) -> None:
        """Takes the session up again if that is asked for and possible, else opens a new one."""
        place: Json = {"cwd": self._launch.cwd, "mcpServers": []}
        roots = values.at(self.capabilities, "sessionCapabilities", "additionalDirectories")
        if self._setup.directories and roots is not None:
            place["additionalDirectories"] = list(self._setup.directories)
        if self._launch.session_id and await self._taken_up(self._launch.session_id, place):
            return
        reply = await self._request(AGENT_METHODS["session_new"], place)
        session_id = values.text(values.at(reply, "sessionId"))
        if session_id is None:
            shown = values.shown(reply)[:200]
            raise AgentUnusable(f"{self._agent.label} opened a session without a name: {shown}")
        self.session_id = session_id
        self.offers = Offers(reply)

    async def _taken_up(self, session_id: str, place: Json) -> bool:
        """Whether the agent took up the session again."""
        if self.way_back is None:
            return False
        try:
            reply = await self._request(self.way_back, {**place, "sessionId": session_id})
        except RequestError as error:
            if failures.is_about_login(error.code, str(error), error.data):
                raise
            self._warn(f"The session could not be taken up again: {error}", error.data)
            return False
        self.session_id = session_id
        self.has_context = True
        self.offers = Offers(reply)
        return True

    async def _choose(self, category: Category, wanted: str) -> bool:
        """Chooses by the present way, else by the older ones; whether the agent took it."""
        option = self.offers.option(category)
        value = chosen_value(option, wanted) if option else None
        session: Json = {"sessionId": self.session_id}
        try:
            if option is not None and value is not None:
                if option.current != value:
                    choice = {**session, "configId": option.id, "value": value}
                    self.offers.take(await self._request(AGENT_METHODS["session_set_config_option"], choice))
            elif category == "mode" and wanted in self.offers.modes:
                await self._request(AGENT_METHODS["session_set_mode"], {**session, "modeId": wanted})
            elif category == "model" and self.offers.models:
                await self._request(SET_MODEL, {**session, "modelId": wanted})
            else:
                return False
        except RequestError as error:
            if failures.is_about_login(error.code, str(error), None):
                raise
            self._warn(f"{self._agent.label} refused {wanted!r}: {error}", error.data)
            return False
        return True

    def _do_without_mode(self, wanted: str) -> None:
        """Raises AgentUnusable where the agent has modes and not the one that was to keep it from acting unasked."""
        modes = self._preset.modes
        strict = {modes.get("ask"), modes.get("plan")} - {modes.get("edit"), modes.get("full")}
        offered = self.offers.names("mode")
        if offered and wanted in strict:
            raise AgentUnusable(
                f"{self._agent.label} has no mode {wanted!r}, in which it asks first (it has {', '.join(offered)}). "
                "Choose another mode in its profile, or install another version"
            )
        self._do_without("mode", wanted)

    def _do_without(self, category: Category, wanted: str) -> None:
        offered = ", ".join(self.offers.names(category)[:MAX_NAMED]) or "none"
        word = {"thought_level": "effort"}.get(category, category)
        self._warn(f"{self._agent.label} does not offer the {word} {wanted!r}; it has: {offered}", None)

    def _warn(self, sentence: str, more: Any) -> None:
        self._say(Notice("warn", sentence, None if more is None else values.shown(more)))
