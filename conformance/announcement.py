"""What the conformance mode says about itself, for people and for suites' configurations."""

import sys
from pathlib import Path
from typing import Any, Final

from conformance.services import InsecureConformanceServices
from issuer.vc_api.profiles import DEFAULT_PROFILE, PROFILES

VC_VERSIONS: Final = ["1.1", "2.0"]
_TAGS: Final[dict[str, tuple[str, ...]]] = {
    "eddsa-rdfc-2022": ("vc2.0", "eddsa-rdfc-2022"),
    "eddsa-jcs-2022": ("eddsa-jcs-2022",),
    "ecdsa-rdfc-2019-p256": ("ecdsa-rdfc-2019",),
    "ecdsa-rdfc-2019-p384": ("ecdsa-rdfc-2019",),
    "ecdsa-jcs-2019-p256": ("ecdsa-jcs-2019",),
    "ecdsa-sd-2023": ("ecdsa-sd-2023",),
    "vc-jwt": ("EnvelopingProof",),
    "status": ("BitstringStatusList",),
}
"""The tags by which the W3C suites choose endpoints."""
_VERIFIER_TAGS: Final = sorted({tag for tags in _TAGS.values() for tag in tags})
_KEY_TYPES: Final = ["P-256", "P-384"]


def announcement(services: InsecureConformanceServices) -> dict[str, Any]:
    """One JSON object: where, who, and how.

    ``implementations`` is what the W3C suites read from their localConfig.cjs.
    """
    return {
        "mode": "InsecureConformance",
        "issuer": {"baseUrl": services.issuer_url, **_issuer_endpoints(services.issuer_url)},
        "verifier": {
            "baseUrl": services.verifier_url,
            **_verifier_endpoints(services.verifier_url),
        },
        "profiles": _profiles(services),
        "defaultProfile": DEFAULT_PROFILE,
        "certificate": str(services.certificate.certificate),
        "jose": _jose(),
        "implementations": [_implementation(services)],
    }


def _issuer_endpoints(base: str) -> dict[str, str]:
    return {
        "issue": f"{base}/credentials/issue",
        "status": f"{base}/credentials/status",
        "derive": f"{base}/credentials/derive",
        "identifiers": f"{base}/1.0/identifiers",
    }


def _verifier_endpoints(base: str) -> dict[str, str]:
    return {
        "verifyCredential": f"{base}/credentials/verify",
        "verifyPresentation": f"{base}/presentations/verify",
        "derive": f"{base}/credentials/derive",
    }


def _profiles(services: InsecureConformanceServices) -> dict[str, Any]:
    return {
        name: {
            "did": publisher.did,
            "verificationMethod": publisher.verification_method,
            "keyType": str(publisher.signer.public_key.kind),
            "issue": f"{services.issuer_url}/profiles/{name}/credentials/issue",
        }
        for name, publisher in services.publishers.by_profile.items()
    }


def _jose() -> dict[str, Any]:
    """The command that signs or verifies a token in a file."""
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-m", "conformance.jose"]
    files = ["--key", "KEY.json", "--input", "INPUT", "--output", "OUTPUT"]
    return {
        "directory": str(root),
        "command": command,
        "sign": " ".join([*command, "sign", *files]),
        "verify": " ".join([*command, "verify", *files]),
        "types": ["vc+jwt", "vp+jwt"],
        "keyTypes": ["P-256", "P-384", "P-521", "Ed25519"],
    }


def _implementation(services: InsecureConformanceServices) -> dict[str, Any]:
    """An entry of ``implementations`` in a W3C suite's localConfig.cjs."""
    issuer, verifier = services.issuer_url, services.verifier_url
    default = services.publishers.by_profile[DEFAULT_PROFILE].did
    checker = {
        "id": default,
        "supports": {"vc": VC_VERSIONS, "keyTypes": _KEY_TYPES},
        "supportedEcdsaKeyTypes": _KEY_TYPES,
        "tags": _VERIFIER_TAGS,
    }
    return {
        "name": "Touchstone",
        "implementation": "Touchstone",
        "issuers": [_issuer(services, name) for name in PROFILES],
        "verifiers": [{**checker, "endpoint": f"{verifier}/credentials/verify"}],
        "vpVerifiers": [{**checker, "endpoint": f"{verifier}/presentations/verify"}],
        "vcHolders": [
            {
                "id": default,
                "endpoint": f"{verifier}/credentials/derive",
                "tags": ["vcHolder", "ecdsa-sd-2023"],
            }
        ],
        "didResolvers": [
            {
                "id": default,
                "endpoint": f"{issuer}/1.0/identifiers",
                "tags": ["did-key", "Did-Key"],  # its suite has asked for either
            }
        ],
    }


def _issuer(services: InsecureConformanceServices, name: str) -> dict[str, Any]:
    publisher = services.publishers.by_profile[name]
    kinds = [str(publisher.signer.public_key.kind)]
    versions = VC_VERSIONS if PROFILES[name].is_embedded else ["2.0"]
    return {
        "id": publisher.did,
        "endpoint": f"{services.issuer_url}/profiles/{name}/credentials/issue",
        "options": {},
        "supports": {"vc": versions, "keyTypes": kinds},
        "supportedEcdsaKeyTypes": kinds,
        "tags": list(_TAGS[name]),
    }
