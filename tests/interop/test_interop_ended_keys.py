"""What other people's verifiers make of keys that ended: the reasons of decision 0012."""

import copy
from datetime import UTC, datetime

import pytest

from issuer.identity.documents import PublishedKey, did_document
from keys.signers.file import FileSigner

PEERS = ("digitalbazaar", "digitalcredentials", "blockcerts")
NOW = datetime.now(UTC).replace(microsecond=0)
ENDED = "2026-01-01T00:00:00Z"


@pytest.fixture
def ask(peers, school, tmp_path):
    """Ask a peer that was started for this question: one of them remembers DID documents."""

    def question(name, credential, *, instead):
        peer = type(peers[name])(name, tmp_path / f"{name}.log")
        try:
            return peer.ask(
                {
                    "credential": credential,
                    "documents": {**school.documents_for(name), **instead},
                    "rpcUrl": school.rpc_url,
                }
            )
        finally:
            peer.close()

    return question


def ended(school, **dates):
    """The DID document with dates on the signing key, which stays listed."""
    document = copy.deepcopy(school.documents[school.did_url])
    method = school.publisher.verification_method
    (entry,) = (one for one in document["verificationMethod"] if one["id"] == method)
    entry.update(dates)
    return {school.did_url: document}


def as_published(school, revoked):
    """The DID document with the signing key revoked, as the issuer writes it, beside a new key."""
    keys = [
        PublishedKey("key-1", school.publisher.signer.public_key, revoked=revoked),
        PublishedKey("key-2", FileSigner.generate().public_key),
    ]
    accounts = school.documents[school.did_url]["verificationMethod"][1:]
    did, base_url = school.publisher.did, school.publisher.base_url
    document = did_document(did, base_url, keys if revoked else keys[:1])
    document["verificationMethod"] += accounts
    document["assertionMethod"] += [one["id"] for one in accounts]
    return {school.did_url: document}


@pytest.mark.parametrize("peer", PEERS)
def test_all_refuse_a_stolen_key_as_we_publish_it(peer, ask, school):
    credential = school.credentials[0]
    for revoked, accepted in ((NOW, False), (None, True)):
        answer = ask(peer, credential, instead=as_published(school, revoked))
        assert answer["accepted"] is accepted, answer["detail"]


@pytest.mark.parametrize(
    ("peer", "accepts"),
    [("digitalbazaar", True), ("digitalcredentials", True), ("blockcerts", False)],
)
@pytest.mark.parametrize("end", ["expires", "revoked"])
def test_some_look_at_no_date_while_a_key_is_listed(peer, accepts, end, ask, school):
    """Why a stolen key is listed for nothing; and whom a retired key's records still convince."""
    published = ended(school, **{end: ENDED})
    answer = ask(peer, school.credentials[0], instead=published)
    assert answer["accepted"] is accepts, answer["detail"]
