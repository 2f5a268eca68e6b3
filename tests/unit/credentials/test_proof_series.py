"""Proofs of a series are those that each document would have alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from credentials.errors import ProofMalformed
from credentials.merkle import leaf
from credentials.proofs import data_integrity, eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from keys.signers.file import FileSigner

Document = dict[str, Any]
METHOD = "did:web:school.example#key-1"
NOW = datetime(2026, 6, 12, tzinfo=UTC)
SIGNER = FileSigner.generate()


def badge(number: int) -> Document:
    """A credential that differs from others by its id."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:school.example", "type": ["Profile"], "name": "School"},
        "validFrom": "2026-06-12T00:00:00Z",
        "credentialSubject": {"type": ["AchievementSubject"], "narrative": "Shown three times."},
    }


def options() -> Document:
    return data_integrity.options(eddsa_rdfc_2022.CRYPTOSUITE, METHOD, NOW)


def test_a_proof_of_a_series_is_the_documents_own_proof() -> None:
    contexts = badge(0)["@context"]
    series = eddsa_rdfc_2022.Series(options(), contexts, SIGNER.sign)
    for number in range(3):
        unsecured = Unsecured(badge(number))
        proof = series.create(leaf(unsecured.canonical))
        assert proof == eddsa_rdfc_2022.create(unsecured, options(), SIGNER.sign)
        eddsa_rdfc_2022.verify(unsecured, proof, SIGNER.public_key)


@pytest.mark.parametrize("wrong", [{"cryptosuite": "eddsa-jcs-2022"}, {"colour": "red"}])
def test_options_of_another_suite_begin_no_series(wrong: Document) -> None:
    with pytest.raises(ProofMalformed):
        eddsa_rdfc_2022.Series(options() | wrong, badge(0)["@context"], SIGNER.sign)
