"""Crosswalks: what a competency matches elsewhere, both ways, through frameworks not here too."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
from sqlalchemy import Engine

from issuer.competency import crosswalk as walking
from issuer.competency import crosswalk_repository, framework_import, service
from issuer.competency.crosswalk import Crosswalk, Match
from issuer.competency.errors import AmbiguousName, UnknownCompetency
from issuer.db import session_scope

NOW = datetime(2026, 6, 30, tzinfo=UTC)
TIME = {"lastChangeDateTime": "2026-01-01T00:00:00Z"}


def guid(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def uri(name: str) -> str:
    return f"https://{name.split('.', maxsplit=1)[0]}.example/CFItems/{guid(name)}"


def link(name: str) -> dict[str, str]:
    return {"title": f"Title of {name}", "identifier": guid(name), "uri": uri(name)}


class Frameworks:
    """Frameworks A, B, …, whose items are called A.1, B.1, … ."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def take_in(self, name: str, items: int, *links: tuple[Any, str, Any]) -> None:
        """A framework with so many items and associations (origin, type, destination)."""
        value = {
            "CFDocument": link(name) | {"title": f"Framework {name}", "creator": "C"} | TIME,
            "CFItems": [
                {"identifier": guid(one), "uri": uri(one), "fullStatement": f"Does {one}."}
                | {"humanCodingScheme": one}
                | TIME
                for one in (f"{name}.{number}" for number in range(1, items + 1))
            ],
            "CFAssociations": [
                {
                    "identifier": guid(f"{name} {place}"),
                    "uri": f"https://a.example/{name}/{place}",
                    "associationType": kind,
                    "originNodeURI": link(origin) if isinstance(origin, str) else origin,
                    "destinationNodeURI": link(end) if isinstance(end, str) else end,
                }
                | TIME
                for place, (origin, kind, end) in enumerate(links)
            ],
        }
        with session_scope(self.engine) as session:
            framework_import.import_case(session, json.dumps(value).encode(), "f.json", NOW)

    def of(self, name: str, **options: Any) -> Crosswalk:
        with session_scope(self.engine, read_only=True) as session:
            return service.crosswalk(session, UUID(guid(name)), **options)

    def matches(self, name: str) -> list[tuple[str, str, str]]:
        return [(one.relation, one.direction, _called(one)) for one in self.of(name).matches]


def _called(match: Match) -> str:
    return match.code if match.competency_id is not None else match.title


@pytest.fixture
def here(engine: Engine) -> Frameworks:
    return Frameworks(engine)


def test_a_match_is_seen_from_both_ends_once_both_frameworks_are_here(here: Frameworks) -> None:
    here.take_in("A", 2, ("A.1", "exactMatchOf", "B.1"), ("A.1", "isRelatedTo", "B.2"))
    [exact, related] = here.of("A.1").matches
    assert (exact.title, exact.uri, exact.competency_id) == ("Title of B.1", uri("B.1"), None)
    assert related.direction == "to"
    here.take_in("B", 2)
    expected = [("exactMatchOf", "both", "B.1"), ("isRelatedTo", "to", "B.2")]
    assert here.matches("A.1") == expected
    assert here.matches("B.1")[0] == ("exactMatchOf", "both", "A.1")
    assert here.matches("B.2") == [("isRelatedTo", "from", "A.1")]
    assert here.matches("A.2") == []
    known = here.of("A.1").matches[0]
    assert (known.competency_id, known.framework_title) == (UUID(guid("B.1")), "Framework B")


def test_two_that_match_a_third_that_is_not_here_match_each_other(here: Frameworks) -> None:
    here.take_in("A", 1, ("A.1", "exactMatchOf", "X.1"))
    here.take_in("B", 2, ("B.1", "exactMatchOf", "X.1"), ("B.1", "replacedBy", "C.9"))
    assert here.matches("A.1") == [
        ("exactMatchOf", "both", "Title of X.1"),
        ("exactMatchOf", "both", "B.1"),
        ("replacedBy", "to", "Title of C.9"),
    ]
    found = here.of("A.1").matches
    assert [one.via for one in found] == [(), (guid("X.1"),), (guid("X.1"), guid("B.1"))]


