"""Things there is one of, and answers kept under an idempotency key."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import documents, idempotency_keys
from kanbanai.domain.times import Timestamp
from kanbanai.ports import Reply

S = TypeVar("S", bound=msgspec.Struct)

_READ = Prepared(select(documents.c.body).where(documents.c.name == bindparam("document")))
_FIND = Prepared(
    select(idempotency_keys.c.fingerprint, idempotency_keys.c.reply).where(
        idempotency_keys.c.key == bindparam("asked")
    )
)
_KEEP = Prepared(insert(idempotency_keys))
_FORGET = Prepared(delete(idempotency_keys).where(idempotency_keys.c.created_at < bindparam("before")))


class SqlDocuments:
    """`kanbanai.ports.Documents`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, name: str, kind: type[S]) -> S | None:
        body = _READ.value(self._connection, document=name)
        return None if body is None else msgspec.msgpack.decode(body, type=kind)

    def write(self, name: str, value: msgspec.Struct) -> None:
        statement = upsert(documents).values(name=name, body=msgspec.msgpack.encode(value))
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["name"], set_={"body": statement.excluded.body})
        )


class SqlIdempotency:
    """`kanbanai.ports.Idempotency`."""

    def __init__(self, connection: Connection, now: Timestamp) -> None:
        self._connection = connection
        self._now = now

    def find(self, key: str) -> tuple[str, Reply] | None:
        row = _FIND.first(self._connection, asked=key)
        return None if row is None else (row[0], msgspec.msgpack.decode(row[1], type=Reply))

    def keep(self, key: str, fingerprint: str, reply: Reply) -> None:
        _KEEP.run(
            self._connection,
            key=key,
            fingerprint=fingerprint,
            reply=msgspec.msgpack.encode(reply),
            created_at=self._now,
        )

    def forget(self, before: Timestamp) -> int:
        return _FORGET.run(self._connection, before=before)
