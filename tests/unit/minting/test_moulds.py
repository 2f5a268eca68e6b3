"""What moulds make of texts is the canonical form of the document, for whatever texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.canonical import canonicalize
from credentials.errors import StructureInvalid
from credentials.models import check_credential
from issuer.competency.evidence_sources import BadgeView, RatingView
from issuer.competency.views import EvidenceView, MintableJudgment
from issuer.minting import assemble, moulds
from issuer.minting.moulds import Made, Moulds

Make = Callable[..., MintableJudgment]
BASE = "https://northgate.example"
SCHOOL = assemble.School("did:web:northgate.example", "Northgate", BASE)
NOW = datetime(2026, 6, 13, 8, tzinfo=UTC)
ODD = [
    "Evidence", "type", "@id", "@type", "_:b0", "@context", "https://x.example/", 'say "so"',
    "back\\slash", "two\nlines", "tab\tand more", "\x01", "\x7f", "null", "é ü 漢字 🎓", "a:b", " ",
    "urn:uuid:1", "VerifiableCredential", "xsd:string", '{"a": 1}', "_", "@", ",", "[]", "\u2028",
]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(ODD), st.text(min_size=1, max_size=30))


def status(number: int, base: str = BASE) -> dict[str, Any]:
    return {
        "id": f"{base}/status/{number}#5",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(number),
        "statusListCredential": f"{base}/status/{number}",
    }


def made(
    judgment: MintableJudgment,
    number: int = 1,
    school: assemble.School = SCHOOL,
    **changes: Any,
) -> Made:
    """A credential as signing hands it over."""
    texts: list[str] = []

    def say(text: str) -> str:
        texts.append(text)
        return text

    known: dict[str, Any] = {
        "credential_id": f"urn:uuid:{uuid4()}",
        "status": status(number),
        "salt": f"salt-{number}",
    }
    assembly = assemble.Assembly(school, NOW + timedelta(days=number))
    document = assembly.credential(judgment, **(known | changes), say=say)
    return Made(judgment, document, texts)


def piece(**changes: Any) -> EvidenceView:
    plain = EvidenceView(
        id=str(uuid4()), kind="quiz", title="", points=Decimal(3), observed_at=NOW,
        assessor_kind="person", assessor_role="teacher", artefact_url="", artefact_sha256="",
        formative=False, used=True,
    )  # fmt: skip
    return plain._replace(**changes)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The documents that went the long way."""
    seen: list[Any] = []

    def check(document: Any) -> None:
        seen.append(document)
        check_credential(document)

    monkeypatch.setattr(moulds, "check_credential", check)
    return seen


def test_only_the_first_of_a_kind_goes_the_long_way(
    make_judgment: Make, looked_at: list[Any]
) -> None:
    kept = Moulds(SCHOOL)
    for number in range(1, 6):
        one = made(make_judgment(learner_name=f"Learner {number}"), number)
        assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == 1


def test_what_differs_in_kind_has_moulds_of_its_own(
    make_judgment: Make, looked_at: list[Any]
) -> None:
    plain = make_judgment()
    kinds = [
        plain,
        replace(plain, level=plain.levels[2]),
        replace(plain, learner_email="amina@school.example"),
        replace(plain, learner_name=""),
        replace(plain, competency=replace(plain.competency, code="HSF-IF.C.8")),
        replace(plain, rule=replace(plain.rule, sentence="Another rule.")),
    ]
    kept = Moulds(SCHOOL)
    for judgment in kinds:
        for number in (1, 2):
            one = made(judgment, number)
            assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == len(kinds)


def test_any_number_of_pieces_of_any_kind(make_judgment: Make, looked_at: list[Any]) -> None:
    pieces = [piece(), piece(kind=""), piece(artefact_sha256="ab" * 32), piece(kind="", title="x")]
    kept = Moulds(SCHOOL)
    first = made(make_judgment(evidence=tuple(pieces)))
    assert kept.canonical(first) == canonicalize(first.document)
    for evidence in ((), pieces[:1], pieces * 3, list(reversed(pieces))):
        copies = tuple(one._replace(id=str(uuid4())) for one in evidence)
        one = made(make_judgment(evidence=copies), 2)
        assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == 1


def test_a_piece_of_a_kind_that_is_new_is_learnt(make_judgment: Make, looked_at: list[Any]) -> None:
    kept = Moulds(SCHOOL)
    kept.canonical(made(make_judgment(evidence=())))
    one = made(make_judgment(evidence=(piece(),)))
    assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == 2
    kept.canonical(made(make_judgment(evidence=(piece(), piece()))))
    assert len(looked_at) == 2


