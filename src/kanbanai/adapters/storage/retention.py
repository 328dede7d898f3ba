"""How the log stays a log of the recent past."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, func, select

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import channels, events
from kanbanai.domain.times import Timestamp

_oldest = (
    select(events.c.at)
    .where(events.c.channel == channels.c.channel, events.c.seq <= channels.c.head - bindparam("keep"))
    .order_by(events.c.seq)
    .limit(1)
    .scalar_subquery()
)
_AGEING = Prepared(
    select(channels.c.channel, channels.c.head)
    .where(_oldest < bindparam("before"))
    .order_by(channels.c.channel)
)
"""The channels whose oldest event may go: one look at an index for each channel there is."""
_FIRST = Prepared(select(func.min(events.c.seq)).where(events.c.channel == bindparam("of")))
_FIRST_TO_STAY = Prepared(
    select(func.min(events.c.seq)).where(
        events.c.channel == bindparam("of"),
        events.c.seq < bindparam("up_to"),
        events.c.at >= bindparam("before"),
    )
)
_REMOVE = Prepared(
    delete(events).where(events.c.channel == bindparam("of"), events.c.seq < bindparam("up_to"))
)


def forget(connection: Connection, *, keep: int, before: Timestamp, most: int) -> int:
    """Removes events from the beginning of each channel; see `kanbanai.ports.Transaction.forget_events`."""
    removed = 0
    for channel, head in _AGEING.all(connection, keep=keep, before=before):
        first = _FIRST.value(connection, of=channel)
        up_to = min(head - keep + 1, first + most - removed)
        # Only from the beginning, so that no gap opens, should a clock have gone back in between.
        stays = _FIRST_TO_STAY.value(connection, of=channel, up_to=up_to, before=before)
        removed += _REMOVE.run(connection, of=channel, up_to=up_to if stays is None else stays)
        if removed >= most:
            break
    return removed
