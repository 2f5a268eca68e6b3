"""Older badges are shown as what they are: never verified, and refused where they do not hold."""

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from credentials.jose import compact
from keys.kinds import KeyKind
from keys.signers.file import FileSigner
from verifier.policy import Policy, Verdict, decide
from verifier.ports import CheckSettings
from verifier.verify import verify_credential

ADDRESS = "https://badges.example/assertions/1"
ISSUER = "https://badges.example/issuer"
KEY = "https://badges.example/key"


@pytest.fixture
def badge(world):
    """A hosted assertion, published."""
    assertion = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ADDRESS,
        "recipient": {"type": "email", "hashed": False, "identity": "ada@example.org"},
        "badge": {
            "type": "BadgeClass",
            "id": "https://badges.example/classes/1",
            "name": "Weighs evidence",
            "description": "Compares sources.",
            "criteria": {"narrative": "An essay."},
            "issuer": {"id": ISSUER, "type": "Profile", "name": "A famous university"},
        },
        "issuedOn": "2024-06-01T12:00:00Z",
        "verification": {"type": "hosted"},
    }
    world.pages[ADDRESS] = dict(assertion)
    return assertion


def judge(received, world, **settings):
    report = verify_credential(received, world.ports(), CheckSettings(**settings))
    return report, decide(report).verdict


def test_a_hosted_badge_is_its_hosts_word_and_undecided(badge, world):
    report, verdict = judge(badge, world)
    assert verdict is Verdict.UNDECIDED
    assert report.headline == "An older badge: we show what it is, and cannot confirm it"
    assert "proof.hosted" in {it.code for it in report.findings}
    assert report.facts["name"] == "Weighs evidence"
    assert report.facts["issuerName"] == "badges.example (name not confirmed)"


def test_no_policy_makes_it_verified(badge, world):
    report, _ = judge(badge, world)
    stay_open = ["status", "anchor", "trust", "transcript", "holder"]
    tolerant = Policy.from_json({"required": ["proof"], "may_stay_open": stay_open})
    assert decide(report, tolerant).verdict is not Verdict.VERIFIED


def test_a_changed_badge_is_refused_and_not_shown(badge, world):
    badge["badge"]["name"] = "Weighs gold"
    world.pages[ADDRESS]["badge"] = {**badge["badge"], "name": "Weighs evidence"}
    report, verdict = judge(badge, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == ["proof.hosted-differs"]
    assert report.facts == {}


def test_a_badge_that_its_host_does_not_have_is_refused(badge, world):
    del world.pages[ADDRESS]
    report, verdict = judge(badge, world)
    assert verdict is Verdict.REFUSED
    assert [it.code for it in report.findings] == ["proof.hosted-gone"]


def test_a_silent_host_leaves_it_open(badge, world):
    world.down.add("badges.example")
    report, verdict = judge(badge, world)
    assert verdict is Verdict.UNDECIDED
    assert "proof.hosted-not-read" in {it.code for it in report.findings}
    assert report.facts == {}


def test_a_withdrawn_badge_is_refused(badge, world):
    world.pages[ADDRESS] = {"id": ADDRESS, "type": "Assertion", "revoked": True}
    report, verdict = judge(badge, world)
    assert verdict is Verdict.REFUSED
    assert report.short == "Withdrawn"


def test_whose_it_is(badge, world):
    assert judge(badge, world, holder="ada@example.org")[1] is Verdict.UNDECIDED
    report, verdict = judge(badge, world, holder="eve@example.org")
    assert verdict is Verdict.REFUSED
    assert report.headline == "Not this student's record"


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.pop("recipient"),
        lambda b: b.update(issuedOn="yesterday"),
        lambda b: b.update(badge=5),
        lambda b: b.update(verification={"type": "trust me"}),
    ],
)
def test_what_is_no_badge_is_refused(badge, world, change):
    change(badge)
    assert judge(badge, world)[1] is Verdict.REFUSED


# --- signed ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def signer():
    return FileSigner.generate(KeyKind.RSA)


@pytest.fixture
def signed(badge, world, signer):
    """A signed assertion with all that its issuer publishes."""
    badge["verification"] = {"type": "SignedBadge", "creator": KEY}
    pem = load_der_public_key(signer.public_key.raw).public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    world.pages[KEY] = {"type": "CryptographicKey", "owner": ISSUER, "publicKeyPem": pem.decode()}
    world.pages[ISSUER] = {"id": ISSUER, "type": "Issuer", "publicKey": KEY}
    return badge


def token(document, signer):
    kind = signer.public_key.kind
    return compact.sign({}, document, sign=signer.sign, kind=kind)


def test_a_signed_badge(signed, world, signer):
    report, verdict = judge(token(signed, signer), world)
    assert verdict is Verdict.UNDECIDED
    assert "proof.badge-signed" in {it.code for it in report.findings}
    assert report.facts["name"] == "Weighs evidence"


def test_a_signed_badge_without_its_token_is_open(signed, world):
    report, verdict = judge(signed, world)
    assert verdict is Verdict.UNDECIDED
    assert report.facts == {}


@pytest.mark.parametrize("kind", [KeyKind.P256, KeyKind.ED25519])
def test_another_key_is_refused(signed, world, kind):
    report, verdict = judge(token(signed, FileSigner.generate(kind)), world)
    assert verdict is Verdict.REFUSED
    assert report.facts == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda pages, badge: pages[KEY].update(owner="https://thief.example/issuer"),
        lambda pages, badge: pages[ISSUER].update(publicKey="https://badges.example/other"),
        lambda pages, badge: pages[ISSUER].pop("publicKey"),
        lambda pages, badge: pages[KEY].update(publicKeyPem="none"),
        lambda pages, badge: pages.pop(KEY),
        lambda pages, badge: badge["badge"]["issuer"].update(id="https://other.example/issuer"),
        lambda pages, badge: badge.update(badge="https://thief.example/class"),
    ],
)
def test_a_key_that_is_not_the_issuers_is_refused(signed, world, signer, change):
    change(world.pages, signed)
    report, verdict = judge(token(signed, signer), world)
    assert verdict is Verdict.REFUSED
    assert report.facts == {}
