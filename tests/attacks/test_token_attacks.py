"""Tokens that lie: about their key, their content, their algorithm, or what they hold."""

import base64
import json

import pytest

from credentials.jose import compact, sd_jwt_vc, vc_jwt
from credentials.jose.envelope import envelop
from keys.kinds import KeyKind
from keys.signers.file import FileSigner
from verifier.policy import Verdict, decide
from verifier.verify import verify_credential, verify_presentation


def judge(received, world):
    report = verify_credential(received, world.ports())
    return report, decide(report).verdict


def refused_with(received, world, code):
    report, verdict = judge(received, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == [code]
    assert report.facts == {}
    assert "Weighs evidence" not in json.dumps(report.to_json())
    return report


def resigned(token, signer, **header):
    """The token with other header members, signed by somebody else."""
    read = compact.read(token)
    kept = {name: value for name, value in read.header.items() if name != "alg"}
    kind = signer.public_key.kind
    return compact.sign({**kept, **header}, read.payload, sign=signer.sign, kind=kind)


def forged_header(token, **members):
    """The token with another header and its signature as it was."""
    header, payload, signature = token.split(".")
    padded = json.loads(base64.urlsafe_b64decode(header + "=="))
    return ".".join([compact.encode_json({**padded, **members}), payload, signature])


def forged_payload(token, **members):
    header, _, signature = token.split(".")
    payload = {**compact.read(token).payload, **members}
    return ".".join([header, compact.encode_json(payload), signature])


@pytest.fixture
def token(school):
    return school.token(school.unsigned())


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.P384, KeyKind.ED25519, KeyKind.RSA])
def test_a_token_of_the_schools_own_key_is_verified(school, world, kind):
    report, verdict = judge(school.token(school.unsigned(), kind=kind), world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["level"]["name"] == "Proficient"


def test_one_changed_claim_breaks_the_signature(token, world):
    refused_with(forged_payload(token, name="Weighs evidencE"), world, "proof.altered")


def test_a_key_of_somebody_else_is_refused(school, world, simulator, token):
    thief = simulator.School(world, "thief.example")
    stolen = resigned(token, thief.add_key(KeyKind.P256), kid=f"{thief.did}#P-256")
    refused_with(stolen, world, "proof.wrong-key")
    own = simulator.Learner(KeyKind.P256)
    refused_with(resigned(token, own.signer, kid=own.method), world, "proof.wrong-key")


def test_a_key_that_the_token_brings_is_never_used(token, world):
    thief = FileSigner.generate(KeyKind.P256)
    jwk = thief.public_key.to_jwk()
    refused_with(resigned(token, thief, jwk=jwk), world, "proof.altered")
    refused_with(resigned(token, thief, jwk=jwk, kid="key-of-mine"), world, "proof.wrong-key")


def test_a_token_that_names_no_key_is_verified_only_if_there_is_one(school, world):
    document = school.unsigned()
    signed = school.token(document, kind=KeyKind.ED25519, key_id=school.did)
    assert judge(signed, world)[1] is Verdict.VERIFIED
    school.add_key(KeyKind.P256)
    report, verdict = judge(signed, world)
    assert verdict is Verdict.UNDECIDED
    assert report.facts == {}


@pytest.mark.parametrize("key_id", ["#P-256", "P-256"])
def test_a_short_key_name_is_one_of_the_issuers(school, world, key_id):
    assert judge(school.token(school.unsigned(), key_id=key_id), world)[1] is Verdict.VERIFIED


def test_a_key_that_the_school_withdrew_is_refused(school, world, token):
    school.other_keys.clear()
    school.publish()
    refused_with(token, world, "proof.wrong-key")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512"])
def test_an_algorithm_that_anyone_can_sign_with_is_refused(token, world, algorithm):
    report = refused_with(forged_header(token, alg=algorithm), world, "proof.nobodys")
    assert report.headline == "Do not rely on this: nobody signed it"


@pytest.mark.parametrize("algorithm", ["ES384", "EdDSA", "RS256"])
def test_an_algorithm_that_is_not_the_keys_is_refused(token, world, algorithm):
    refused_with(forged_header(token, alg=algorithm), world, "proof.altered")


def test_a_token_without_a_signature_is_refused(token, world):
    header, payload, _ = token.split(".")
    assert judge(f"{header}.{payload}.", world)[1] is Verdict.REFUSED


def test_an_unknown_algorithm_is_open(token, world):
    report, verdict = judge(forged_header(token, alg="ML-DSA-44"), world)
    assert verdict is Verdict.UNDECIDED
    assert report.headline == "Signed in a way we cannot check"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:web:other.example"},
        {"sub": "urn:uuid:somebody-else"},
        {"jti": "urn:uuid:another"},
        {"nbf": 1},
        {"exp": 4102444800},
    ],
)
def test_claims_that_differ_from_the_credential_are_refused(school, world, claims):
    """Even if the school itself signed both."""
    good = school.token(school.unsigned(), form=vc_jwt)
    assert judge(good, world)[1] is Verdict.VERIFIED
    read = compact.read(good)
    signer = school.add_key(KeyKind.P256)
    header = {name: value for name, value in read.header.items() if name != "alg"}
    bad = compact.sign(header, read.payload | claims, sign=signer.sign, kind=KeyKind.P256)
    refused_with(bad, world, "proof.claims-differ")


