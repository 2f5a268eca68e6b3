"""Proofs that other programs made: read and verified here, and derived from here.

Made with npm @digitalbazaar/ed25519-signature-2020 5.4.0 and ecdsa-sd-2023-cryptosuite
3.4.1 over documents of ours, with the published keys of the W3C vectors.
"""

import pytest

from credentials.canonical import without_proof
from credentials.errors import ProofInvalid, ProofMalformed
from credentials.proofs import ecdsa_sd_2023
from credentials.proofs.data_integrity import PROOF_TYPE, DataIntegrityProof
from credentials.proofs.suites import SUITES, suite_of
from credentials.proofs.unsecured import Unsecured
from keys.public_key import PublicKey

ED25519 = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
P256 = "zDnaepBuvsQ8cpsWrVKw8fbpGpvPeNSjVPTWoq6cRqaYzBKVP"

PRESENTATION = {
    "@context": [
        "https://www.w3.org/2018/credentials/v1",
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ],
    "type": "VerifiablePresentation",
    "id": "urn:uuid:0d8f8a1c-9f0a-4f0e-8a53-2f9a9e1a7a11",
    "holder": f"did:key:{ED25519}",
    "proof": {
        "type": "Ed25519Signature2020",
        "created": "2026-11-22T07:53:50Z",
        "verificationMethod": f"did:key:{ED25519}#{ED25519}",
        "proofPurpose": "authentication",
        "challenge": "99612b24-63d9-11ea-b99f-4f66f3e4f81a",
        "domain": "https://verifier.example",
        "proofValue": (
            "z4kfUmS8jZcAkoF617yG8ji9iAQ6a2Ccz14pMw8LGidngpWE8BfBEZATkmeXjL5zbwJ929ouV7PZHbVp"
            "W5tZbogC3"
        ),
    },
}
"""As wallets answer a request for the holder's DID."""

BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": f"did:key:{P256}",
    "validFrom": "2026-06-01T12:00:00Z",
    "name": "Weighs evidence",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {
            "type": ["Achievement"],
            "name": "Weighs evidence",
            "description": "d",
            "criteria": {"narrative": "n"},
        },
    },
}
PROOF = {
    "type": "DataIntegrityProof",
    "cryptosuite": "ecdsa-sd-2023",
    "created": "2026-11-22T07:53:52Z",
    "verificationMethod": f"did:key:{P256}#{P256}",
    "proofPurpose": "assertionMethod",
}
BASE = (
    "u2V0AhVhAFfaZVysyesW07CbOaT2LrASzvC1E3zk4MRLjme7M91vt77QZCn1uGY2K0Om2RhDhPCx1wfi"
    "GjW3hFj7blGUxKVgjgCQCb2OEh822BKFyfNBGq5WdGIhHmzNPKc5j6O_Q0Y8l1txYIAU7JDes8_ASsIr"
    "xTDGBYtuziqA08ZaBe1h9JRPpAD_MiVhAMh0YcDi-F9mWhTbc0aERHExdh2RWa6ehFNzVqISmPRCejWz"
    "snw8TtX0L9mFzx9G9wEQ3rjzoFNQpKeqxbq7azVhAvOtDFuEaz0qDUAinzlWfIjakyTtCyv0_To6xutX"
    "FIu5gfJ1wmAmXlAiGJiLugWJFS7w746F5JYO4KCN0360CDVhA3fXJWdSuKXwWOBI869mfgqhLTNvwcna"
    "m_vqjh5dUmDFAVJZHFNBqj1t0R32E-2M0fz0Yv59lDkMoR7v1sn0zMlhAzeYvyl6AeBfpE9F7ep9IDhS"
    "cqKtXMTiO6hPFuQ3oUP_7yqT5u-rr3LWR4lhTrogzNuMkxQvTMG6s_50eyfZiWVhAFTKCbEGYeHhVRXx"
    "i097CRb9-ELvU3RCDDPiA6EDSCsjjiP4Z38VCmjsNKr2ecLIm3lkO7WGGfGIT1HQr4lDXeVhA9Y4zKup"
    "ZsY_226tkKCn6CrfhX475RKrh8FjGFa2ZTV2VBp8XJjAej5DxjAuK1tn-zZlbNPapg5Zt1zrw0Cl1U1h"
    "Aj3YsaN3DY1Gwk2cQFZxed17qKHjzMaTX1f11-Oi8ykR1Na5cCC25C4UO9_S7Kl7EEok6nOPN565feSF"
    "9QvQVOFhArcA_i5_ZuMLrQitOjckg9jJMNBH1WzLOOjhyQsT9-STM67jL3dYA-d-xV5ejBPbOpn89qh8"
    "iIQdITBnPNiuX41hAQLFbgIbxe3y3MIT2yLHXn3Yuc7s4xkogb5HLL0ZtdHgGyyHE9sYRW7xhRB1jHS5"
    "k1GnRcejO0IoWcnq8x4ld0oJnL2lzc3VlcmovdmFsaWRGcm9t"
)
DERIVED = (
    "u2V0BhVhAFfaZVysyesW07CbOaT2LrASzvC1E3zk4MRLjme7M91vt77QZCn1uGY2K0Om2RhDhPCx1wfi"
    "GjW3hFj7blGUxKVgjgCQCb2OEh822BKFyfNBGq5WdGIhHmzNPKc5j6O_Q0Y8l1tyFWEC860MW4RrPSoN"
    "QCKfOVZ8iNqTJO0LK_T9OjrG61cUi7mB8nXCYCZeUCIYmIu6BYkVLvDvjoXklg7goI3TfrQINWEDd9cl"
    "Z1K4pfBY4Ejzr2Z-CqEtM2_Bydqb--qOHl1SYMUBUlkcU0GqPW3RHfYT7YzR_PRi_n2UOQyhHu_WyfTM"
    "yWED1jjMq6lmxj_bbq2QoKfoKt-FfjvlEquHwWMYVrZlNXZUGnxcmMB6PkPGMC4rW2f7NmVs09qmDlm3"
    "XOvDQKXVTWECtwD-Ln9m4wutCK06NySD2Mkw0EfVbMs46OHJCxP35JMzruMvd1gD537FXl6ME9s6mfz2"
    "qHyIhB0hMGc82K5fjWEBAsVuAhvF7fLcwhPbIsdefdi5zuzjGSiBvkcsvRm10eAbLIcT2xhFbvGFEHWM"
    "dLmTUadFx6M7QihZyerzHiV3SogBYIBDM4huoDYLQ5unwCuUIu-pcTeJjC96_3Sga2k7O7Pf1AVggvvL"
    "UNMUd-F6ejotCp48jEkeMW-bUoul3pZzU9I_VFGuEAAEDBA"
)
SHOWN = {
    "@context": BADGE["@context"],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": f"did:key:{P256}",
    "validFrom": "2026-06-01T12:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "achievement": {"type": ["Achievement"], "name": "Weighs evidence"},
    },
}


