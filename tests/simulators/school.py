"""A school and a chain in memory: the verifier's ports, so that tests read like attacks.

As a module: `from simulators import school`.
"""

import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from credentials.canonical import canonicalize, without_proof
from credentials.jose import vc_jose
from credentials.merkle import MerkleTree, leaf
from credentials.proofs import eddsa_rdfc_2022, merkle_proof_2019
from credentials.proofs.data_integrity import options
from credentials.proofs.merkle_proof_2019 import Anchor, MerkleProof
from credentials.proofs.unsecured import Unsecured
from credentials.status_list import Bitstring
from keys.did import did_web_to_url, is_self_contained, self_contained_document
from keys.kinds import KeyKind
from keys.multibase import base58btc_encode
from keys.signers.file import FileSigner
from verifier.errors import (
    AddressRefused,
    ChainNotConfigured,
    DocumentMissing,
    DocumentTooLarge,
    HostUnreachable,
    TransactionUnknown,
)
from verifier.ports import AnchorTransaction, Ports, RecognisedIssuer

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ISSUED = NOW - timedelta(days=30)
CHAIN = 11155111
LEARNER = "urn:uuid:0a6e3c52-6f0e-4d8a-8f5c-000000000001"
VC2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
LEVELS = ["Beginning", "Developing", "Proficient", "Advanced"]


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    """All hosts, the chain and the registry; every fetch is written down."""

    def __init__(self):
        self.pages = {}
        self.down = set()
        self.fetched = []
        self.transactions = {}
        self.chain_down = False
        self.registry = None
        self.now = NOW

    # --- the ports ---

    def resolve(self, did):
        if is_self_contained(did):
            return self_contained_document(did)
        return json.loads(self.fetch(did_web_to_url(did), max_bytes=1 << 20))

    def fetch(self, url, *, max_bytes):
        self.fetched.append(url)
        if not url.startswith(("https://", "http://")):
            raise AddressRefused("An address is not a URL.")
        host = url.split("/")[2]
        if host in self.down or url in self.down:
            raise HostUnreachable(f"{host} did not answer.")
        if url not in self.pages:
            raise DocumentMissing(f"{host} has no such document (HTTP 404).")
        page = self.pages[url]
        data = page if isinstance(page, bytes) else json.dumps(page).encode()
        if len(data) > max_bytes:
            raise DocumentTooLarge(f"What {host} sent is larger than {max_bytes:,} bytes.")
        return data

    def anchor(self, chain_id, transaction):
        if self.chain_down:
            raise HostUnreachable("The node did not answer.")
        if chain_id != CHAIN:
            raise ChainNotConfigured("Nobody said where to read this chain.")
        if transaction not in self.transactions:
            raise TransactionUnknown("The chain does not know the transaction.")
        return self.transactions[transaction]

    def ports(self):
        return Ports(lambda: self.now, self, self, self, self.registry)

    # --- what tests do to it ---

    def change_transaction(self, **members):
        for name, transaction in self.transactions.items():
            self.transactions[name] = replace(transaction, **members)

    def recognise(self, *schools, network="The network"):
        self.registry = Registry(network, {s.did: RecognisedIssuer(s.did, s.name) for s in schools})


class Registry:
    def __init__(self, name, issuers):
        self.name = name
        self.issuers = issuers
        self.down = False

    def find(self, did):
        if self.down:
            raise HostUnreachable("The registry did not answer.")
        return self.issuers.get(did)


