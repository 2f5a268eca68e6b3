"""A signer of every kind, and a badge with everything that a token says about it."""

import base64
import copy
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import import_key

from keys.public_key import KeyKind, PublicKey

_CURVES = {
    KeyKind.P256: (ec.SECP256R1(), hashes.SHA256(), 32),
    KeyKind.P384: (ec.SECP384R1(), hashes.SHA384(), 48),
    KeyKind.P521: (ec.SECP521R1(), hashes.SHA512(), 66),
}
_BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a01",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:web:school.example", "type": ["Profile"], "name": "A school"},
    "name": "Weighs evidence",
    "validFrom": "2026-06-01T12:00:00Z",
    "validUntil": "2036-06-01T12:00:00Z",
    "credentialStatus": {
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": "https://school.example/status/1",
    },
    "credentialSubject": {
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-5a3f3f0e0a02",
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": "Ada Example",
                "identityType": "name",
            }
        ],
        "achievement": {
            "id": "https://school.example/achievements/1",
            "type": ["Achievement"],
            "name": "Weighs evidence",
            "description": "Compares sources and says which one to trust.",
            "criteria": {"narrative": "The highest of all pieces of evidence is at least 3."},
            "alignment": [
                {
                    "type": ["Alignment"],
                    "targetName": "Weighs evidence",
                    "targetUrl": "https://school.example/ims/case/v1p1/CFItems/1",
                    "targetCode": "OT.1.2",
                }
            ],
            "resultDescription": [
                {
                    "id": "https://school.example/achievements/1#level",
                    "type": ["ResultDescription"],
                    "name": "Level reached",
                    "resultType": "RubricCriterionLevel",
                    "requiredLevel": "https://school.example/achievements/1#3",
                    "rubricCriterionLevel": [
                        {
                            "id": f"https://school.example/achievements/1#{number}",
                            "type": ["RubricCriterionLevel"],
                            "name": name,
                            "points": str(number),
                        }
                        for number, name in enumerate(["Developing", "Proficient", "Expert"], 2)
                    ],
                }
            ],
        },
        "result": [
            {
                "type": ["Result"],
                "resultDescription": "https://school.example/achievements/1#level",
                "achievedLevel": "https://school.example/achievements/1#4",
            }
        ],
    },
    "evidence": [
        {"type": ["Evidence"], "name": "Essay", "narrative": "On two newspapers"},
        {"type": ["Evidence"], "name": "Debate", "narrative": "Against the other class"},
    ],
}


class Signer:
    """A private key with both halves: raw signatures, and a PublicKey to check them."""

    def __init__(self, kind):
        self.kind = kind
        if kind == KeyKind.ED25519:
            self.private = ed25519.Ed25519PrivateKey.generate()
        elif kind == KeyKind.RSA:
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            self.private = ec.generate_private_key(_CURVES[kind][0])
        key_type = {KeyKind.ED25519: "OKP", KeyKind.RSA: "RSA"}.get(kind, "EC")
        self.jwk = import_key(self.private_pem(), key_type).as_dict(private=False)
        self.public_key = PublicKey.from_jwk(self.jwk)

    def private_pem(self):
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def sign(self, data):
        if self.kind == KeyKind.ED25519:
            return self.private.sign(data)
        if self.kind == KeyKind.RSA:
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        _, hash_algorithm, size = _CURVES[self.kind]
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hash_algorithm)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def arguments(self):
        return {"sign": self.sign, "kind": self.kind, "key_id": "did:web:school.example#key-1"}


@pytest.fixture(scope="session")
def signers():
    """One of each kind that tokens are signed with."""
    return {kind: Signer(kind) for kind in KeyKind if kind != KeyKind.SECP256K1}


@pytest.fixture(scope="session")
def signer(signers):
    return signers[KeyKind.P256]


@pytest.fixture(scope="session")
def stranger():
    """Another key of the same kind as ``signer``."""
    return Signer(KeyKind.P256)


@pytest.fixture
def badge():
    return copy.deepcopy(_BADGE)


@pytest.fixture(scope="session")
def b64():
    """Base64url of bytes, or of a value as JSON."""

    def encode(value):
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    return encode


@pytest.fixture(scope="session")
def forge(signer, b64):
    """A token with any header and any payload, signed with the right key all the same."""

    def make(header, payload, *, by=signer):
        text = f"{b64(header)}.{b64(payload)}"
        return f"{text}.{b64(by.sign(text.encode()))}"

    return make