def test_the_older_form_with_a_claim_vc(school, world):
    nested = school.token(school.unsigned(), form=vc_jwt, nested=True)
    assert judge(nested, world)[1] is Verdict.VERIFIED


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        ({"exp": 1782000000}, "validity.past"),
        ({"iat": 1790000000}, "validity.not-yet"),
        ({"nbf": 1790000000}, "validity.not-yet"),
        ({"iat": 1780000000}, "validity.passed"),
    ],
)
def test_a_tokens_own_dates_count(school, world, dates, code):
    read = compact.read(school.token(school.unsigned()))
    signer = school.add_key(KeyKind.P256)
    header = {name: value for name, value in read.header.items() if name != "alg"}
    token = compact.sign(header, read.payload | dates, sign=signer.sign, kind=KeyKind.P256)
    report, verdict = judge(token, world)
    assert [it.code for it in report.of("validity")] == [code]
    assert (verdict is Verdict.VERIFIED) == (code == "validity.passed")


def test_a_status_stands_in_a_token_too(school, world):
    document = school.unsigned()
    token = school.token(document)
    school.set_status(document)
    report, verdict = judge(token, world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Withdrawn"


def test_an_undefined_term_in_a_token_is_refused(school, world):
    document = school.unsigned()
    document["credentialSubject"]["gpa"] = "4.0"
    refused_with(school.token(document), world, "contexts.undefined")


# --- envelopes ---------------------------------------------------------------------------------


def test_an_envelope_is_opened(token, world):
    assert judge(envelop(token), world)[1] is Verdict.VERIFIED


def test_an_envelope_in_an_envelope_is_refused(school, world, token):
    outer = {**envelop(token), "type": ["VerifiableCredential", "EnvelopedVerifiableCredential"]}
    wrapped = school.token({**outer, "issuer": school.did})
    refused_with(wrapped, world, "structure.token")


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(id="data:application/vc+jwt;base64," + e["id"].partition(",")[2]),
        lambda e: e.update(id=e["id"].replace("vc+jwt", "vp+jwt")),
        lambda e: e.update(id="https://school.example/token"),
        lambda e: e.update(id=5),
        lambda e: e.pop("id"),
        lambda e: e.update(type="EnvelopedVerifiablePresentation"),
        lambda e: e.update(type=["EnvelopedVerifiableCredential", "OpenBadgeCredential"]),
        lambda e: e.update(issuer="did:web:school.example"),
        lambda e: e.pop("@context"),
    ],
)
def test_an_envelope_that_says_something_itself_is_refused(token, world, change):
    envelope = envelop(token)
    change(envelope)
    assert judge(envelope, world)[1] is Verdict.REFUSED


@pytest.mark.parametrize("text", ["", "a.b.c", "ey.ey.ey", "é", "x" * 500, "a~b~c", "~", ".."])
def test_text_that_is_no_token_is_refused(world, text):
    assert judge(text, world)[1] is Verdict.REFUSED


# --- keys at https addresses (VC-JWT 1.1 as 1EdTech uses it) -------------------------------------


def hosted(school, world, *, address="https://school.example/keys/1", issuer=None):
    signer = school.add_key(KeyKind.RSA)
    world.pages[address] = signer.public_key.to_jwk()
    document = school.unsigned()
    document["issuer"]["id"] = issuer or "https://school.example/issuer"
    del document["credentialStatus"]
    return school.token(document, kind=KeyKind.RSA, key_id=address, form=vc_jwt)