class School:
    """A school with a host, signing keys, an account and a status list.

    It signs with Ed25519 (``#key-1``); ``add_key`` gives it keys of other kinds.
    """

    def __init__(self, world, host="school.example", name="Sample School", *, scheme="https"):
        self.world, self.host, self.name = world, host, name
        self.other_keys = {}
        self.did = f"did:web:{host.replace(':', '%3A')}"
        self.base = f"{scheme}://{host}"
        self.signer = FileSigner.generate()
        self.method = f"{self.did}#key-1"
        self.account = "0x" + self.signer.public_key.raw[:20].hex()
        self.bits = {"revocation": Bitstring(), "suspension": Bitstring()}
        self.serial = 0
        self.publish()

    def publish(self):
        pages = self.world.pages
        pages[f"{self.base}/.well-known/did.json"] = self.did_document()
        pages[f"{self.base}/issuer"] = self.profile()
        for purpose in self.bits:
            self.publish_list(purpose)

    def add_key(self, kind):
        """A signer of another kind, published under ``#<kind>``; the same for the same kind."""
        if kind not in self.other_keys:
            self.other_keys[kind] = FileSigner.generate(kind)
            self.world.pages[f"{self.base}/.well-known/did.json"] = self.did_document()
        return self.other_keys[kind]

    def method_for(self, kind):
        return self.method if kind is KeyKind.ED25519 else f"{self.did}#{kind.value}"

    def signer_for(self, kind):
        return self.signer if kind is KeyKind.ED25519 else self.add_key(kind)

    def did_document(self):
        document = self._did_document()
        for kind, signer in self.other_keys.items():
            method = self.method_for(kind)
            entry = {"id": method, "type": "JsonWebKey", "controller": self.did}
            entry["publicKeyJwk"] = signer.public_key.to_jwk()
            document["verificationMethod"].append(entry)
            document["assertionMethod"].append(method)
        return document

    def _did_document(self):
        multikey = self.signer.public_key.to_multikey()
        return {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": self.did,
            "verificationMethod": [
                {
                    "id": self.method,
                    "type": "Multikey",
                    "controller": self.did,
                    "publicKeyMultibase": multikey,
                    "publicKeyJwk": self.signer.public_key.to_jwk(),
                }
            ],
            "assertionMethod": [self.method],
            "service": [
                {
                    "id": f"{self.did}#issuer-profile",
                    "type": "IssuerProfile",
                    "serviceEndpoint": f"{self.base}/issuer",
                }
            ],
        }

    def profile(self):
        entry = {
            "id": f"ecdsa-koblitz-pubkey:{self.account}",
            "created": stamp(ISSUED - timedelta(days=1)),
        }
        return {
            "@context": [VC2, OB3],
            "id": f"{self.base}/issuer",
            "type": "Profile",
            "name": self.name,
            "publicKey": [entry],
        }

    def list_url(self, purpose):
        return f"{self.base}/status/{purpose}"

    def status_list(self, purpose, **members):
        return {
            "@context": [VC2],
            "id": self.list_url(purpose),
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": self.did,
            "validFrom": stamp(ISSUED),
            "credentialSubject": {
                "id": f"{self.list_url(purpose)}#list",
                "type": "BitstringStatusList",
                "statusPurpose": purpose,
                "encodedList": self.bits[purpose].encode(),
            },
            **members,
        }

    def publish_list(self, purpose, **members):
        page = self.sign(self.status_list(purpose, **members))
        self.world.pages[self.list_url(purpose)] = page
        return page

    def set_status(self, credential, purpose="revocation"):
        entry = credential["credentialStatus"]
        self.bits[purpose].set(int(entry["statusListIndex"]), True)
        self.publish_list(purpose)

    def unsigned(self, *, code="OT.1.2", name="Weighs evidence", level=3, purpose="revocation"):
        """A badge as the issuer writes it."""
        self.serial += 1
        achievement = f"{self.base}/achievements/{code}"
        return {
            "@context": [VC2, OB3],
            "id": f"urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-{self.serial:012d}",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": {"id": self.did, "type": ["Profile"], "name": self.name},
            "name": name,
            "validFrom": stamp(ISSUED),
            "credentialStatus": {
                "id": f"{self.list_url(purpose)}#{self.serial}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(self.serial),
                "statusListCredential": self.list_url(purpose),
            },
            "credentialSubject": {
                "id": LEARNER,
                "type": ["AchievementSubject"],
                "achievement": self.achievement(achievement, code, name),
                "result": [
                    {
                        "type": ["Result"],
                        "resultDescription": f"{achievement}#rubric",
                        "achievedLevel": f"{achievement}#level-{level}",
                    }
                ],
            },
            "evidence": [
                {
                    "id": f"https://work.example/{self.serial}",
                    "type": ["Evidence"],
                    "name": "Essay on sources",
                    "genre": "portfolio",
                    "narrative": "Level 3 of 4.",
                }
            ],
        }

    def achievement(self, url, code, name):
        levels = [
            {
                "id": f"{url}#level-{number}",
                "type": ["RubricCriterionLevel"],
                "name": level,
                "description": f"What {level.lower()} means.",
                "points": str(number),
            }
            for number, level in enumerate(LEVELS, 1)
        ]
        return {
            "id": url,
            "type": ["Achievement"],
            "name": name,
            "description": "Compares sources and says which one to trust.",
            "criteria": {"narrative": "The highest of all pieces of evidence is at least 3."},
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": name,
                    "targetUrl": f"https://frameworks.example/items/{code}",
                    "targetCode": code,
                    "targetFramework": "Learner Goals",
                    "targetType": "CFItem",
                }
            ],
            "resultDescription": [
                {
                    "id": f"{url}#rubric",
                    "type": ["ResultDescription"],
                    "name": "Level",
                    "resultType": "RubricCriterionLevel",
                    "requiredLevel": f"{url}#level-3",
                    "rubricCriterionLevel": levels,
                }
            ],
        }

    def sign(self, document, *, method=None, signer=None, before=(), created=ISSUED, **more):
        """The document with a signature after the proofs ``before``."""
        bare = without_proof(document)
        proof = eddsa_rdfc_2022.create(
            Unsecured(bare),
            options(eddsa_rdfc_2022.CRYPTOSUITE, method or self.method, created, **more),
            (signer or self.signer).sign,
        )
        proofs = [*before, proof]
        return {**copy.deepcopy(bare), "proof": proofs if len(proofs) > 1 else proof}

    def sign_as(self, suite, document, *, kind=KeyKind.ED25519, before=(), created=ISSUED, **more):
        """The document with a proof of another suite, in a set or chain after ``before``.

        Args:
            suite: a module of credentials.proofs with CRYPTOSUITE and create.
            more: members of the proof, such as id and previousProof.
        """
        bare = without_proof(document)
        named = more.get("previousProof", ())
        named = [named] if isinstance(named, str) else named
        built_on = [proof for proof in before if proof.get("id") in named]
        covered = {**bare, "proof": built_on} if built_on else bare
        signer = self.signer_for(kind)
        proof_options = options(suite.CRYPTOSUITE, self.method_for(kind), created, **more)
        keywords = {"kind": kind} if kind is not KeyKind.ED25519 else {}
        proof = suite.create(Unsecured(covered), proof_options, signer.sign, **keywords)
        proofs = [*before, proof]
        return {**copy.deepcopy(bare), "proof": proofs if len(proofs) > 1 else proof}

    def token(self, document, *, kind=KeyKind.P256, key_id=None, form=vc_jose, **more):
        """The document in a token: vc+jwt, or VC-JWT 1.1 with ``form=vc_jwt``."""
        return form.sign(
            without_proof(document),
            sign=self.signer_for(kind).sign,
            kind=kind,
            key_id=key_id or self.method_for(kind),
            **more,
        )

    def issue(self, document=None, *, anchored=True, **members):
        """One signed credential, anchored in a batch of three."""
        document = document or self.unsigned(**members)
        return self.issue_batch([document])[0] if anchored else self.sign(document)

    def issue_batch(self, documents, fillers=2):
        leaves = [leaf(canonicalize(without_proof(it))) for it in documents]
        tree = MerkleTree.build([*leaves, *(bytes([n]) * 32 for n in range(1, fillers + 1))])
        transaction = self.write(tree.root)
        return [
            self.sign(document, before=[self.merkle_proof(tree, index, leaves[index], transaction)])
            for index, document in enumerate(documents)
        ]

    def merkle_proof(self, tree, index, target, transaction, chain=CHAIN):
        proof = MerkleProof(
            root=tree.root,
            target=target,
            path=tuple(tree.path(index)),
            anchors=(Anchor(chain, transaction),),
        )
        method = options(merkle_proof_2019.CRYPTOSUITE, self.method, ISSUED)
        return merkle_proof_2019.create(proof, method)

    def write(self, root):
        """Write a root to the chain; the transaction's hash."""
        number = len(self.world.transactions) + 1
        transaction = f"0x{number:064x}"
        self.world.transactions[transaction] = AnchorTransaction(
            input=root,
            sender=self.account,
            to="0x" + "ac" * 20,
            succeeded=True,
            block_number=100 + number,
            block_hash="0x" + "bb" * 32,
            block_time=ISSUED,
            confirmations=12,
        )
        return transaction


