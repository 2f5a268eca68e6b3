"""The W3C vectors of the EdDSA and ECDSA suites: reproduced byte for byte, and verified."""

import hashlib
import json
import re

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from credentials import canonical
from credentials.canonical import canonicalize, without_proof
from credentials.errors import ProofInvalid, ProofMalformed
from credentials.proofs import (
    configuration,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
    statements,
)
from credentials.proofs.chains import covered_by
from credentials.proofs.data_integrity import DataIntegrityProof, proofs_of
from credentials.proofs.pointers import parse_pointers
from credentials.proofs.sd_proof_value import BaseProofValue, DerivedProofValue
from credentials.proofs.suites import SUITES, suite_of
from credentials.proofs.unsecured import Unsecured, canonical_json
from keys.multibase import base58btc_decode, base58btc_encode
from keys.public_key import KeyKind, PublicKey

_PERSON = {
    "additionalName": "https://schema.org/additionalName",
    "birthCountry": "https://w3id.org/citizenship#birthCountry",
    "birthDate": {
        "@id": "https://schema.org/birthDate",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
    "commuterClassification": "https://w3id.org/citizenship#commuterClassification",
    "familyName": "https://schema.org/familyName",
    "gender": "https://schema.org/gender",
    "givenName": "https://schema.org/givenName",
    "identifier": "https://schema.org/identifier",
    "image": {"@id": "https://schema.org/image", "@type": "@id"},
    "lprCategory": "https://w3id.org/citizenship#lprCategory",
    "lprNumber": "https://w3id.org/citizenship#lprNumber",
    "permanentResidentCard": "https://w3id.org/citizenship#permanentResidentCard",
    "employmentAuthorizationDocument": (
        "https://w3id.org/citizenship#employmentAuthorizationDocument"
    ),
    "residentSince": {
        "@id": "https://w3id.org/citizenship#residentSince",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
}
_CITIZENSHIP = {
    "@context": {
        name: f"https://w3id.org/citizenship#{name}"
        for name in (
            "EmployablePerson",
            "EmploymentAuthorizationDocument",
            "EmploymentAuthorizationDocumentCredential",
            "PermanentResident",
            "PermanentResidentCard",
            "PermanentResidentCardCredential",
        )
    }
    | {"Person": "https://schema.org/Person"}
    | _PERSON
}
"""The terms of the vectors' second context that they use, as their canonical forms show them."""

PLAIN = {
    "ed25519-2020": ("w3c-di-eddsa/Ed25519Signature2020", "w3c-di-eddsa/keyPair.json"),
    "eddsa-jcs": ("w3c-di-eddsa/eddsa-jcs-2022", "w3c-di-eddsa/keyPair.json"),
    "eddsa-rdfc": ("w3c-di-eddsa/eddsa-rdfc-2022", "w3c-di-eddsa/keyPair.json"),
    "eddsa-rdfc-employ": ("w3c-di-eddsa/eddsa-rdfc-2022/employ", "w3c-di-eddsa/keyPair.json"),
    "jcs-p256": ("w3c-di-ecdsa/ecdsa-jcs-2019-p256", "w3c-di-ecdsa/p256KeyPair.json"),
    "jcs-p384": ("w3c-di-ecdsa/ecdsa-jcs-2019-p384", "w3c-di-ecdsa/p384KeyPair.json"),
    "rdfc-p256": ("w3c-di-ecdsa/ecdsa-rdfc-2019-p256", "w3c-di-ecdsa/p256KeyPair.json"),
    "rdfc-p384": ("w3c-di-ecdsa/ecdsa-rdfc-2019-p384", "w3c-di-ecdsa/p384KeyPair.json"),
    "rdfc-p256-employ": (
        "w3c-di-ecdsa/ecdsa-rdfc-2019-p256/employ",
        "w3c-di-ecdsa/p256KeyPair.json",
    ),
    "rdfc-p384-employ": (
        "w3c-di-ecdsa/ecdsa-rdfc-2019-p384/employ",
        "w3c-di-ecdsa/p384KeyPair.json",
    ),
}


class Vector:
    """The files of one vector, by the beginning of their names."""

    def __init__(self, folder, keys):
        self.folder = folder
        pair = json.loads(keys.read_text())
        self.key = PublicKey.from_multikey(pair["publicKeyMultibase"])
        secret = pair.get("privateKeyMultibase") or pair.get("secretKeyMultibase")
        self.secret = base58btc_decode(secret)[2:]

    def text(self, name):
        (found,) = self.folder.glob(f"{name}*.txt")
        return found.read_text()

    def json(self, name):
        (found,) = self.folder.glob(f"{name}*.json")
        return json.loads(found.read_text())


@pytest.fixture(autouse=True)
def _contexts(shared, monkeypatch):
    examples = json.loads((shared / "standards/contexts/vc-examples-v2.jsonld").read_text())
    more = {
        "https://www.w3.org/ns/credentials/examples/v2": examples,
        "https://w3id.org/citizenship/v4rc1": _CITIZENSHIP,
    }
    bundled = canonical.context
    monkeypatch.setattr(
        canonical, "context", lambda url: more[url] if url in more else bundled(url)
    )


@pytest.fixture(params=PLAIN, ids=str)
def vector(request, shared):
    folder, keys = PLAIN[request.param]
    return Vector(shared / "vectors" / folder, shared / "vectors" / keys)


def _verify(document, key):
    for proof in proofs_of(document):
        SUITES[suite_of(proof)](covered_by(document, proof), proof, key)


def _hash_name(vector):
    return "sha384" if vector.key.kind is KeyKind.P384 else "sha256"


def _is_jcs(document):
    return "jcs" in suite_of(document["proof"])


def test_the_canonical_forms_and_hashes_are_those_of_the_vector(vector):
    document = vector.json("signed")
    unsecured, hash_name = Unsecured(without_proof(document)), _hash_name(vector)
    config = vector.json("proofConfig")
    if _is_jcs(document):
        form, options = unsecured.jcs.decode(), canonical_json(config).decode()
        data = configuration.jcs_hash_data(unsecured, config, hash_name)
    else:
        form = unsecured.canonical_sha384 if hash_name == "sha384" else unsecured.canonical
        options = canonicalize(config, hash_name=hash_name)
        data = configuration.rdf_hash_data(unsecured, config, hash_name)
    assert form == vector.text("canonDoc")
    assert options == vector.text("proofCanon")
    assert hashlib.new(hash_name, form.encode()).hexdigest() == vector.text("docHash")
    assert hashlib.new(hash_name, options.encode()).hexdigest() == vector.text("proofHash")
    assert data.hex() == vector.text("combinedHash")


def test_the_signature_of_the_vector_verifies(vector):
    document = vector.json("signed")
    proof = document["proof"]
    assert configuration.signature_of(proof).hex() == vector.text("sigHex")
    assert proof["proofValue"] == vector.text("sigBTC58")
    _verify(document, vector.key)
    with pytest.raises(ProofInvalid):
        _verify({**document, "name": "Another"}, vector.key)


def test_no_changed_byte_or_other_end_of_the_signature_verifies(vector):
    document = vector.json("signed")
    signature = configuration.signature_of(document["proof"])
    changed = [bytes([signature[0] ^ 1]) + signature[1:], signature[:-1] + b"\0"]
    for other in [*changed, signature[:-1], signature + b"\0", b""]:
        value = base58btc_encode(other)
        with pytest.raises((ProofInvalid, ProofMalformed)):
            _verify({**document, "proof": {**document["proof"], "proofValue": value}}, vector.key)


@pytest.mark.parametrize("name", ["eddsa-jcs", "eddsa-rdfc", "eddsa-rdfc-employ"])
def test_deterministic_signatures_are_made_again(shared, name):
    folder, keys = PLAIN[name]
    vector = Vector(shared / "vectors" / folder, shared / "vectors" / keys)
    document = vector.json("signed")
    suite = eddsa_jcs_2022 if _is_jcs(document) else eddsa_rdfc_2022
    options = {n: v for n, v in document["proof"].items() if n not in {"proofValue", "@context"}}
    sign = Ed25519PrivateKey.from_private_bytes(vector.secret).sign
    assert suite.create(Unsecured(without_proof(document)), options, sign) == document["proof"]


def test_blank_nodes_are_labelled_by_the_hash_of_the_curve(shared):
    folder = shared / "vectors/w3c-di-ecdsa"
    smaller = Vector(folder / "ecdsa-rdfc-2019-p256/employ", folder / "p256KeyPair.json")
    larger = Vector(folder / "ecdsa-rdfc-2019-p384/employ", folder / "p384KeyPair.json")
    assert smaller.text("canonDoc") != larger.text("canonDoc")
    document = smaller.json("signed")
    with pytest.raises(ProofInvalid):
        ecdsa_rdfc_2019.verify(Unsecured(without_proof(document)), document["proof"], larger.key)


# --- proof sets and chains


@pytest.fixture
def chain(shared):
    folder = shared / "vectors/w3c-di-eddsa/proof-set-chain"

    def read(name):
        return json.loads((folder / f"{name}.json").read_text())

    return read


def _key_of(proof):
    return PublicKey.from_multikey(proof["verificationMethod"].split("#")[1])


def _verify_each(document):
    for proof in proofs_of(document):
        DataIntegrityProof.read(proof)
        SUITES[suite_of(proof)](covered_by(document, proof), proof, _key_of(proof))


@pytest.mark.parametrize(
    "name", ["signedProofSet1", "signedProofSet2", "signedProofChain1", "signedProofChain2"]
)
def test_sets_and_chains_of_the_vectors_verify(chain, name):
    document = chain(name)
    _verify_each(document)
    with pytest.raises(ProofInvalid):
        _verify_each({**document, "description": "Another"})


@pytest.mark.parametrize(
    ("kind", "number", "pair"), [("Set", 1, 1), ("Set", 2, 2), ("Chain", 1, 3), ("Chain", 2, 4)]
)
def test_the_proofs_of_sets_and_chains_are_made_again(chain, kind, number, pair):
    signed = chain(f"proof{kind}ConfigSigned{number}")
    document = {**chain("unsigned"), "proof": chain(f"signedProof{kind}{number}")["proof"]}
    covered = covered_by(document, signed)
    if kind == "Chain":
        assert covered.document == chain(f"proofChainTempDoc{number}")
    secret = chain("multiKeyPairs")[f"keyPair{pair}"]["privateKeyMultibase"]
    sign = Ed25519PrivateKey.from_private_bytes(base58btc_decode(secret)[2:]).sign
    assert eddsa_rdfc_2022.create(covered, chain(f"proof{kind}Config{number}"), sign) == signed


def test_a_chain_covers_the_proofs_before_it(chain):
    document = chain("signedProofChain1")
    document["proof"][0]["created"] = "2023-02-24T23:36:39Z"
    last = document["proof"][-1]
    with pytest.raises(ProofInvalid):
        eddsa_rdfc_2022.verify(covered_by(document, last), last, _key_of(last))


# --- selective disclosure


class Disclosure(Vector):
    def __init__(self, folder, shared):
        self.folder = folder
        self.material = json.loads((folder.parent / "SDKeyMaterial.json").read_text())
        self.key = PublicKey.from_multikey(self.material["baseKeyPair"]["publicKeyMultibase"])
        self.hmac_key = bytes.fromhex(self.material["hmacKeyString"])

    def private(self, name):
        secret = base58btc_decode(self.material[name]["secretKeyMultibase"])[2:]
        return ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())

    def json(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())

    def statements(self):
        document = without_proof(self.json("addSignedSDBase"))
        return statements.Statements.of(
            Unsecured(document), ecdsa_sd_2023._hmac_labels(self.hmac_key)
        )


@pytest.fixture(params=["employ", "prc"])
def disclosure(request, shared):
    return Disclosure(shared / "vectors/w3c-di-ecdsa/ecdsa-sd-2023" / request.param, shared)


@pytest.fixture
def selective(shared):
    folder = shared / "vectors/w3c-di-ecdsa"
    return {
        "employ": json.loads((folder / "employSelective.json").read_text()),
        "prc": json.loads((folder / "prCredSelective.json").read_text()),
    }


def test_sd_canonical_forms_and_labels(disclosure):
    document = disclosure.json("addSignedSDBase")
    form = canonicalize(without_proof(document))
    assert form == "".join(disclosure.json("addBaseDocCanon"))
    assert list(disclosure.statements().lines) == disclosure.json("addBaseDocHMACCanon")
    config = disclosure.json("addProofConfig")
    assert canonicalize(config) == (disclosure.folder / "addProofConfigCanon.txt").read_text()


def test_sd_groups_and_hashes(disclosure, selective):
    found = disclosure.statements()
    transform = disclosure.json("addBaseTransform")
    pointers = transform["mandatoryPointers"]
    mandatory = found.select(parse_pointers(pointers)).indexes
    assert [[i, found.lines[i]] for i in mandatory] == transform["mandatory"]["value"]
    wanted = parse_pointers(selective[disclosure.folder.name])
    combined = parse_pointers(pointers) + wanted
    indexes = disclosure.json("derivedGroupIndexes")
    assert list(mandatory) == indexes["mandatoryIndexes"]
    assert list(found.select(wanted).indexes) == indexes["selectiveIndexes"]
    assert list(found.select(combined).indexes) == indexes["combinedIndexes"]
    hashes = disclosure.json("addHashData")
    lines = [found.lines[i] for i in mandatory]
    assert ecdsa_sd_2023._lines_hash(lines).hex() == hashes["mandatoryHash"]
    config = disclosure.json("addProofConfig")
    assert configuration.rdf_config_hash(config, config["@context"]).hex() == hashes["proofHash"]


def test_sd_base_proof_is_read_and_written_as_in_the_vector(disclosure):
    document = disclosure.json("addSignedSDBase")
    value = BaseProofValue.decode(document["proof"])
    raw = disclosure.json("addRawBaseSignatureInfo")
    assert value.signature.hex() == raw["baseSignature"]
    assert base58btc_encode(value.public_key) == raw["publicKey"]
    assert [signature.hex() for signature in value.signatures] == raw["signatures"]
    assert list(value.mandatory_pointers) == raw["mandatoryPointers"]
    assert value.hmac_key == disclosure.hmac_key
    assert value.encode() == document["proof"]["proofValue"]


def test_sd_document_derived_from_the_vector_is_the_vectors_byte_for_byte(disclosure, selective):
    document = disclosure.json("addSignedSDBase")
    derived = ecdsa_sd_2023.derive(document, selective[disclosure.folder.name])
    assert derived == disclosure.json("derivedRevealDocument")
    assert without_proof(derived) == disclosure.json("derivedUnsignedReveal")
    value = DerivedProofValue.decode(derived["proof"])
    adjusted = disclosure.json("derivedAdjMandatoryIndexes")
    assert list(value.mandatory) == adjusted["adjMandatoryIndexes"]
    signatures = disclosure.json("derivedAdjSignatures")["filteredSignatures"]
    assert [signature.hex() for signature in value.signatures] == signatures
    labels = disclosure.json("derivedDisclosureData")["labelMap"]["value"]
    assert sorted(value.labels.items()) == sorted(map(tuple, labels))


def test_sd_derived_proof_of_the_vector_verifies(disclosure):
    document = disclosure.json("derivedRevealDocument")
    value = DerivedProofValue.decode(document["proof"])
    lines = statements.relabelled(without_proof(document), value.labels)
    assert lines == disclosure.json("verifyNQuads")
    _verify(document, disclosure.key)
    changed = re.sub("did:key:zDnae[gT]", "did:key:zDnaeX", json.dumps(document), count=1)
    with pytest.raises(ProofInvalid):
        _verify(json.loads(changed), disclosure.key)
    other = PublicKey.from_multikey(disclosure.material["proofKeyPair"]["publicKeyMultibase"])
    with pytest.raises(ProofInvalid):
        _verify(document, other)


def test_sd_base_proof_made_with_the_keys_of_the_vector(disclosure):
    """ECDSA signatures differ every time; all the rest of the value is the same."""
    document = disclosure.json("addSignedSDBase")
    options = {n: v for n, v in document["proof"].items() if n != "proofValue"}
    private = disclosure.private("baseKeyPair")
    proof = ecdsa_sd_2023.create_base(
        Unsecured(without_proof(document)),
        options,
        lambda data: _sign(private, data),
        disclosure.json("addBaseTransform")["mandatoryPointers"],
        hmac_key=disclosure.hmac_key,
        ephemeral=disclosure.private("proofKeyPair"),
    )
    value, wanted = BaseProofValue.decode(proof), BaseProofValue.decode(document["proof"])
    assert value.public_key == wanted.public_key
    assert value.mandatory_pointers == wanted.mandatory_pointers
    assert len(value.signatures) == len(wanted.signatures)
    derived = ecdsa_sd_2023.derive({**document, "proof": proof}, ["/credentialSubject"])
    _verify(derived, disclosure.key)


def _sign(private, data):
    r, s = decode_dss_signature(private.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
