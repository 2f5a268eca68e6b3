"""Shapes with texts filled in, and the canonical form of several together."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.canonical import canonicalize, mould
from credentials.filling import canonical_union
from credentials.outlines import NotShapeable, escaped

Document = dict[str, Any]
IDENTIFIER = "urn:uuid:1"
MARKERS = ["urn:marker:0", "urn:marker:1", "urn:marker:2"]


def credential(*pieces: Document, identifier: str = IDENTIFIER, **more: Any) -> Document:
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": identifier,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        **more,
        **({"evidence": list(pieces)} if pieces else {}),
    }


def blank(name: str, narrative: str) -> Document:
    """A piece of evidence without an id: a blank node."""
    return {"type": ["Evidence"], "name": name, "narrative": narrative}


@pytest.fixture(scope="module")
def with_piece() -> Any:
    """A credential's id and one blank piece of evidence, of three texts."""
    found = mould(
        credential(blank("a name", "some words")),
        credential(blank(MARKERS[1], MARKERS[2]), identifier=MARKERS[0]),
        MARKERS,
    )
    assert found is not None
    return found


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_several_together_are_the_whole(pieces: list[tuple[str, str]]) -> None:
    """Blank nodes of each, alike or not: the form of the document that has them all."""
    found = mould(
        credential(blank("a name", "some words")),
        credential(blank(MARKERS[1], MARKERS[2]), identifier=MARKERS[0]),
        MARKERS,
    )
    assert found is not None
    try:
        filled = [(found, escaped([IDENTIFIER, *texts])) for texts in pieces]
    except NotShapeable:
        return
    whole = credential(*(blank(*texts) for texts in pieces))
    assert canonical_union(filled) == canonicalize(whole)


@pytest.mark.parametrize("names", [["x", "x"], ["x", "y"], ["x", "x", "x", "y"]])
def test_blank_nodes_that_are_alike(with_piece: Any, names: list[str]) -> None:
    filled = [(with_piece, escaped([IDENTIFIER, name, "words"])) for name in names]
    whole = credential(*(blank(name, "words") for name in names))
    assert canonical_union(filled) == canonicalize(whole)


def test_what_is_settled_and_what_varies(with_piece: Any) -> None:
    narrative = mould(
        credential(blank("fixed", "some words")),
        credential(blank("fixed", MARKERS[0])),
        MARKERS[:1],
    )
    assert narrative is not None
    expected = canonicalize(credential(blank("fixed", "other")))
    assert narrative.canonical(escaped(["other"])) == expected
    assert with_piece.canonical(escaped([IDENTIFIER, "fixed", "other"])) == expected
    assert narrative.canonical(escaped(["else"])) != expected


def test_less_what_another_has(with_piece: Any) -> None:
    frame = mould(credential(), credential(identifier=MARKERS[0]), MARKERS[:1])
    assert frame is not None
    piece = with_piece.less(frame)
    texts = escaped([IDENTIFIER, "a", "b"])
    assert "OpenBadgeCredential" not in piece.canonical(texts)
    together = canonical_union([(frame, texts[:1]), (piece, texts)])
    assert together == canonicalize(credential(blank("a", "b")))
    with pytest.raises(NotShapeable):
        frame.less(frame)


@pytest.mark.parametrize(
    ("document", "marked"),
    [
        (credential(name="Evidence"), credential(name=MARKERS[0])),
        (credential(name="a"), credential(name=MARKERS[0], awardedDate="2026-06-12T00:00:00Z")),
        (credential(name="a"), credential(name="b")),
        (credential(name="a", type=["VerifiableCredential"]), credential(name=MARKERS[0])),
        (credential(name="a\x01"), credential(name=MARKERS[0])),
    ],
)
def test_what_is_no_mould(document: Document, marked: Document) -> None:
    assert mould(document, marked, MARKERS[:1]) is None


@pytest.mark.parametrize("text", ["Evidence", "@id", "_:b", "\x01", "\x7f", "type"])
def test_texts_that_json_ld_looks_at_are_refused(text: str) -> None:
    with pytest.raises(NotShapeable):
        escaped([text])


@pytest.mark.parametrize("text", ["relative", "evidence:x", "https://a b/", "https://x/>"])
def test_an_id_that_is_no_iri_is_refused(with_piece: Any, text: str) -> None:
    with pytest.raises(NotShapeable):
        with_piece.canonical(escaped([text, "a", "b"]))
