"""Reads the log where the doorbell was not enough.

That is where entries between a channel's head and one that was announced are missing. A ring of the broker carries the
entries themselves, so in one process there is nothing to read. It happens when a ring was lost between nodes, and right
after a channel was loaded while its board was being written to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from kanbanai.domain.channels import Channel
from kanbanai.domain.errors import Unavailable
from kanbanai.domain.log import Entry
from kanbanai.ports import Reading, Store
from kanbanai.realtime.channel import LiveChannel

PAGE = 500
"""Events of the log read at once: some 200 kB, a millisecond or two."""
RETRY_AFTER = 1.0
"""Seconds until a store that could not be read is asked again."""


Page = list[Entry]


def page_after(tx: Reading, channel: Channel, cursor: int) -> Page:
    """The next events of a channel's log: a query for the store."""
    return tx.entries(channel, cursor, PAGE)


class LogGap(Exception):
    """The log lacks an entry that was announced, or that stands between two others."""


class Follower:
    """Brings channels up to what was announced."""

    def __init__(self, store: Store, report: Callable[[Exception], None]) -> None:
        self._store = store
        self._report = report
        self._reading: dict[LiveChannel, asyncio.Task[None]] = {}

    def follow(self, channel: LiveChannel) -> None:
        """Reads on, beside, until the channel's head is what was announced."""
        if channel not in self._reading:
            task = self._reading[channel] = asyncio.create_task(self._read(channel))
            task.add_done_callback(lambda _: self._reading.pop(channel, None))

    async def caught_up(self, channel: LiveChannel) -> None:
        """Returns when the channel's head is what the log ended with at the call, or later."""
        self.follow(channel)
        await asyncio.wait([self._reading[channel]])

    def forget(self, channel: LiveChannel) -> None:
        """Stops reading for a channel that is let go."""
        task = self._reading.pop(channel, None)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """Stops reading."""
        for channel in list(self._reading):
            self.forget(channel)

    async def _read(self, channel: LiveChannel) -> None:
        while True:
            wanted = channel.announced
            try:
                channel.tally.log_reads += 1
                entries = await self._store.read(page_after, channel.name, channel.head)
            except Unavailable as error:
                self._report(error)
                await asyncio.sleep(RETRY_AFTER)
                continue
            try:
                _take(channel, entries)
                if len(entries) == PAGE:
                    continue
                _expect(channel, wanted)
            except Exception as error:  # noqa: BLE001 - whatever does not fit, the channel is read anew
                channel.fail(error)
                return
            if channel.head >= channel.announced:  # else more was announced while the log was being read
                return


def _take(channel: LiveChannel, entries: Sequence[Entry]) -> None:
    if not channel.take(*entries):
        beyond = next(entry.seq for entry in entries if entry.seq > channel.head)
        raise LogGap(f"{channel.name}: {beyond} follows {channel.head} in the log")


def _expect(channel: LiveChannel, wanted: int) -> None:
    if channel.head < wanted:
        raise LogGap(f"{channel.name}: {wanted} was announced, the log ends at {channel.head}")
