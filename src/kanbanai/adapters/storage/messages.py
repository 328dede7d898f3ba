"""The messages that wait for an agent."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import queued_messages
from kanbanai.domain.ids import AttemptId, MessageId
from kanbanai.domain.messages import QueuedMessage

_OF_ATTEMPT = Prepared(
    select(queued_messages.c.body)
    .where(queued_messages.c.attempt_id == bindparam("attempt"))
    .order_by(queued_messages.c.row)
)
_NEW = upsert(queued_messages).values(
    id=bindparam("id"), attempt_id=bindparam("attempt_id"), body=bindparam("body")
)
_PUT = Prepared(_NEW.on_conflict_do_update(index_elements=["id"], set_={"body": _NEW.excluded.body}))
_REMOVE = Prepared(delete(queued_messages).where(queued_messages.c.id == bindparam("message")))
_decoder = msgspec.msgpack.Decoder(QueuedMessage)


class SqlMessages:
    """`kanbanai.ports.Messages`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_attempt(self, attempt_id: AttemptId) -> list[QueuedMessage]:
        return [_decoder.decode(body) for body in _OF_ATTEMPT.column(self._connection, attempt=attempt_id)]

    def put(self, message: QueuedMessage) -> None:
        body = msgspec.msgpack.encode(message)
        _PUT.run(self._connection, id=message.id, attempt_id=message.attempt_id, body=body)

    def remove(self, message_id: MessageId) -> None:
        _REMOVE.run(self._connection, message=message_id)
