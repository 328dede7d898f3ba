"""Who is there: people, their tokens, device flows, and the repositories that they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from githubkit_schemas.latest import models

from tests.forge import shapes
from tests.forge.standin.state import Asked, Reply, State, route


@dataclass
class Flow:
    device_code: str
    user_code: str
    answer: str = "authorization_pending"
    """What it says next: `authorization_pending`, `slow_down`, `expired_token`, `access_denied`, or who agreed."""


class Connection(State):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.client_ids = {"Iv1.known"}
        self.scopes = "repo, read:user, user:email"
        self.emails: dict[str, list[dict[str, Any]]] = {}
        self.flows: list[Flow] = []
        self.interval = 5

    def user(self, login: str, token: str | None = None) -> str:
        """A person; the token with which they come."""
        token = token or f"gho_{login}{next(self.ids)}"
        self.tokens[token] = login
        return token

    def agree(self, login: str, user_code: str | None = None) -> None:
        """A person types the code of a device flow (None: of the last one) and says yes."""
        flows = [one for one in self.flows if user_code in {None, one.user_code}]
        flows[-1].answer = login

    def repo(self, name: str = "acme/wire") -> str:
        self.repos[name] = shapes.repository(self.base, name, next(self.ids))
        self.issues[name], self.pulls[name] = {}, {}
        return name

    @route("POST", "/login/device/code")
    def begin_flow(self, asked: Asked) -> Reply:
        if asked.body.get("client_id") not in self.client_ids:
            return Reply(404, {"error": "Not Found"})
        number = next(self.ids)
        flow = Flow(f"device-{number}", f"WDJB-{number:04}")
        self.flows.append(flow)
        told = {
            "device_code": flow.device_code,
            "user_code": flow.user_code,
            "verification_uri": f"{self.base}/login/device",
            "expires_in": 899,
            "interval": self.interval,
        }
        return Reply(200, told)

    @route("POST", "/login/oauth/access_token")
    def ask_flow(self, asked: Asked) -> Reply:
        flow = next((one for one in self.flows if one.device_code == asked.body.get("device_code")), None)
        if flow is None:
            return Reply(200, {"error": "incorrect_device_code", "error_description": "Unknown code"})
        if flow.answer == "slow_down":
            self.interval += 5
            flow.answer = "authorization_pending"
            return Reply(200, {"error": "slow_down", "interval": self.interval})
        if flow.answer in {"authorization_pending", "expired_token", "access_denied"}:
            return Reply(200, {"error": flow.answer, "error_description": flow.answer})
        self.flows.remove(flow)
        token = self.user(flow.answer)
        scope = self.scopes.replace(" ", "")
        return Reply(200, {"access_token": token, "token_type": "bearer", "scope": scope})

    @route("GET", "/user")
    def show_user(self, asked: Asked) -> Reply:
        user = shapes.private_user(self.base, asked.headers["login"])
        return Reply(200, user, {"x-oauth-scopes": self.scopes}, models.PrivateUser)

    @route("GET", "/user/emails")
    def show_emails(self, asked: Asked) -> Reply:
        login = asked.headers["login"]
        own = [{"email": f"{login}@example.com", "primary": True, "verified": True, "visibility": "private"}]
        return Reply(200, self.emails.get(login, own), model=list[models.Email])

    @route("GET", "/user/repos")
    def list_repos(self, asked: Asked) -> Reply:
        return self.page(asked, list(self.repos.values()), models.Repository)
