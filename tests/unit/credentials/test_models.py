"""What a credential has to hold: every rule broken once."""

import contextlib
import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.errors import StructureInvalid
from credentials.models import check_credential, check_presentation

REMOVE = object()


def _changed(document, path, value):
    changed = copy.deepcopy(document)
    node = changed
    for part in path[:-1]:
        node = node[part]
    if value is REMOVE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


def test_a_badge_passes(badge):
    check_credential(badge)


ACHIEVEMENT = ("credentialSubject", "achievement")
DESCRIPTION = (*ACHIEVEMENT, "resultDescription", 0)
VC2 = "https://www.w3.org/ns/credentials/v2"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("@context",), REMOVE),
        (("@context",), []),
        (("@context",), ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json", VC2]),
        (("@context",), [VC2, 5]),
        (("@context",), [VC2, "no url"]),
        (("type",), REMOVE),
        (("type",), ["OpenBadgeCredential"]),
        (("type",), [5]),
        (("id",), None),
        (("id",), ["urn:a"]),
        (("id",), "no url"),
        (("issuer",), REMOVE),
        (("issuer",), None),
        (("issuer",), "school"),
        (("issuer", "id"), "school"),
        (("issuer", "type"), ["Organisation"]),
        (("issuer", "name"), {"@value": "A", "extra": 1}),
        (("credentialSubject",), {}),
        (("credentialSubject",), [{}]),
        (("credentialSubject",), []),
        (("credentialSubject", "id"), "no url"),
        (("credentialSubject", "type"), ["Person"]),
        (("validFrom",), "2026-06-01"),
        (("validFrom",), "2026-06-01T12:00:00"),
        (("validFrom",), REMOVE),
        (("validUntil",), "2026-05-01T12:00:00Z"),
        (("credentialStatus",), {"id": "urn:x"}),
        (("credentialStatus",), "urn:x"),
        (("termsOfUse",), {"id": "urn:x"}),
        (("evidence",), [{"name": "Essay"}]),
        (("evidence",), [{"type": ["Essay"]}]),
        (("credentialSchema",), {"type": "JsonSchema"}),
        (("refreshService",), {"id": "urn:x"}),
        (("name",), {"@value": "A", "@language": "en", "extra": 1}),
        (("description",), 5),
        (("relatedResource",), "urn:x"),
        (("relatedResource",), [{"id": "urn:x"}]),
        (("relatedResource",), [{"id": "urn:x", "digestSRI": "a"}] * 2),
        (ACHIEVEMENT, REMOVE),
        ((*ACHIEVEMENT, "id"), REMOVE),
        ((*ACHIEVEMENT, "name"), ""),
        ((*ACHIEVEMENT, "criteria"), REMOVE),
        ((*ACHIEVEMENT, "description"), REMOVE),
        ((*ACHIEVEMENT, "alignment"), {"type": ["Alignment"]}),
        ((*ACHIEVEMENT, "alignment", 0, "targetUrl"), REMOVE),
        ((*DESCRIPTION, "resultType"), REMOVE),
        ((*DESCRIPTION, "rubricCriterionLevel", 0, "type"), ["Level"]),
        (("credentialSubject", "result", 0, "achievedLevel"), "urn:other"),
        (("credentialSubject", "result", 0, "resultDescription"), "urn:other"),
        (("credentialSubject", "result", 0, "type"), REMOVE),
        (("credentialSubject", "identifier"), [{"type": "IdentityObject", "hashed": "yes"}]),
    ],
)
def test_each_rule_broken_once_is_refused_and_located(badge, path, value):
    with pytest.raises(StructureInvalid) as caught:
        check_credential(_changed(badge, path, value))
    assert all(problem.sentence.endswith(".") for problem in caught.value.problems)
    assert caught.value.problems[0].pointer.startswith(f"/{path[0]}")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "name", "@value"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def _paths(node, path=()):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, key)
            yield from _paths(value, (*path, key))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_nothing_that_json_can_say_crashes_the_check(whole_badge, data):
    path = data.draw(st.sampled_from(list(_paths(whole_badge))))
    with contextlib.suppress(StructureInvalid):
        check_credential(_changed(whole_badge, path, data.draw(json_values)))


def test_all_problems_are_reported_at_once(badge):
    badge["id"], badge["issuer"], badge["validFrom"] = None, None, "today"
    with pytest.raises(StructureInvalid) as caught:
        check_credential(badge)
    assert {p.pointer for p in caught.value.problems} == {"/id", "/issuer", "/validFrom"}
    assert "2 more" in str(caught.value)


def test_version_1_needs_its_own_dates(badge):
    old = {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:school.example",
        "credentialSubject": {"id": "urn:a"},
        "issuanceDate": "2020-01-01T00:00:00Z",
    }
    check_credential(old)
    with pytest.raises(StructureInvalid):
        check_credential(_changed(old, ("issuanceDate",), REMOVE))


def test_presentations(badge):
    good = {"@context": [VC2], "type": ["VerifiablePresentation"], "verifiableCredential": [badge]}
    check_presentation(good)
    check_presentation({**good, "holder": {"id": "did:key:z6Mk"}})
    for change in (
        {"type": ["VerifiableCredential"]},
        {"holder": "me"},
        {"verifiableCredential": ["text"]},
        {"@context": []},
    ):
        with pytest.raises(StructureInvalid):
            check_presentation({**good, **change})
