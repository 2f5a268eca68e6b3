"""What a stranger may send, and what must come of it: a typed error or an answer below 500.

Each target takes bytes and returns; any other exception is a find. A find is kept as a file below
tests/vectors/fuzz/<target>/ and is run by every `make test` from then on. Loaded by path.
"""

import asyncio
import atexit
import copy
import importlib.util
import json
from contextlib import suppress
from functools import cache
from pathlib import Path

import httpx

from credentials.canonical import canonicalize
from credentials.jose.tokens import read_token
from credentials.models import check_credential, check_presentation
from credentials.proofs import ecdsa_sd_2023, merkle_proof_2019
from credentials.proofs.chains import covered_by
from credentials.proofs.data_integrity import DataIntegrityProof, proofs_of
from credentials.status_list import Bitstring
from credentials.strict_json import loads
from keys.did import check_did_document, self_contained_document, verification_key
from keys.did_resolution import resolution_result
from keys.public_key import PublicKey
from schemas.errors import TouchstoneError
from verifier.app import create_app
from verifier.settings import VerifierSettings

SIMULATOR = Path(__file__).resolve().parents[1] / "simulators" / "school.py"
MAX_STATUS = 499
NAMES = (
    "id", "type", "issuer", "proof", "name", "description", "validFrom", "validUntil",
    "credentialStatus", "evidence", "credentialSubject", "achievement", "result", "alignment",
    "image", "relatedResource", "previousProof", "challenge", "domain", "cryptosuite",
    "proofValue", "verificationMethod", "verifiableCredential", "holder", "encodedList",
    "statusListIndex", "statusListCredential", "statusPurpose", "@context", "@id", "@type",
    "@value", "@graph", "@list", "@reverse", "@included", "@nest", "@json", "@vocab",
)  # fmt: skip
VALUES = (
    None, True, False, 0, -1, 1.5, 1e300, 10**300, "", " ", "x", "@type", "_:b0", "id", "type",
    "\u0000", "\ud800", "𐀀", "\u202e", "x" * 5000, "urn:x", "did:web:", "did:web:a%2", "did:key:z",
    "did:key:z6Mk", "did:jwk:e30", "http://127.0.0.1/", "https://other.example/x", "file:///etc",
    "data:application/vc+jwt,", "2026-01-01T00:00:00Z", "99999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59", "z", "z1", "u", "uAAAA", "u2V0A", "uH4sI", "1" * 400, [], {},
    [[]], [None], [{}], [[[[]]]], {"@value": None}, {"@value": [], "@language": 1}, {"@id": None},
    {"@id": "_:b0"}, {"@list": [[]]}, {"@set": []}, {"@type": "@json", "@value": {}},
    {"@context": None}, {"@context": {"@vocab": None}}, {"@context": {"a": {"@id": 1}}},
    {"type": None}, ["https://www.w3.org/ns/credentials/v2"], {"proof": {"proof": {}}},
)  # fmt: skip


class Choices:
    """Bytes as a row of choices; at their end every choice is the first."""

    def __init__(self, data):
        self._data = data
        self._at = 0

    def below(self, count):
        chunk = self._data[self._at : self._at + 2]
        self._at += 2
        return int.from_bytes(chunk, "big") % count if count else 0

    def of(self, row):
        return row[self.below(len(row))]


def mutated(document, choices):
    """A copy of a good document with one to four parts of it changed."""
    document = copy.deepcopy(document)
    for _ in range(1 + choices.below(4)):
        place = document
        for _ in range(choices.below(7)):
            inner = list(place.values()) if isinstance(place, dict) else place
            inner = [item for item in inner if isinstance(item, dict | list)]
            if not inner:
                break
            place = choices.of(inner)
        _change(place, choices)
    return document


def _change(place, choices):
    value = copy.deepcopy(choices.of(VALUES))
    if isinstance(place, list):
        at = choices.below(len(place) + 1)
        if place and choices.below(2):
            place[at % len(place)] = value
        else:
            place.insert(at, copy.deepcopy(choices.of(place)) if place and at % 2 else value)
        return
    action = choices.below(5)
    name = choices.of(list(place)) if place and action else choices.of(NAMES)
    if action == 1:
        place.pop(name, None)
    elif action == 2:
        place[choices.of(NAMES)] = place.pop(name, None)
    elif action == 3:
        place[name] = [place.get(name), value]
    else:
        place[name] = value