def test_a_key_at_the_issuers_own_host(school, world):
    token = hosted(school, world)
    report, verdict = judge(token, world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["issuerName"] == "school.example (name not confirmed)"


def test_a_key_at_another_host_is_refused(school, world):
    token = hosted(school, world, address="https://thief.example/keys/1")
    world.fetched.clear()
    refused_with(token, world, "proof.wrong-key")
    assert world.fetched == []


@pytest.mark.parametrize(
    "address",
    [
        "http://school.example/keys/1",
        "https://school.example:8443/keys/1",
        "https://school.example@thief.example/keys/1",
        "https://school.example.thief.example/1",
    ],
)
def test_addresses_that_only_look_like_the_issuers(school, world, address):
    assert judge(hosted(school, world, address=address), world)[1] is Verdict.REFUSED


def test_a_silent_host_leaves_it_open(school, world):
    token = hosted(school, world)
    world.down.add("school.example")
    report, verdict = judge(token, world)
    assert verdict is Verdict.UNDECIDED
    assert report.headline == "We could not confirm the school's key"


@pytest.mark.parametrize("page", [{}, {"kty": "RSA"}, {"keys": []}, b"<html>", {"kty": "oct"}])
def test_what_is_no_key_is_refused(school, world, page):
    token = hosted(school, world)
    world.pages["https://school.example/keys/1"] = page
    assert judge(token, world)[1] is not Verdict.VERIFIED


# --- presentations -------------------------------------------------------------------------------


@pytest.fixture
def learner(simulator):
    return simulator.Learner(KeyKind.P256)


@pytest.fixture
def mine(school, learner):
    document = school.unsigned()
    document["credentialSubject"]["id"] = learner.did
    return school.token(document)


def present(received, world, challenge="c-1", domain="college.example"):
    report = verify_presentation(received, world.ports(), challenge=challenge, domain=domain)
    return report, decide(report).verdict


def test_a_presentation_of_tokens(learner, world, mine):
    report, verdict = present(learner.present_token([envelop(mine)]), world)
    assert verdict is Verdict.VERIFIED
    assert report.nested[0].facts["level"]["name"] == "Proficient"
    envelope = envelop(learner.present_token([envelop(mine)]))
    assert present(envelope, world)[1] is Verdict.VERIFIED


@pytest.mark.parametrize(
    "asked", [{"challenge": "c-2"}, {"domain": "other.example"}, {"challenge": ""}]
)
def test_a_replayed_token_is_refused(learner, world, mine, asked):
    report, verdict = present(learner.present_token([envelop(mine)]), world, **asked)
    assert verdict is Verdict.REFUSED
    assert report.nested == ()


def test_a_presentation_past_its_end_is_refused(learner, world, mine, simulator):
    token = learner.present_token([envelop(mine)], expires=simulator.ISSUED)
    report, verdict = present(token, world)
    assert verdict is Verdict.REFUSED
    assert report.findings[0].code == "presentation.time"


def test_somebody_elses_record_in_a_token_is_refused(learner, world, school, simulator):
    document = school.unsigned()
    document["credentialSubject"]["id"] = simulator.Learner().did
    report, verdict = present(learner.present_token([envelop(school.token(document))]), world)
    assert verdict is Verdict.REFUSED
    assert report.headline == "Not this student's record"


def test_a_presentation_signed_by_somebody_else_is_refused(learner, world, mine, simulator):
    thief = simulator.Learner(KeyKind.P256)
    token = learner.present_token([envelop(mine)])
    report, verdict = present(resigned(token, thief.signer, kid=thief.method), world)
    assert verdict is Verdict.REFUSED
    assert report.nested == ()


# --- SD-JWT VC -----------------------------------------------------------------------------------


def sd_jwt(school, holder=None, **more):
    document = school.unsigned()
    return sd_jwt_vc.issue(
        {"credentialSubject": document["credentialSubject"], "evidence": document["evidence"]},
        vct="https://school.example/vct/badge",
        issuer=school.did,
        sign=school.add_key(KeyKind.P256).sign,
        kind=KeyKind.P256,
        key_id=school.method_for(KeyKind.P256),
        disclosable=["/evidence", "/credentialSubject/result"],
        holder=holder and holder.signer.public_key,
        **more,
    )


def test_an_sd_jwt_is_read_into_a_record(school, world):
    report, verdict = judge(sd_jwt(school), world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["level"]["name"] == "Proficient"
    assert len(report.facts["evidence"]) == 1
    assert report.facts["withheld"] == 0


def test_what_was_withheld_is_counted(school, world):
    shown = sd_jwt_vc.present(sd_jwt(school), ["/credentialSubject/result"])
    report, verdict = judge(shown, world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["evidence"] == []
    assert report.facts["withheld"] == 1
    note = report.of("proof")[1]
    assert note.headline == "Confirmed, but not the whole record"
    assert note.sentence.startswith("Items that the holder withheld: 1 at the most.")


def test_a_disclosure_that_the_school_did_not_sign_is_refused(school, world):
    foreign = sd_jwt(school).split("~")[1]
    assert judge(f"{sd_jwt(school)}{foreign}~", world)[1] is Verdict.REFUSED


def test_an_sd_jwt_by_somebody_else_is_refused(school, world, simulator):
    thief = simulator.Learner(KeyKind.P256)
    token = sd_jwt(school)
    signed, _, rest = token.partition("~")
    forged = resigned(signed, thief.signer, kid=thief.method)
    refused_with(f"{forged}~{rest}", world, "proof.wrong-key")


def test_a_status_that_cannot_be_read_stays_open(school, world):
    status = {"status_list": {"idx": 5, "uri": "https://school.example/statuslists/1"}}
    report, verdict = judge(sd_jwt(school, status=status), world)
    assert verdict is Verdict.UNDECIDED
    assert report.of("status")[0].code == "status.unknown-type"


def test_key_binding(school, world, learner, simulator):
    token = sd_jwt(school, learner)

    def bound(nonce="c-1", audience="college.example", by=learner):
        return sd_jwt_vc.present(
            token,
            ["/evidence"],
            holder=sd_jwt_vc.HolderKey(by.signer.sign, KeyKind.P256),
            challenge=sd_jwt_vc.Challenge(nonce, audience, simulator.NOW),
        )

    report, verdict = present(bound(), world)
    assert verdict is Verdict.VERIFIED
    assert "holder.key-bound" in {it.code for it in report.findings}
    wrong = [
        bound(nonce="c-2"),
        bound(audience="other.example"),
        bound(by=simulator.Learner(KeyKind.P256)),
        token,
    ]
    for shown in wrong:
        report, verdict = present(shown, world)
        assert verdict is Verdict.REFUSED
        assert report.short == "Other holder"
    report, verdict = present(bound(), world, domain=None)
    assert verdict is Verdict.UNDECIDED


# --- hostile values ------------------------------------------------------------------------------

HOSTILE = (None, True, 5, -1e300, "", [], {}, [[]], {"@id": 5}, "\x00", {"@value": []}, "did:x:y")


def faults(received, world, verify=verify_credential):
    report = verify(received, world.ports())
    return {it.code for it in report.everything()} & {"check.broke", "verifier.fault"}


def each_changed(whole):
    """The document with every third of its members replaced by every hostile value."""
    paths = [path for path in _paths(whole) if path]
    for path in paths[::3]:
        for value in HOSTILE:
            changed = json.loads(json.dumps(whole))
            node = changed
            for part in path[:-1]:
                node = node[part]
            node[path[-1]] = value
            yield changed, path, value


def _paths(node, path=()):
    yield path
    items = node.items() if isinstance(node, dict) else ()
    items = enumerate(node) if isinstance(node, list) else items
    for key, value in items:
        yield from _paths(value, (*path, key))


@pytest.mark.parametrize("form", ["vc+jwt", "JWT", "dc+sd-jwt"])
def test_hostile_values_in_tokens_never_break_a_check(school, world, form):
    signer = school.add_key(KeyKind.P256)
    header = {"typ": form, "kid": school.method_for(KeyKind.P256)}
    whole = school.unsigned()
    if form == "JWT":
        whole = compact.read(school.token(whole, form=vc_jwt)).payload
    if form == "dc+sd-jwt":
        whole = {"iss": school.did, "vct": "https://school.example/vct", **whole}
        del whole["@context"]
    for payload, path, value in each_changed(whole):
        token = compact.sign(header, payload, sign=signer.sign, kind=KeyKind.P256)
        token = f"{token}~" if form == "dc+sd-jwt" else token
        assert faults(token, world) == set(), (path, value)


def test_hostile_values_in_headers_and_envelopes_never_break_a_check(token, world):
    header = compact.read(token).header
    for name in [*header, "jwk", "crit", "cty", "b64", "x5c", "iss"]:
        for value in HOSTILE:
            assert faults(forged_header(token, **{name: value}), world) == set(), (name, value)
    for envelope, path, value in each_changed({**envelop(token), "extra": [token]}):
        assert faults(envelope, world) == set(), (path, value)


def test_hostile_values_in_presentations_never_break_a_check(learner, world, mine):
    header = compact.read(learner.present_token([])).header
    kept = {name: value for name, value in header.items() if name != "alg"}
    whole = compact.read(learner.present_token([envelop(mine)])).payload
    for payload, path, value in each_changed(whole):
        token = compact.sign(kept, payload, sign=learner.signer.sign, kind=KeyKind.P256)
        assert faults(token, world, verify_presentation) == set(), (path, value)
