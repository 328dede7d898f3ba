"""`python -m kanbanai.demo`: serves the protocol on stdin and stdout until stdin ends."""

from __future__ import annotations

import asyncio
import os
import sys

from kanbanai.demo.agent import DemoAgent
from kanbanai.demo.memory import Memory
from kanbanai.demo.pace import Pace
from kanbanai.demo.peer import Peer

VERSION = "1.0"


def main() -> int:
    """Runs the agent; `--version` says which one it is."""
    if "--version" in sys.argv[1:]:
        print(f"kanbanai-demo {VERSION}")  # noqa: T201  (a program that was asked for its version prints it)
        return 0
    try:
        pace = Pace.of(os.environ.get("KANBANAI_DEMO_SPEED"))
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201  (who starts an agent reads there why it did not start)
        return 2
    return asyncio.run(_serve(DemoAgent(Memory.of(os.environ), pace, VERSION)))


async def _serve(agent: DemoAgent) -> int:
    peer = await Peer.on_stdio()
    try:
        await peer.serve(agent.answer)
    finally:
        await agent.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
