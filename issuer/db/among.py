"""Asking for the rows of many keys at once, with one parameter however many they are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, SQLColumnExpression, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session


def among(
    session: Session, column: SQLColumnExpression[Any], values: Iterable[UUID | str | int]
) -> ColumnElement[bool]:
    """That a column has one of these values.

    An ``IN`` with a parameter a value costs several times as much: each is named, bound and
    written into the statement anew.

    Args:
        session: tells which database is asked.
        column: of UUIDs, texts or whole numbers.
        values: any number of them.
    """
    if session.get_bind().dialect.name == "postgresql":
        kind = column.type  # type: ignore[attr-defined]  # whatever is a column has one
        return column == any_(literal(list(values), ARRAY(kind)))
    # SQLite keeps UUIDs as hexadecimal digits.
    texts = orjson.dumps([value.hex if isinstance(value, UUID) else value for value in values])
    listed = func.json_each(texts.decode("utf-8")).table_valued("value")
    return column.in_(select(listed.c.value))