def test_ends_are_known_by_their_uri_where_the_identifier_is_another(here: Frameworks) -> None:
    by_uri = {"title": "B one", "identifier": "no GUID", "uri": uri("B.1")}
    other = {"title": "X", "identifier": "another", "uri": uri("X.1")}
    here.take_in("A", 1, ("A.1", "exactMatchOf", by_uri), (other, "isPeerOf", "A.1"))
    here.take_in("B", 1)
    here.take_in("X", 1)
    assert here.matches("A.1") == [("exactMatchOf", "both", "B.1"), ("isPeerOf", "from", "X.1")]
    assert here.matches("B.1") == [("exactMatchOf", "both", "A.1"), ("isPeerOf", "from", "X.1")]
    assert here.matches("X.1") == [("isPeerOf", "to", "A.1")]


def test_cycles_end_and_nothing_is_told_twice(here: Frameworks) -> None:
    here.take_in("A", 2, ("A.1", "exactMatchOf", "B.1"), ("A.1", "exactMatchOf", "A.1"))
    here.take_in("B", 1, ("B.1", "exactMatchOf", "C.1"))
    here.take_in("C", 1, ("C.1", "exactMatchOf", "A.1"), ("C.1", "exactMatchOf", "B.1"))
    assert sorted(here.matches("A.1")) == [
        ("exactMatchOf", "both", "B.1"),
        ("exactMatchOf", "both", "C.1"),
    ]


def test_what_stands_in_the_same_framework_is_no_crosswalk(here: Frameworks) -> None:
    here.take_in(
        "A",
        3,
        ("A.1", "precedes", "A.2"),
        ("A.1", "exactMatchOf", "A.3"),
        ("A.3", "isRelatedTo", "B.1"),
        ("A.2", "isChildOf", "A.1"),
    )
    assert here.matches("A.1") == [("isRelatedTo", "to", "Title of B.1")]


def test_relations_can_be_chosen(here: Frameworks) -> None:
    here.take_in("A", 1, ("A.1", "exactMatchOf", "B.1"), ("A.1", "precedes", "B.2"))
    assert [one.relation for one in here.of("A.1", relations=["precedes"]).matches] == ["precedes"]
    assert [one.relation for one in here.of("A.1", relations=["isPeerOf"]).matches] == []


def test_the_walk_is_bounded_and_says_so(here: Frameworks, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = [(f"X.{number}", "exactMatchOf", f"X.{number + 1}") for number in range(40)]
    here.take_in("A", 1, ("A.1", "exactMatchOf", "X.0"), *chain)
    assert (len(here.of("A.1").matches), here.of("A.1").complete) == (41, True)
    monkeypatch.setattr(walking, "MAX_ITEMS", 10)
    assert (len(here.of("A.1").matches), here.of("A.1").complete) == (10, False)
    monkeypatch.setattr(crosswalk_repository, "MAX_EDGES", 1)
    assert not here.of("A.1").complete


def test_competencies_are_named_by_code_identifier_or_uri(here: Frameworks) -> None:
    here.take_in("A", 1)
    with session_scope(here.engine, read_only=True) as session:
        for name in ("A.1", guid("A.1"), uri("A.1")):
            assert service.competency_named(session, name) == UUID(guid("A.1"))
        for name in ("A.2", str(uuid4()), ""):
            with pytest.raises(UnknownCompetency):
                service.competency_named(session, name)
        with pytest.raises(UnknownCompetency):
            service.crosswalk(session, uuid4())


def test_a_code_that_several_have_is_answered_with_who_they_are(
    here: Frameworks, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.take_in("A", 1)
    monkeypatch.setitem(globals(), "guid", lambda name: str(uuid5(NAMESPACE_URL, f"other {name}")))
    here.take_in("A", 1)
    with (
        session_scope(here.engine, read_only=True) as session,
        pytest.raises(AmbiguousName, match="2 competencies have the code"),
    ):
        service.competency_named(session, "A.1")
