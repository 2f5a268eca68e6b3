"""A document may define words of its own; none that hides, or changes, what a reader looks for."""

import pytest

from credentials.own_definitions import MAX_DEFINITIONS
from verifier.policy import Verdict, decide
from verifier.verify import verify_credential

STATUS = "https://www.w3.org/2018/credentials#credentialStatus"
OB = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"


def verdict(world, credential):
    report = verify_credential(credential, world.ports())
    return decide(report).verdict, {it.code for it in report.findings}


def with_words(school, definitions, **members):
    document = school.unsigned()
    document["@context"] = [*document["@context"], definitions]
    document["credentialSubject"].update(members)
    return school.sign(document)


@pytest.mark.parametrize(
    "definitions",
    [
        {"gpa": "https://school.example/terms#gpa"},
        {"@version": 1.1, "@protected": True, "gpa": {"@id": "https://school.example/terms#gpa"}},
        {"gpa": {"@id": "urn:example:gpa", "@container": "@set", "@type": "urn:example:number"}},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"scale": "urn:example:scale"}}},
        {"@vocab": "https://school.example/terms#"},
        {"@context": {"gpa": "https://school.example/terms#gpa"}},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"id": "@id", "type": "@type"}}},
    ],
)
def test_words_of_its_own_are_signed_and_verified(school, world, definitions):
    credential = with_words(school, definitions, gpa="3.9")
    assert verdict(world, credential)[0] is Verdict.VERIFIED
    credential["credentialSubject"]["gpa"] = "4.0"
    assert verdict(world, credential)[0] is Verdict.REFUSED


@pytest.mark.parametrize(
    "definitions",
    [
        {"gpa": STATUS},
        {"gpa": {"@id": STATUS}},
        {"gpa": f"{OB}achievement"},
        {"gpa": "https://www.w3.org/2018/credentials#"},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"state": STATUS}}},
        {"gpa": {"@id": "urn:example:gpa", "@container": "@graph"}},
        {"gpa": {"@reverse": "urn:example:gpa"}},
        {"gpa": "@id"},
        {"gpa": "@nest"},
        {"gpa": None},
        {"gpa": {"@id": "urn:example:gpa", "@context": None}},
        {"gpa": "urn:example:gpa", "@vocab": "https://www.w3.org/2018/credentials#"},
        {"gpa": "urn:example:gpa", "@base": "https://school.example/"},
        {"gpa": "urn:example:gpa", "own:word": "urn:example:word"},
        {"@context": {"gpa": STATUS}},
        {"@context": {"@context": {"gpa": "urn:example:gpa"}}},
        {"@context": {"gpa": "urn:example:gpa"}, "grade": "urn:example:grade"},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"id": "@type"}}},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"name": "urn:example:name"}}},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"name": {"@id": "schema:name"}}}},
        {"gpa": {"@id": "urn:example:gpa", "@context": {"name": "https://schema.org/url"}}},
        {f"word{number}": f"urn:example:{number}" for number in range(MAX_DEFINITIONS + 1)},
    ],
)
def test_definitions_that_could_hide_something_are_refused(school, world, definitions):
    """Made by a signer who is the school itself: the graph is signed and the JSON misleads."""
    document = school.unsigned()
    credential = school.sign(document)
    credential["@context"] = [*credential["@context"], definitions]
    found, codes = verdict(world, credential)
    assert found is Verdict.REFUSED
    assert codes & {"structure.misplaced", "contexts.invalid", "contexts.undefined"}, codes


def test_a_known_word_keeps_its_meaning(school, world):
    credential = school.issue()
    credential["@context"] = [*credential["@context"], {"validUntil": "urn:example:never"}]
    assert verdict(world, credential)[0] is Verdict.REFUSED
