"""`python -m tests.models [--port PORT] [--record FOLDER]`: the endpoint by itself, telling each exchange on a line.

With a folder, each request's body is written into it as JSON, which shows what an agent really sends.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from tests.models.endpoint import Exchange, endpoint


def _told(exchange: Exchange) -> str:
    aside = "" if exchange.scenario or exchange.request is None else "(aside)"
    what = f"{exchange.scenario}{aside} step {exchange.step}: {exchange.outcome} {exchange.failure}"
    return f"{exchange.method} {exchange.path} {what}"


def _keep(exchange: Exchange, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    seen = {"path": exchange.path, "headers": dict(exchange.headers), "body": exchange.body}
    file.write_text(json.dumps(seen, indent=1), encoding="utf-8")


async def _run(port: int, folder: Path | None) -> None:
    async with endpoint(port) as models:
        print(f"The scripted model answers at {models.url}", flush=True)
        told: set[int] = set()
        while True:
            ended = lambda e: e.outcome != "under way" and id(e) not in told  # noqa: E731
            exchange = await models.seen(ended, within=None)
            told.add(id(exchange))
            print(_told(exchange), flush=True)
            if folder:
                _keep(exchange, folder / f"{len(told):03}.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    asyncio.run(_run(options.port, options.record))


if __name__ == "__main__":
    main()
