"""One call to GitHub: which client, how often it is repeated, and what its refusals are to us.

githubkit takes a second to load and few start a server to speak to GitHub: it is loaded with the first call.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from kanbanai.domain.errors import (
    Forbidden,
    GithubFailed,
    GithubLimited,
    GithubLoginNeeded,
    GithubRefused,
    KanbanError,
    NotFound,
)

PUBLIC = "https://github.com"
TIMEOUT = 20.0
"""Seconds without a byte; GitHub itself gives up a request after 10."""
TRIES = 3
"""Of a request that GitHub answered with 5xx and that makes nothing new, or that got no answer and changes nothing."""
BACKOFF = 0.5
"""Seconds before the second try; twice as many before each further one."""
LONGEST_WAIT = 20
"""Seconds that a request waits when GitHub says that it is asked too often; whoever has to wait longer is told so."""
_MAX_TOLD = 300
"""Characters of GitHub's own words in an error."""


def api_of(base: str) -> str:
    """The address of the API of the GitHub whose pages are at `base`: Enterprise Server has it below its own."""
    if base == PUBLIC:
        return "https://api.github.com"
    host = urlsplit(base).netloc
    # Enterprise with data residency: https://octo.ghe.com has its API at https://api.octo.ghe.com.
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"{base}/api/v3"


class Calls:
    """Clients of the GitHub at `base`. `backoff`: seconds before a request is tried a second time."""

    def __init__(self, base: str = PUBLIC, *, api: str | None = None, backoff: float = BACKOFF) -> None:
        self.base = base.rstrip("/")
        self._api = api or api_of(self.base)
        self._backoff = backoff

    @asynccontextmanager
    async def client(self, token: str | None = None) -> AsyncGenerator[Any]:
        """A `githubkit.GitHub` that keeps its connections while it is entered; its errors leave as our own."""
        kit = await asyncio.to_thread(_loaded)
        client = kit.GitHub(
            token,
            base_url=self._api,
            user_agent="KanbanAI",
            timeout=TIMEOUT,
            http_cache=False,  # what is worth keeping is kept with the board it belongs to
            auto_retry=self._decision(kit),
        )
        with translated(kit):
            async with client as opened:
                yield opened

    def _decision(self, kit: ModuleType) -> Any:
        from githubkit.retry import RetryOption

        def decide(error: Exception, retries: int) -> RetryOption:
            if retries + 1 >= TRIES:
                return RetryOption(False)
            if isinstance(error, kit.exception.RateLimitExceeded):
                wait = error.retry_after
                return RetryOption(retries == 0 and wait.total_seconds() <= LONGEST_WAIT, wait)
            if isinstance(error, kit.exception.RequestFailed):
                # What makes something may have been done all the same by one that stands before GitHub.
                again = error.response.status_code >= 500 and error.request.method != "POST"  # noqa: PLR2004
            else:
                # No answer: it may have been done all the same, so only questions are repeated.
                again = isinstance(error, kit.exception.RequestError) and error.exc.request.method == "GET"
            return RetryOption(again, timedelta(seconds=self._backoff * 2**retries))

        return decide


def _loaded() -> ModuleType:
    import githubkit
    import githubkit.exception

    return githubkit


@contextmanager
def translated(kit: ModuleType) -> Iterator[None]:
    """Turns what githubkit raises into the domain's errors."""
    try:
        yield
    except kit.exception.RateLimitExceeded as error:
        seconds = max(1, round(error.retry_after.total_seconds()))
        raise GithubLimited(
            f"GitHub takes no more requests of this account for {seconds} s", retry_after=seconds
        ) from error
    except kit.exception.RequestFailed as error:
        raise _refusal(error.response.status_code, _told(error.response)) from error
    except kit.exception.RequestTimeout as error:
        raise GithubFailed("GitHub did not answer in time") from error
    except kit.exception.RequestError as error:
        raise GithubFailed(f"GitHub cannot be reached: {_cause(error.exc)}") from error
    except kit.exception.GitHubException as error:
        raise GithubFailed(f"GitHub could not be asked: {type(error).__name__}") from error


def _refusal(status: int, told: str) -> KanbanError:
    match status:
        case 401:
            return GithubLoginNeeded("GitHub does not take the token any more; connect the account again")
        case 403:
            return Forbidden(f"GitHub does not allow it: {told}")
        case 404 | 410:
            return NotFound(f"GitHub does not show it to this account: {told}")
        case _ if status < 500:  # noqa: PLR2004 - the caller's faults
            return GithubRefused(f"GitHub answered with {status}: {told}")
        case _:
            return GithubFailed(f"GitHub answered with {status}: {told}")


def _told(response: Any) -> str:
    """GitHub's own words: the message, and what it says of single fields."""
    try:
        said = response.json()
    except ValueError:
        return "no reason was given"
    if not isinstance(said, dict):
        return "no reason was given"
    details = [one for one in said.get("errors") or [] if isinstance(one, dict | str)]
    words = [str(said.get("message") or "no reason was given")]
    words += [
        one if isinstance(one, str) else str(one.get("message") or one.get("code") or "") for one in details
    ]
    return "; ".join(word for word in words if word)[:_MAX_TOLD]


def _cause(error: BaseException) -> str:
    return str(error) or type(error).__name__
