"""The connection of an account: device flows that are open, and the token that is in force.

The token that a person connected comes before the one of the server's environment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from kanbanai.domain.errors import (
    DeviceDenied,
    Expired,
    Forbidden,
    GithubFailed,
    GithubLoginNeeded,
    NoDeviceFlow,
    NotFound,
)
from kanbanai.domain.github import DeviceCode, GithubAccount, GithubApp, Grant, Waiting
from kanbanai.ports import Forge, Store, Vault
from kanbanai.usecases import github_app

MAX_FLOWS = 20
"""Open at a time; each is a person in front of a browser. The oldest makes room."""
NOT_CONNECTED = "No GitHub account is connected; connect one in the settings"


class _Flow:
    """A device flow that is open. Times are the clock's, in seconds."""

    def __init__(self, client_id: str, code: DeviceCode, now: float) -> None:
        self.client_id = client_id
        self.code = code
        self.interval = float(code.interval)
        self.expires = now + code.expires_in
        self.next_question = now + self.interval
        self.asking = asyncio.Lock()


class GithubAccounts:
    """`kanbanai.ports.Accounts`. `given_app` and `given_token` are those of the server's environment."""

    def __init__(
        self,
        store: Store,
        forge: Forge,
        vault: Vault,
        *,
        given_app: GithubApp | None = None,
        given_token: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._forge = forge
        self._vault = vault
        self._given_app = given_app
        self._given_token = given_token
        self._given_account: GithubAccount | None = None
        self._clock = clock
        self._flows: dict[str, _Flow] = {}

    async def begin(self) -> DeviceCode:
        app = await self._store.read(github_app.status, self._given_app)
        if app.client_id is None:
            raise NoDeviceFlow("This server has no app of GitHub yet; enter its client ID in the settings")
        try:
            code = await self._forge.begin_device(app.client_id)
        except (GithubFailed, Forbidden) as error:
            raise NoDeviceFlow(error.detail) from error
        except NotFound as error:
            raise NoDeviceFlow(f"GitHub knows no app with the client ID {app.client_id!r}") from error
        now = self._clock()
        self._flows = {name: flow for name, flow in self._flows.items() if flow.expires > now}
        while len(self._flows) >= MAX_FLOWS:
            del self._flows[next(iter(self._flows))]
        self._flows[code.user_code] = _Flow(app.client_id, code, now)
        return code

    async def poll(self, user_code: str | None = None) -> GithubAccount | Waiting:
        if user_code is None:
            # A client that names none may mean any: it has opened one, and so may have another tab.
            flows = list(self._flows.values())
        else:
            flows = [self._flows[user_code]] if user_code in self._flows else []
        if not flows:
            raise Expired("No device flow is open; begin again")
        refusal: Expired | DeviceDenied | None = None
        waiting: list[float] = []
        for flow in flows:
            try:
                grant = await self._ask(flow)
            except (Expired, DeviceDenied) as error:
                self._flows.pop(flow.code.user_code, None)
                refusal = error
                continue
            if grant is not None:
                self._flows.pop(flow.code.user_code, None)
                return await self._connect(grant.token)
            waiting.append(flow.interval)
        if waiting:
            return Waiting(round(min(waiting)))
        raise refusal or Expired("No device flow is open; begin again")

    async def adopt_local(self) -> GithubAccount:
        token = await self._forge.local_token()
        if token is None:
            raise GithubLoginNeeded("`gh auth token` knows no token; log in with `gh auth login` first")
        return await self._connect(token)

    async def check(self) -> GithubAccount | None:
        found = await self._store.read(github_app.connection)
        if found is not None:
            return found.account
        if self._given_token is not None and self._given_account is None:
            try:
                self._given_account = await self._forge.account(self._given_token)
            except (GithubFailed, GithubLoginNeeded):
                return None  # asked again the next time
        return self._given_account

    async def log_out(self) -> None:
        self._flows.clear()
        await self._store.run(github_app.disconnect)

    async def token(self) -> str:
        found = await self._store.read(github_app.connection)
        if found is not None and found.sealed_token is not None:
            return (await self._vault.cipher()).unseal(found.sealed_token)
        if self._given_token is not None:
            return self._given_token
        raise GithubLoginNeeded(NOT_CONNECTED)

    async def repositories(self) -> list[dict[str, Any]]:
        return await self._forge.repositories(await self.token())

    async def _ask(self, flow: _Flow) -> Grant | None:
        """Asks GitHub, if it is time to; None: the person has not answered yet."""
        async with flow.asking:
            now = self._clock()
            if now >= flow.expires:
                raise Expired("GitHub's code has expired; begin again")
            if now < flow.next_question:
                return None
            answer = await self._forge.ask_device(flow.client_id, flow.code.device_code)
            if isinstance(answer, Grant):
                return answer
            if answer.interval is not None:
                flow.interval = max(flow.interval, float(answer.interval))
            flow.next_question = self._clock() + flow.interval
            return None

    async def _connect(self, token: str) -> GithubAccount:
        account = await self._forge.account(token)
        cipher = await self._vault.cipher()
        return await self._store.run(github_app.connect, account, cipher.seal(token))


async def seal_what_is_plain(store: Store, vault: Vault) -> None:
    """Encrypts what a version before the key file has stored in plain text. Raises SecretLost."""
    if await store.read(github_app.has_plain_secret):
        await store.run(github_app.seal_plain_secret, await vault.cipher())
