"""The cryptosuites that are verified, by name. Anchors (merkle-proof-2019) are no signatures."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from credentials.errors import ProofMalformed, SuiteUnsupported
from credentials.json_types import JsonObject
from credentials.proofs import (
    ecdsa_jcs_2019,
    ecdsa_rdfc_2019,
    ecdsa_sd_2023,
    ed25519_signature_2020,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
)
from credentials.proofs.data_integrity import PROOF_TYPE
from credentials.proofs.unsecured import Unsecured
from keys.public_key import PublicKey

Verify = Callable[[Unsecured, JsonObject, PublicKey], None]
"""Raises ProofMalformed, ProofInvalid, or whatever the document's canonical form raises."""

SUITES: Mapping[str, Verify] = MappingProxyType(
    {
        eddsa_rdfc_2022.CRYPTOSUITE: eddsa_rdfc_2022.verify,
        eddsa_jcs_2022.CRYPTOSUITE: eddsa_jcs_2022.verify,
        ecdsa_rdfc_2019.CRYPTOSUITE: ecdsa_rdfc_2019.verify,
        ecdsa_jcs_2019.CRYPTOSUITE: ecdsa_jcs_2019.verify,
        ecdsa_sd_2023.CRYPTOSUITE: ecdsa_sd_2023.verify,
        ed25519_signature_2020.PROOF_TYPE: ed25519_signature_2020.verify,
    }
)
"""How a signature is verified, by what :func:`suite_of` says."""


def suite_of(proof: JsonObject) -> str:
    """The name of a proof's suite: its ``cryptosuite``, or its type where that says it all.

    Whether the suite is known is for the caller to see.

    Raises:
        SuiteUnsupported: the proof is of a type that is not known.
        ProofMalformed: its type or cryptosuite is not text.
    """
    kind = proof.get("type")
    if not isinstance(kind, str):
        raise ProofMalformed("A proof lacks its member 'type', or it is not text.")
    if kind == ed25519_signature_2020.PROOF_TYPE:
        return kind
    if kind != PROOF_TYPE:
        raise SuiteUnsupported(f"Proofs of type {kind[:80]!r} are not known.")
    name = proof.get("cryptosuite")
    if not isinstance(name, str) or not name:
        raise ProofMalformed("A proof lacks its member 'cryptosuite', or it is not text.")
    return name