def _verify(document, key):
    proof = document["proof"]
    verify = SUITES[suite_of(proof)]
    verify(Unsecured(without_proof(document)), proof, PublicKey.from_multikey(key))


def test_an_older_signature_of_a_wallet_verifies():
    _verify(PRESENTATION, ED25519)
    proof = {**PRESENTATION["proof"], "type": PROOF_TYPE, "cryptosuite": "Ed25519Signature2020"}
    assert DataIntegrityProof.read(proof).domain == ("https://verifier.example",)


_OTHER = {
    "challenge": "7",
    "domain": "https://other.example",
    "created": "2026-11-22T07:53:51Z",
    "proofPurpose": "assertionMethod",
}


@pytest.mark.parametrize("member", _OTHER)
def test_an_older_signature_covers_what_it_was_asked_for(member):
    proof = {**PRESENTATION["proof"], member: _OTHER[member]}
    with pytest.raises(ProofInvalid):
        _verify({**PRESENTATION, "proof": proof}, ED25519)
    with pytest.raises(ProofInvalid):
        _verify({**PRESENTATION, "holder": "did:key:other"}, ED25519)


def test_a_document_that_another_program_derived_verifies():
    document = {**SHOWN, "proof": {**PROOF, "proofValue": DERIVED}}
    _verify(document, P256)
    with pytest.raises(ProofInvalid):
        _verify({**document, "validFrom": "2026-06-01T12:00:01Z"}, P256)


def test_from_another_programs_base_proof_the_same_is_derived():
    document = {**BADGE, "proof": {**PROOF, "proofValue": BASE}}
    derived = ecdsa_sd_2023.derive(document, ["/credentialSubject/achievement/name"])
    assert derived == {**SHOWN, "proof": {**PROOF, "proofValue": DERIVED}}
    with pytest.raises(ProofMalformed):
        _verify(document, P256)
