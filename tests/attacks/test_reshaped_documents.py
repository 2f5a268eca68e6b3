"""The JSON is rearranged: the signed graph stays the same and a reader sees another thing."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.canonical import canonicalize, without_proof
from verifier.claims import Answer, Checked, answer_claims
from verifier.claims_file import Claim
from verifier.policy import Verdict, decide
from verifier.verify import verify_credential

VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def judge(document, world):
    report = verify_credential(document, world.ports())
    return report, decide(report).verdict


def graph_of(document):
    return canonicalize(without_proof(document))


def _split_rubric(credential):
    """The achieved level becomes the highest of a rubric of two."""
    achievement = credential["credentialSubject"]["achievement"]
    (rubric,) = achievement["resultDescription"]
    levels = rubric["rubricCriterionLevel"]
    achievement["resultDescription"] = [
        {**rubric, "rubricCriterionLevel": levels[2:]},
        {**rubric, "rubricCriterionLevel": levels[:2]},
    ]


def _repeat_level(credential):
    """A rubric with a level twice has no order any more."""
    (rubric,) = credential["credentialSubject"]["achievement"]["resultDescription"]
    rubric["rubricCriterionLevel"].append(dict(rubric["rubricCriterionLevel"][0]))


def _split_level(credential):
    """A level's points stand apart from its name."""
    (rubric,) = credential["credentialSubject"]["achievement"]["resultDescription"]
    level = rubric["rubricCriterionLevel"][0]
    rubric["rubricCriterionLevel"].append({k: v for k, v in level.items() if k != "points"})
    del level["description"]


def _evidence_twice(credential):
    credential["evidence"].append(dict(credential["evidence"][0]))


def _evidence_in_two_parts(credential):
    (evidence,) = credential["evidence"]
    apart = {name: evidence.pop(name) for name in ("genre", "narrative")}
    credential["evidence"].append({"id": evidence["id"], "type": ["Evidence"], **apart})


def _result_under_a_label(credential):
    """A result without id gets a label, so that it can be told in two parts."""
    (result,) = credential["credentialSubject"]["result"]
    result["id"] = "_:r"
    credential["credentialSubject"]["result"].append({"id": "_:r", "type": ["Result"]})


def _label(credential):
    credential["credentialSubject"]["result"][0]["id"] = "_:r"


def _badge_by_address(credential):
    """Whoever does not see that it is a badge does not hold it to the rules of badges."""
    credential["type"][1] = f"{VOCABULARY}OpenBadgeCredential"


@pytest.mark.parametrize(
    "reshape",
    [
        _split_rubric,
        _repeat_level,
        _split_level,
        _evidence_twice,
        _evidence_in_two_parts,
        _result_under_a_label,
        _label,
        _badge_by_address,
    ],
)
def test_the_same_graph_in_another_shape_is_refused(school, world, reshape):
    credential = school.issue(level=2)
    reshaped = copy.deepcopy(credential)
    reshape(reshaped)
    assert graph_of(reshaped) == graph_of(credential)
    report, verdict = judge(reshaped, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == ["structure.misplaced"]
    assert report.facts == {}


def test_a_level_never_rises_by_leaving_levels_out(school, world):
    credential = school.issue(level=2)
    _split_rubric(credential)
    report, verdict = judge(credential, world)
    item = Checked("1.json", credential, report, decide(report))
    (reply,) = answer_claims([Claim("OT.1.2")], [item])
    assert (verdict, reply.answer) == (Verdict.REFUSED, Answer.UNSUPPORTED)


def test_a_school_may_name_itself_as_creator(school, world):
    document = school.unsigned()
    document["credentialSubject"]["achievement"]["creator"] = {
        **document["issuer"],
        "url": school.base,
    }
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED


def test_two_scales_may_share_their_levels(school, world):
    document = school.unsigned()
    achievement = document["credentialSubject"]["achievement"]
    (first,) = achievement["resultDescription"]
    achievement["resultDescription"].append({**copy.deepcopy(first), "id": "urn:second"})
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED


def test_a_type_of_somebody_elses_vocabulary_may_stand(school, world):
    document = school.unsigned()
    document["type"].append("https://vocabulary.example/#Diploma")
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED


def test_a_line_inside_a_text_is_no_line_of_the_graph(school, world):
    """U+2028 ends a line for some programs; N-Quads lines end at U+000A alone."""
    document = school.unsigned()
    forged = f"<{document['id']}> <https://www.w3.org/2018/credentials#issuer> <urn:x> ."
    document["evidence"][0]["narrative"] = f"One\u2028{forged}\u0085{forged}"
    assert judge(school.sign(document), world)[1] is Verdict.VERIFIED


def _places(node, path=()):
    """All values of a document with the way to them."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in items:
        if key != "proof":
            yield (*path, key)
            if isinstance(value, dict | list):
                yield from _places(value, (*path, key))


_REPLACEMENTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=4),
    st.sampled_from(["Advanced", "urn:x", "_:x", "@id", f"{VOCABULARY}Result", {}, [], [[]]]),
)
_CHANGES = st.sampled_from(["replace", "wrap", "value", "repeat", "repeat part", "drop", "part"])


def _changed(document, place, change, replacement):
    """A copy of a document with one value changed."""
    result = copy.deepcopy(document)
    parent = result
    for key in place[:-1]:
        parent = parent[key]
    key, value = place[-1], parent[place[-1]]
    if change == "drop":
        del parent[key]
    elif change == "wrap":
        parent[key] = [value]
    elif change == "value":
        parent[key] = {"@value": value}
    elif change == "part" and isinstance(value, dict):
        parent[key] = {name: item for name, item in value.items() if name in {"id", "type"}}
    elif change.startswith("repeat") and isinstance(parent, list):
        part = change == "repeat part" and isinstance(value, dict)
        parent.append(dict(list(value.items())[:-1]) if part else copy.deepcopy(value))
    else:
        parent[key] = replacement
    return result


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_is_verified_is_what_was_signed(data, request):
    """Whatever is done to a credential: if it is verified, graph and facts are the signed ones."""
    world, credential, facts = request.getfixturevalue("signed")
    place = data.draw(st.sampled_from(list(_places(credential))))
    changed = _changed(credential, place, data.draw(_CHANGES), data.draw(_REPLACEMENTS))
    report, verdict = judge(changed, world)
    assert "check.broke" not in {it.code for it in report.findings}
    if verdict is Verdict.VERIFIED:
        assert graph_of(changed) == graph_of(credential)
        assert report.facts == facts


@pytest.fixture
def signed(school, world):
    """A world, a good credential in it, and what it says."""
    credential = school.issue(level=2)
    return world, credential, judge(credential, world)[0].facts
