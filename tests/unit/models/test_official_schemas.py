"""Our models, the schemas made of them, and the official ones: where they agree, and where not."""

import copy
import json

import jsonschema
import pytest

from credentials.errors import StructureInvalid
from credentials.models import check_credential, check_profile, json_schemas

OFFICIAL = {
    "achievement_credential": "ob3/ob_v3p0_achievementcredential_schema.json",
    "endorsement_credential": "ob3/ob_v3p0_endorsementcredential_schema.json",
    "profile": "ob3/ob_v3p0_profile_schema.json",
    "clr_credential": "clr2/clr_v2p0_clrcredential_schema.json",
}
REMOVED = object()
MUTATIONS = {
    "removed": REMOVED,
    "null": None,
    "a number": 7,
    "text": "No such thing",
    "true": True,
    "an object": {"no": "such"},
    "a list": ["No such thing"],
    "an empty list": [],
}
COMMON = {"removed", "a number"}
"""Mutations that run in the ordinary suite; all of them run in the slow one."""

LAXER = {
    # VC 2.0 lets these stand in arrays; 1EdTech's schemas know one of each.
    ("a list", "name"),
    ("a list", "description"),
    ("a list", "type"),
    ("an empty list", "credentialStatus"),
    ("an empty list", "refreshService"),
}
"""What we accept and the official schemas refuse, by the last member of the path."""
KIND = {("removed", "type"), ("text", "type")}
"""Without the name of its kind a document is a credential of no kind, and that is well formed."""

WITH_URLS = {"id", "url", "issuer", "targetUrl", "sourceId", "targetId", "requiredLevel"}
WITH_DATES = {
    "validFrom",
    "validUntil",
    "awardedDate",
    "dateOfBirth",
    "activityStartDate",
    "activityEndDate",
}
STATUS_ENTRY = {"statusPurpose", "statusListIndex", "statusListCredential"}
REFERENCES = {"result", "resultDescription", "rubricCriterionLevel", "achievedLevel"}


def is_stricter_for_a_reason(mutation, path):
    """Whether we are known to be stricter than the official schemas, and mean to be."""
    member = next(part for part in reversed(path) if isinstance(part, str))
    if mutation == "an object":
        return True  # they take language maps for any text, which the contexts do not define
    if member in STATUS_ENTRY or member in REFERENCES:
        return True  # they do not look into status entries, and compare no identifiers
    return mutation == "text" and member in WITH_URLS | WITH_DATES | {"type"}


def paths(node, path=()):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*path, key)
            yield from paths(value, (*path, key))


def changed(document, path, value):
    document = copy.deepcopy(document)
    node = document
    for part in path[:-1]:
        node = node[part]
    if value is REMOVED:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


def looked_at(kind, path):
    """Each class once: what is nested in several places is not taken apart in each."""
    names = [part for part in path if isinstance(part, str)]
    nested = {"endorsement": 1, "@context": 0, "verifiableCredential": 1, "proof": 1}
    if any(name in names[: -depth or None] for name, depth in nested.items()):
        return kind == "endorsement_credential" and "@context" not in names
    if kind == "profile":
        return True
    held = ("achievement",) if kind == "clr_credential" else ()
    return not any(name in names[:-1] for name in ("issuer", "creator", "parentOrg", *held))


def slim(kind, document):
    """Without what ``looked_at`` passes over: the official schemas take long over it."""
    document = copy.deepcopy(document)
    if kind == "profile":
        return document
    document["issuer"] = {"id": "did:web:school.example", "type": ["Profile"]}
    subject = document["credentialSubject"]
    for achievement in (subject.get("achievement"), *(subject.get("achievement") or ())):
        if isinstance(achievement, dict):
            achievement.pop("endorsement", None)
    for nested in subject.get("verifiableCredential", ()):
        nested["issuer"] = document["issuer"]
        nested["credentialSubject"]["achievement"].pop("endorsement")
    return document


def accepts(document, kind):
    try:
        (check_profile if kind == "profile" else check_credential)(document)
    except StructureInvalid:
        return False
    return True


@pytest.fixture(scope="session")
def official(shared):
    def validator(kind):
        text = (shared / "standards" / "schemas" / OFFICIAL[kind]).read_text("utf-8")
        return jsonschema.Draft201909Validator(json.loads(text))

    return {kind: validator(kind) for kind in OFFICIAL}


@pytest.fixture(scope="session")
def ours():
    names = {name.removesuffix(".json"): name for name in json_schemas.MODELS}
    return {
        kind: jsonschema.Draft202012Validator(json_schemas.json_schema(name))
        for kind, name in names.items()
    }


def test_our_schemas_are_schemas(ours):
    for validator in ours.values():
        validator.check_schema(validator.schema)


def test_our_schemas_are_as_the_models_say():
    assert json_schemas.main(["--check"]) == 0


