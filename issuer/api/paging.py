"""Lists a page at a time, by a cursor that names the last row: rows that come in between shift
nothing, and the millionth page costs what the first does.

A cursor is opaque, and is good for the same list with the same filters and order. It opens
nothing: what the caller may see is asked anew for each page.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlmodel import Session

from issuer.api.errors import CursorInvalid, SortNeedsFilter
from issuer.api.shown import Moment, Shown

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 500
MAX_CURSOR_CHARACTERS: Final = 2_000
T = TypeVar("T")
_KINDS: Final[Mapping[type, TypeAdapter[Any]]] = {
    int: TypeAdapter(int, config=ConfigDict(strict=True)),
    str: TypeAdapter(str, config=ConfigDict(strict=True)),
    UUID: TypeAdapter(UUID),
    datetime: TypeAdapter(Moment),
}
_LARGEST: Final = 2**62


class ListQuery(BaseModel):
    """What every list may be asked for; each list names its own filters and orders beside."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=False)
    NOT_FILTERS: ClassVar[frozenset[str]] = frozenset({"limit", "cursor", "sort"})

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Items of a page.")
    cursor: str | None = Field(
        None,
        max_length=MAX_CURSOR_CHARACTERS,
        description="`next` of the page before; for the same filters and order.",
    )
    sort: str = Field("id", description="The order; a hyphen before it turns it round.")

    def filters(self) -> dict[str, Any]:
        """The filters that are set, by their names in the query."""
        found = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {name: value for name, value in found.items() if name not in self.NOT_FILTERS}


class Page(Shown, Generic[T]):
    """A page of a list.

    Attributes:
        items: in the order that was asked for.
        next: cursor of the next page; null on the last.
        total: how many there are in all, where that is cheap to tell; else null.
    """

    items: list[T]
    next: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by; never null.

    Attributes:
        column: of the query.
        kind: int, str, UUID or datetime.
        needs: filters of which one has to be set, because the column has no index of its own.
    """

    column: Any
    kind: type
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A list: what is in it, and how it may be sorted.

    Attributes:
        query: filtered, and restricted to what the caller may see.
        sorts: by the names that may be asked for; ``id`` is unique.
    """

    query: Select[*tuple[Any, ...]]
    sorts: Mapping[str, Sort]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a page, and the cursor of the next."""

    rows: Sequence[Any]
    next: str | None


def find(session: Session, listing: Listing, asked: ListQuery) -> Found:
    """One page of a list.

    Raises:
        CursorInvalid: the cursor is none of this list's.
        SortNeedsFilter: the order needs a filter.
    """
    name, key = asked.sort.removeprefix("-"), listing.sorts["id"]
    sort, turned = listing.sorts[name], asked.sort.startswith("-")
    if sort.needs and not set(sort.needs) & set(asked.filters()):
        raise SortNeedsFilter(
            f"This list is sorted by {name} only where it is filtered.",
            f"Set one of: {', '.join(sort.needs)}.",
        )
    query: Any = listing.query
    if asked.cursor is not None:
        value, last = _read(asked, sort, key)
        query = query.where(_after(sort.column, value, key.column, last, turned=turned))
    columns = [sort.column] if name == "id" else [sort.column, key.column]
    ordered = query.order_by(*(one.desc() if turned else one for one in columns))
    marked = ordered.add_columns(sort.column.label("_value"), key.column.label("_key"))
    rows = session.execute(marked.limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    cursor = _write(asked, shown[-1][-2], shown[-1][-1]) if more else None
    return Found([row[0] if len(row) == _ALONE else row for row in shown], cursor)


def find_among(items: Iterable[Any], sorts: Mapping[str, Sort], asked: ListQuery) -> Found:
    """One page of a list that is worked out, and not a query: for lists that fit into memory.

    Args:
        items: all of them, filtered.
        sorts: as in Listing, but each ``column`` is a function of an item.
        asked: which page.

    Raises:
        CursorInvalid: the cursor is none of this list's.
    """
    name, key = asked.sort.removeprefix("-"), sorts["id"]
    sort, turned = sorts[name], asked.sort.startswith("-")
    placed = [((sort.column(one), key.column(one)), one) for one in items]
    placed.sort(key=lambda pair: pair[0], reverse=turned)
    if asked.cursor is not None:
        last = _read(asked, sort, key)
        placed = [pair for pair in placed if (pair[0] < last if turned else pair[0] > last)]
    shown = placed[: asked.limit]
    more = len(placed) > asked.limit
    cursor = _write(asked, *shown[-1][0]) if more else None
    return Found([one for _, one in shown], cursor)


_ALONE: Final = 3
"""Columns of a row that has one of its own."""


def _after(column: Any, value: Any, key: Any, last: Any, *, turned: bool) -> ColumnElement[bool]:
    beyond = column < value if turned else column > value
    beside: ColumnElement[bool] = key < last if turned else key > last
    if column is key:
        return beside
    return or_(beyond, and_(column == value, beside))


def _write(asked: ListQuery, value: Any, key: Any) -> str:
    text = json.dumps([_mark(asked), _plain(value), _plain(key)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _mark(asked: ListQuery) -> str:
    """What a cursor is bound to: order and filters."""
    said = json.dumps([asked.sort, asked.filters()], sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read(asked: ListQuery, sort: Sort, key: Sort) -> tuple[Any, Any]:
    text = asked.cursor or ""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        mark, value, last = json.loads(data)
        found = _value(sort, value), _value(key, last)
    except (ValueError, TypeError, RecursionError, ValidationError):
        mark, found = None, (None, None)
    if mark != _mark(asked):
        raise CursorInvalid(
            "The cursor is none of this list, or of other filters or another order.",
            "Take `next` of the page before, and change nothing else; or begin without a cursor.",
        )
    return found


def _value(sort: Sort, value: Any) -> Any:
    read = _KINDS[sort.kind].validate_python(value)
    if isinstance(read, int) and abs(read) > _LARGEST:
        raise ValueError("too large a number")
    if isinstance(read, str) and "\x00" in read:
        raise ValueError("no text")
    return read


def link(request: Request, response: Response, asked: ListQuery, cursor: str | None) -> None:
    """Set the header Link (RFC 8288): the first page, and the next if there is one."""
    same = {**asked.filters(), "sort": asked.sort, "limit": asked.limit}
    pairs = [
        (name, value if isinstance(value, str) else json.dumps(value))
        for name, value in same.items()
    ]
    links = [("first", pairs)]
    if cursor is not None:
        links.append(("next", [*pairs, ("cursor", cursor)]))
    path = request.url.path
    response.headers["Link"] = ", ".join(
        f'<{path}?{urlencode(query)}>; rel="{relation}"' for relation, query in links
    )
