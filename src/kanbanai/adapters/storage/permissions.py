"""Permission requests, by attempt and by who still waits."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.prepared import Prepared
from kanbanai.adapters.storage.tables import attempts, permissions
from kanbanai.domain.ids import AttemptId, BoardId, PermissionId
from kanbanai.domain.permissions import Permission

_GET = Prepared(select(permissions.c.body).where(permissions.c.id == bindparam("permission")))
_OF_ATTEMPT = Prepared(
    select(permissions.c.body)
    .where(permissions.c.attempt_id == bindparam("attempt"))
    .order_by(permissions.c.row)
)
_PENDING = Prepared(
    select(permissions.c.body).where(permissions.c.status == "pending").order_by(permissions.c.row)
)
_PENDING_ON_BOARD = Prepared(
    select(permissions.c.body)
    .join(attempts, attempts.c.id == permissions.c.attempt_id)
    .where(permissions.c.status == "pending", attempts.c.board_id == bindparam("board"))
    .order_by(permissions.c.row)
)
_NEW = upsert(permissions).values(
    id=bindparam("id"),
    attempt_id=bindparam("attempt_id"),
    status=bindparam("status"),
    expires_at=bindparam("expires_at"),
    body=bindparam("body"),
)
_PUT = Prepared(
    _NEW.on_conflict_do_update(
        index_elements=["id"], set_={"status": _NEW.excluded.status, "body": _NEW.excluded.body}
    )
)
_decoder = msgspec.msgpack.Decoder(Permission)


class SqlPermissions:
    """`kanbanai.ports.Permissions`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, permission_id: PermissionId) -> Permission | None:
        body = _GET.value(self._connection, permission=permission_id)
        return None if body is None else _decoder.decode(body)

    def of_attempt(self, attempt_id: AttemptId) -> list[Permission]:
        return [_decoder.decode(body) for body in _OF_ATTEMPT.column(self._connection, attempt=attempt_id)]

    def pending(self, board_id: BoardId | None = None) -> list[Permission]:
        if board_id is None:
            bodies = _PENDING.column(self._connection)
        else:
            bodies = _PENDING_ON_BOARD.column(self._connection, board=board_id)
        return [_decoder.decode(body) for body in bodies]

    def put(self, permission: Permission) -> None:
        _PUT.run(
            self._connection,
            id=permission.id,
            attempt_id=permission.attempt_id,
            status=permission.status,
            expires_at=permission.expires_at,
            body=msgspec.msgpack.encode(permission),
        )