def test_a_schema_that_was_edited_is_noticed(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(json_schemas, "FOLDER", tmp_path)
    json_schemas.main([])
    (tmp_path / "profile.json").write_text("{}")
    assert json_schemas.main(["--check"]) == 1
    assert "schemas/json/profile.json" in capsys.readouterr().err


@pytest.mark.parametrize("kind", OFFICIAL)
def test_all_accept_a_document_with_every_member(kind, documents, official, ours):
    official[kind].validate(documents[kind])
    ours[kind].validate(documents[kind])
    assert accepts(documents[kind], kind)


@pytest.mark.parametrize("kind", OFFICIAL)
def test_every_member_of_the_standard_is_in_the_document(kind, documents, official):
    def members(schema):
        known = {*schema.get("properties", ())}
        return known.union(*(members(inner) for inner in schema.get("$defs", {}).values()))

    used = {part for path in paths(documents[kind]) for part in path if isinstance(part, str)}
    elsewhere = {"proof", "created", "cryptosuite", "challenge", "domain", "nonce"}
    elsewhere |= {"proofPurpose", "proofValue", "verificationMethod"}
    if kind not in ("achievement_credential", "clr_credential"):
        return
    assert members(official[kind].schema) - used <= elsewhere


@pytest.mark.parametrize("kind", OFFICIAL)
def test_single_values_mean_the_same_as_arrays(kind, documents, official, ours):
    def single(node, name=""):
        if isinstance(node, dict):
            return {key: single(value, key) for key, value in node.items()}
        if isinstance(node, list) and len(node) == 1 and name not in ("type", "@context"):
            return single(node[0])
        return [single(item) for item in node] if isinstance(node, list) else node

    document = single(documents[kind])
    official[kind].validate(document)
    ours[kind].validate(document)
    assert accepts(document, kind)


def _disagreements(kind, document, mutations, validators):
    official, ours = validators
    document = slim(kind, document)
    for path in paths(document):
        if not looked_at(kind, path):
            continue
        member = next(part for part in reversed(path) if isinstance(part, str))
        for name in mutations:
            case = changed(document, path, MUTATIONS[name])
            theirs, schema, check = (
                official.is_valid(case),
                ours.is_valid(case),
                accepts(case, kind),
            )
            if theirs != check and not (
                is_stricter_for_a_reason(name, path)
                if theirs
                else (name, member) in LAXER or (path[0] == "type" and (name, "type") in KIND)
            ):
                yield name, path, f"official {theirs}, ours {check}"
            if check and not schema and (path[0], name) not in {("type", n) for n, _ in KIND}:
                yield name, path, "our own schema refuses what our check accepts"


@pytest.mark.parametrize("kind", OFFICIAL)
def test_what_they_refuse_we_refuse(kind, documents, official, ours):
    validators = official[kind], ours[kind]
    assert list(_disagreements(kind, documents[kind], COMMON, validators)) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", OFFICIAL)
def test_what_they_refuse_we_refuse_in_every_form(kind, documents, official, ours):
    validators = official[kind], ours[kind]
    mutations = MUTATIONS.keys() - COMMON
    assert list(_disagreements(kind, documents[kind], mutations, validators)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("issuer", "type"), ["Organisation"]),
        (("issuer", "parentOrg", "type"), ["Organisation"]),
        (("issuer", "otherIdentifier", 0, "type"), "Identifier"),
        (("credentialSubject", "source", "type"), ["Person"]),
        (("credentialSubject", "identifier", 0, "type"), "Identity"),
        (("credentialSubject", "identifier", 0, "type"), ["IdentityObject"]),
        (("credentialSubject", "identifier", 0, "more"), "x"),
        (("credentialSubject", "identifier", 0, "identityType"), "shoeSize"),
        (("credentialSubject", "image", "width"), 3),
        (("credentialSubject", "result", 0, "type"), ["Mark"]),
        (("credentialSubject", "result", 0, "status"), "Nearly"),
        (("credentialSubject", "achievement", "achievementType"), "Mastery"),
        (("credentialSubject", "achievement", "inLanguage"), "English"),
        (("credentialSubject", "achievement", "alignment", 0, "targetType"), "Standard"),
        (("credentialSubject", "achievement", "resultDescription", 0, "type"), ["Result"]),
        (("credentialSubject", "achievement", "resultDescription", 0, "resultType"), "Mark"),
        (("evidence", 0, "type"), ["Essay"]),
        (("endorsement", 0, "type"), ["VerifiableCredential"]),
        (("endorsement", 0, "credentialSubject", "type"), ["Person"]),
        (("endorsementJwt", 0), "not a token"),
    ],
)
def test_wrong_types_and_words_are_refused_by_all(path, value, full_badge, official, ours):
    kind = "achievement_credential"
    case = changed(full_badge, path, value)
    assert not official[kind].is_valid(case)
    assert not ours[kind].is_valid(case)
    with pytest.raises(StructureInvalid) as caught:
        check_credential(case)
    pointer = "".join(f"/{part}" for part in path)
    assert pointer.startswith(caught.value.problems[0].pointer)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("credentialSubject", "achievement", "achievementType"), "ext:Mastery"),
        (("credentialSubject", "identifier", 0, "identityType"), "ext:studentNumber"),
        (("evidence", 0, "type"), ["Evidence", "https://school.example/terms#Essay"]),
        (("issuer",), "did:web:school.example"),
    ],
)
def test_extensions_are_accepted_by_all(path, value, full_badge, official, ours):
    kind = "achievement_credential"
    case = changed(full_badge, path, value)
    official[kind].validate(case)
    ours[kind].validate(case)
    check_credential(case)