def sign_2020(document, method, signer, *, purpose="assertionMethod", **more):
    """The document with an Ed25519Signature2020, as a large wallet makes them."""
    context = "https://w3id.org/security/suites/ed25519-2020/v1"
    bare = without_proof(document)
    bare["@context"] = [*bare["@context"], context]
    made = {
        "type": "Ed25519Signature2020",
        "created": stamp(NOW - timedelta(minutes=1)),
        "verificationMethod": method,
        "proofPurpose": purpose,
        **more,
    }
    forms = ({**made, "@context": bare["@context"]}, bare)
    data = b"".join(hashlib.sha256(canonicalize(it).encode()).digest() for it in forms)
    return {**bare, "proof": {**made, "proofValue": base58btc_encode(signer.sign(data))}}


class Learner:
    """Somebody with a did:key who presents credentials."""

    def __init__(self, kind=KeyKind.ED25519):
        self.signer = FileSigner.generate(kind)
        multikey = self.signer.public_key.to_multikey()
        self.did = f"did:key:{multikey}"
        self.method = f"{self.did}#{multikey}"

    def present(self, credentials, *, challenge="c-1", domain="college.example", **more):
        document = {
            "@context": [VC2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": credentials,
            **more,
        }
        proof_options = options(
            eddsa_rdfc_2022.CRYPTOSUITE,
            self.method,
            NOW - timedelta(minutes=1),
            purpose="authentication",
            challenge=challenge,
            domain=domain,
        )
        proof = eddsa_rdfc_2022.create(Unsecured(document), proof_options, self.signer.sign)
        return {**document, "proof": proof}

    def present_token(self, credentials, *, nonce="c-1", audience="college.example", **more):
        """The credentials in a vp+jwt."""
        document = {
            "@context": [VC2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": credentials,
        }
        return vc_jose.sign(
            document,
            sign=self.signer.sign,
            kind=self.signer.public_key.kind,
            key_id=self.method,
            nonce=nonce,
            audience=audience,
            **more,
        )
