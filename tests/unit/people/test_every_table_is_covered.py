"""No table can be added without a word on what export and deletion do with it."""

import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, String, Table, Uuid

import issuer
from issuer.db import metadata
from issuer.people.holdings import HOLDINGS, LINKS, MENTIONS, NOT_ABOUT_PEOPLE

POINTS = re.compile(
    r"(^|_)(person|learner|student|pupil|holder|subject|assessor|reviewer|rater|teacher|actor|user|"
    r"endorser|approver|guardian|judgment|credential|evidence)(_sourced)?_id$"
)


@pytest.fixture(scope="module", autouse=True)
def _models() -> None:
    for feature in pkgutil.iter_modules(issuer.__path__, "issuer."):
        name = f"{feature.name}.models"
        if feature.ispkg and importlib.util.find_spec(name) is not None:
            importlib.import_module(name)


def pointing(table: Table, held: Iterable[str]) -> set[str]:
    """The columns by which a table's rows may lead to a person, by reference or by name."""
    by_reference = {
        key.parent.name for key in table.foreign_keys if key.column.table.name in set(held)
    }
    return by_reference | {column.name for column in table.columns if POINTS.search(column.name)}


def uncovered(tables: Iterable[Table]) -> dict[str, set[str]]:
    held = {one.table: set(one.points) for one in HOLDINGS}
    for mention in MENTIONS:
        held.setdefault(str(mention.model.__tablename__), set()).add(mention.column)
    found = {}
    for table in tables:
        left = pointing(table, held) - held.get(table.name, set())
        if left or (table.name not in held and table.name not in NOT_ABOUT_PEOPLE):
            found[table.name] = left
    return found


def test_every_table_is_in_one_list_and_every_pointing_column_is_named() -> None:
    assert uncovered(metadata.tables.values()) == {}
    names = [one.table for one in HOLDINGS]
    assert len(set(names)) == len(names)
    assert not set(names) & set(NOT_ABOUT_PEOPLE)
    assert {*names, *NOT_ABOUT_PEOPLE} == set(metadata.tables)


@pytest.mark.parametrize(
    "column",
    [
        ("learner_id", None),
        ("whose", "person.id"),
        ("about", "credential.id"),
        ("reviewer_id", None),
    ],
)
def test_a_new_table_that_leads_to_a_person_is_noticed(column: tuple[str, str | None]) -> None:
    other = MetaData()
    for name in ("person", "credential"):
        Table(name, other, Column("id", Uuid, primary_key=True))
    name, target = column
    references = [ForeignKey(target)] if target else []
    made = Table(
        "portfolio", other, Column("id", Uuid, primary_key=True), Column(name, Uuid, *references)
    )
    assert uncovered([made]) == {"portfolio": {name}}


def test_a_new_table_of_anything_is_noticed() -> None:
    other = Table("weather", MetaData(), Column("id", Uuid, primary_key=True))
    assert uncovered([other]) == {"weather": set()}


def test_a_new_column_of_a_known_table_is_noticed() -> None:
    known, other = metadata.tables["evidence"].columns, Column("reviewer_id", String)
    table = Table("evidence", MetaData(), *(Column(c.name, c.type) for c in known), other)
    assert uncovered([table]) == {"evidence": {"reviewer_id"}}


def test_rows_that_others_refer_to_go_last() -> None:
    order = {one.table: place for place, one in enumerate(HOLDINGS)}
    for one in HOLDINGS:
        for key in metadata.tables[one.table].foreign_keys:
            target = key.column.table.name
            if target in order and target != one.table:
                assert order[one.table] < order[target]


def test_references_within_one_table_are_cleared_where_they_can_cross_people() -> None:
    crossing = {(str(model.__tablename__), name) for model, name in LINKS}
    own = {
        (one.table, key.parent.name)
        for one in HOLDINGS
        for key in metadata.tables[one.table].foreign_keys
        if key.column.table.name == one.table
    }
    # A judgment or an award is superseded by one of the same learner, and goes with it.
    assert own - crossing == {
        ("judgment", "superseded_by"),
        ("judgment", "proposal_id"),
        ("award", "superseded_by"),
    }
