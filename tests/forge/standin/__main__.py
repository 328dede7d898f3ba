"""Runs the stand-in until it is ended: `python -m tests.forge.standin [--port N] [--repo acme/wire] [--user ada]`.

It prints its address, to be given to a server as `KANBANAI_GITHUB_URL`, and the token of the person, to be given as
`GITHUB_TOKEN`.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime

from tests.forge.standin.serving import standing_in


async def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for GitHub on the loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--repo", action="append", help="owner/name of a repository; may be given again")
    parser.add_argument("--user", default="ada", help="who has a token")
    parser.add_argument("--issues", type=int, default=0, help="how many issues each repository has")
    parser.add_argument(
        "--unchecked", action="store_true", help="answers are not held against GitHub's schema"
    )
    given = parser.parse_args()
    async with standing_in(given.port) as github:
        github.validates = not given.unchecked
        token = github.user(given.user)
        for name in given.repo or ["acme/wire"]:
            github.repo(name)
            for number in range(1, given.issues + 1):
                github.issue(name, f"Issue {number}", f"What issue {number} is about. " * 60)
        # What is there was there for long; what happens from here on happens now.
        github.catch_up(datetime.now(UTC).isoformat())
        sys.stdout.write(f"{github.base} {token}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
