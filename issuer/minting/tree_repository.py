"""The queries of stored Merkle trees. Never commits."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, delete, false, insert, or_, text
from sqlmodel import Session, col, select

from credentials.merkle import HASH_BYTES
from issuer.db.chunks import CHUNK
from issuer.minting.models import Credential, TreeNodes


def leaves(session: Session, batch_id: UUID) -> Iterator[bytes]:
    """The leaves of a batch in the order of their positions, streamed."""
    query = (
        select(Credential.leaf)
        .where(Credential.batch_id == batch_id)
        .order_by(col(Credential.position))
        .execution_options(yield_per=CHUNK)
    )
    yield from session.exec(query)


def drop_nodes(session: Session, batch_id: UUID) -> None:
    """Forget the nodes of a tree, which is about to be stored anew."""
    session.execute(delete(TreeNodes).where(col(TreeNodes.batch_id) == batch_id))


def add_nodes(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store tree nodes, in one statement."""
    session.execute(insert(TreeNodes), list(rows))


_WANTED: Final = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS level, json_extract(value, '$[1]') AS part, "
    "json_extract(value, '$[2]') AS start FROM json_each(:wanted)",
    "postgresql": "SELECT CAST(value ->> 0 AS int) AS level, CAST(value ->> 1 AS int) AS part, "
    "CAST(value ->> 2 AS int) AS start FROM json_array_elements(CAST(:wanted AS json))",
}
_NODES: Final = {
    dialect: text(
        f"SELECT one.level, substr(one.hashes, wanted.start, {HASH_BYTES}) "  # noqa: S608 - ours
        f"FROM ({wanted}) AS wanted CROSS JOIN tree_nodes AS one WHERE one.batch_id = :batch_id "
        "AND one.level = wanted.level AND one.part = wanted.part"
    ).bindparams(bindparam("batch_id", type_=Uuid()))
    for dialect, wanted in _WANTED.items()
}


def nodes(
    session: Session, batch_id: UUID, wanted: Collection[tuple[int, int, int]]
) -> dict[int, bytes]:
    """Single nodes of a tree, one a level, without the rest of their rows.

    Args:
        session: reads only.
        batch_id: the batch.
        wanted: level, part, and the first byte of the node in its row, counted from 1.

    Returns:
        the nodes by their levels.
    """
    query = _NODES[session.get_bind().dialect.name]
    values = {"wanted": json.dumps(list(wanted)), "batch_id": batch_id}
    return {level: bytes(node) for level, node in session.connection().execute(query, values)}


def node_rows(
    session: Session, batch_id: UUID, places: Collection[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    """Rows of tree nodes by (level, part), in one query."""
    wanted = [
        and_(col(TreeNodes.level) == level, col(TreeNodes.part) == part) for level, part in places
    ]
    query = select(TreeNodes.level, TreeNodes.part, TreeNodes.hashes).where(
        TreeNodes.batch_id == batch_id, or_(false(), *wanted)
    )
    return {(level, part): hashes for level, part, hashes in session.exec(query)}