@cache
def _world():
    spec = importlib.util.spec_from_file_location("touchstone_fuzzed_school", SIMULATOR)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    world = module.World()
    school = module.School(world)
    app = create_app(VerifierSettings(), world.ports())
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://verifier")
    credential = school.issue()
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [credential, school.issue(code="OT.7.7")],
    }
    return school, client, credential, presentation


@cache
def _runner():
    runner = asyncio.Runner()
    atexit.register(runner.close)
    return runner


def _post(path, body):
    _, client, _, _ = _world()
    headers = {"content-type": "application/json"}
    answer = _runner().run(client.post(path, content=body, headers=headers))
    if answer.status_code > MAX_STATUS or "json" not in answer.headers["content-type"]:
        raise AssertionError(f"{path} answered {answer.status_code}: {answer.text[:200]}")
    answer.json()


def _body(member, document):
    return json.dumps({member: document}).encode()


def verify_credential(data):
    """POST /credentials/verify with a good credential that was changed."""
    changed = mutated(_world()[2], Choices(data))
    _post("/credentials/verify", _body("verifiableCredential", changed))


def verify_presentation(data):
    """POST /presentations/verify with a presentation that was changed."""
    changed = mutated(_world()[3], Choices(data))
    _post("/presentations/verify", _body("verifiablePresentation", changed))


def verify_bytes(data):
    """Both endpoints with bytes of any kind."""
    _post("/credentials/verify", data)
    _post("/presentations/verify", data)


def documents(data):
    """JSON of any kind through the readers of documents."""
    document = loads(data)
    for read in (check_credential, check_presentation, canonicalize, proofs_of):
        _allow(read, document)


def changed_documents(data):
    """A good credential that was changed, through the readers of documents."""
    changed = mutated(_world()[2], Choices(data))
    for read in (check_credential, check_presentation, canonicalize):
        _allow(read, loads(json.dumps(changed).encode()))


def proofs(data):
    """A proof that was changed, and its value of any bytes."""
    _, _, credential, _ = _world()
    for proof in credential["proof"]:
        changed = mutated(proof, Choices(data))
        _allow(DataIntegrityProof.read, changed)
        _allow(merkle_proof_2019.decode, changed)
        _allow(covered_by, {**credential, "proof": [changed, proof]}, changed)
    text = data.decode("latin-1")
    for value in (text, "z" + text, "u" + text):
        _allow(merkle_proof_2019.decode, {"proofValue": value})
        _allow(_verify_sd, value)


def _verify_sd(value):
    school, _, credential, _ = _world()
    proof = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023", "proofValue": value}
    covered = covered_by({**credential, "proof": proof}, proof)
    ecdsa_sd_2023.verify(covered, proof, school.signer.public_key)


def tokens(data):
    """Text of any kind as a token."""
    read_token(data.decode("utf-8", "replace"))


def keys(data):
    """Keys, DIDs and DID documents."""
    text = data.decode("utf-8", "replace")
    for read in (PublicKey.from_multikey, self_contained_document, resolution_result):
        for value in (text, f"z{text}", f"did:key:{text}", f"did:key:z{text}", f"did:jwk:{text}"):
            _allow(read, value)
    school, _, _, _ = _world()
    document = mutated(school.did_document(), Choices(data))
    _allow(_key_of, document, school)
    _allow(PublicKey.from_jwk, mutated(school.signer.public_key.to_jwk(), Choices(data)))


def _key_of(document, school):
    check_did_document(document, school.did)
    now = school.world.now
    verification_key(document, school.method, purpose="assertionMethod", at=now, now=now)


def status_lists(data):
    """Text of any kind as an encoded list."""
    _allow(Bitstring.decode, "u" + data.decode("latin-1"))


def _allow(read, *arguments):
    with suppress(TouchstoneError):
        read(*arguments)


TARGETS = {
    target.__name__: target
    for target in (
        documents, changed_documents, proofs, tokens, keys, status_lists, verify_bytes,
        verify_credential, verify_presentation,
    )
}  # fmt: skip


def run(name, data):
    """Run one target: typed errors are answers too."""
    _allow(TARGETS[name], data)