def test_what_several_scored_and_badges_need_no_moulds_of_their_own(
    make_judgment: Make, looked_at: list[Any]
) -> None:
    ratings = (
        RatingView(Decimal(2), "person", "reviewer", "Ola Berg"),
        RatingView(Decimal(4), "tool", "", "engine"),
    )
    pieces = [
        piece(),
        piece(ratings=ratings, combined="the mean of two scores"),
        piece(ratings=ratings, points=None, why_not="A third decides."),
        piece(badge=BadgeView("did:web:museum.example", "urn:uuid:1"), setting="out-of-school"),
    ]
    for school in (SCHOOL, replace(SCHOOL, include_assessor_names=True)):
        kept = Moulds(school)
        looked_at.clear()
        for number, one in enumerate(pieces, 1):
            judgment = make_judgment(evidence=(one,))
            document = made(judgment, number, school=school)
            assert kept.canonical(document) == canonicalize(document.document)
        assert len(looked_at) == 1


def test_with_two_status_entries(make_judgment: Make) -> None:
    kept = Moulds(SCHOOL)
    for number in range(1, 4):
        both = [status(number), status(number + 10) | {"statusPurpose": "suspension"}]
        one = made(make_judgment(), number, status=both)
        assert kept.canonical(one) == canonicalize(one.document)


def test_a_document_that_is_not_right_is_refused(make_judgment: Make) -> None:
    judgment = make_judgment()
    bad = made(judgment, status=status(1) | {"statusListIndex": "no number"})
    with pytest.raises(StructureInvalid):
        Moulds(SCHOOL).canonical(bad)


def test_a_mould_that_disagrees_with_the_long_way_is_never_used(
    make_judgment: Make, looked_at: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moulds, "canonical_union", lambda _: "something else\n")
    kept = Moulds(SCHOOL)
    for number in (1, 2):
        one = made(make_judgment(), number)
        assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == 2


def test_the_oldest_moulds_are_forgotten(
    make_judgment: Make, looked_at: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moulds, "REMEMBERED", 1)
    plain = make_judgment()
    other = replace(plain, level=plain.levels[2])
    kept = Moulds(SCHOOL)
    for judgment in (plain, other, plain):
        one = made(judgment)
        assert kept.canonical(one) == canonicalize(one.document)
    assert len(looked_at) == 3


JUDGED: dict[str, MintableJudgment] = {}


@pytest.fixture(autouse=True)
def _one_for_all(make_judgment: Make) -> None:
    JUDGED.setdefault("plain", make_judgment())


NAMED = replace(SCHOOL, include_assessor_names=True)
KEPT = Moulds(NAMED)


@given(
    name=TEXTS, sourced_id=TEXTS, email=st.one_of(st.just(""), TEXTS),
    reasons=st.lists(TEXTS, max_size=2), kind=st.one_of(st.just(""), TEXTS), title=TEXTS,
    role=TEXTS, assessor=st.one_of(st.just(""), TEXTS), several=st.booleans(), url=TEXTS,
    digest=st.one_of(st.just(""), TEXTS), pieces=st.integers(0, 3), salt=TEXTS,
    level=st.sampled_from([2, 3]),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_whatever_the_texts(
    name: str, sourced_id: str, email: str, reasons: list[str], kind: str, title: str, role: str,
    assessor: str, several: bool, url: str, digest: str, pieces: int, salt: str, level: int,
) -> None:  # fmt: skip
    """The canonical form is the document's, and what is not checked would pass."""
    plain = JUDGED["plain"]
    ratings = (RatingView(Decimal(3), "person", role, assessor),) * 2 if several else ()
    badge = BadgeView(url, title) if several and pieces > 1 else None
    evidence = tuple(
        piece(
            kind=kind, title=title, assessor_role=role, assessor_name=assessor, artefact_url=url,
            artefact_sha256=digest, ratings=ratings, combined=kind, why_not=digest, badge=badge,
        )
        for _ in range(pieces)
    )  # fmt: skip
    judgment = replace(
        plain, learner_name=name, learner_sourced_id=sourced_id, learner_email=email,
        reasons=tuple(reasons), evidence=evidence, level=plain.levels[level],
    )  # fmt: skip
    one = made(judgment, salt=salt, school=NAMED)
    try:
        expected = canonicalize(one.document)
    except Exception as error:
        with pytest.raises(type(error)):
            KEPT.canonical(one)
        return
    assert KEPT.canonical(one) == expected
    check_credential(one.document)
