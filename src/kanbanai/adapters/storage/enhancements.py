"""Proposals for better ticket texts."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kanbanai.adapters.storage.tables import enhancements
from kanbanai.domain.enhancements import Enhancement
from kanbanai.domain.ids import BoardId, CardId

_decoder = msgspec.msgpack.Decoder(Enhancement)


class SqlEnhancements:
    """`kanbanai.ports.Enhancements`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_board(self, board_id: BoardId) -> dict[CardId, Enhancement]:
        rows = self._connection.execute(
            select(enhancements.c.card_id, enhancements.c.body).where(enhancements.c.board_id == board_id)
        )
        return {card_id: _decoder.decode(body) for card_id, body in rows}

    def get(self, card_id: CardId) -> Enhancement | None:
        body = self._connection.execute(
            select(enhancements.c.body).where(enhancements.c.card_id == card_id)
        ).scalar()
        return None if body is None else _decoder.decode(body)

    def put(self, board_id: BoardId, card_id: CardId, enhancement: Enhancement) -> None:
        statement = upsert(enhancements).values(
            card_id=card_id, board_id=board_id, body=msgspec.msgpack.encode(enhancement)
        )
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["card_id"], set_={"body": statement.excluded.body}
            )
        )

    def remove(self, card_id: CardId) -> None:
        self._connection.execute(delete(enhancements).where(enhancements.c.card_id == card_id))
