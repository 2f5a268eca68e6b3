"""Other people's verifiers accept what our issuer minted, and refuse it after one change.

The peers run in Node, offline (FACTS.md): what the issuer publishes is read from its running
service and handed to them in place of the network; Blockcerts reads the anchor from the chain.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

PEERS = ("digitalbazaar", "digitalcredentials", "blockcerts")

Change = Callable[[dict[str, Any]], None]


def other_character(text: str) -> str:
    """The text with its last character changed into another of the same kind."""
    return text[:-1] + ("2" if text[-1] == "3" else "3")


def change_name(credential: dict[str, Any]) -> None:
    achievement = credential["credentialSubject"]["achievement"]
    achievement["name"] = other_character(achievement["name"])


def change_criteria(credential: dict[str, Any]) -> None:
    criteria = credential["credentialSubject"]["achievement"]["criteria"]
    criteria["narrative"] = other_character(criteria["narrative"])


def change_level(credential: dict[str, Any]) -> None:
    result = credential["credentialSubject"]["result"][0]
    result["achievedLevel"] = other_character(result["achievedLevel"])


def change_learner(credential: dict[str, Any]) -> None:
    subject = credential["credentialSubject"]
    subject["id"] = other_character(subject["id"])


def change_evidence(credential: dict[str, Any]) -> None:
    evidence = credential["evidence"][0]
    evidence["name"] = other_character(evidence["name"])


def change_date(credential: dict[str, Any]) -> None:
    credential["validFrom"] = "2001" + credential["validFrom"][4:]


def change_status_index(credential: dict[str, Any]) -> None:
    status = credential["credentialStatus"]
    status["statusListIndex"] = str((int(status["statusListIndex"]) + 1) % 131_072)


def remove_status(credential: dict[str, Any]) -> None:
    del credential["credentialStatus"]


def change_issuer_name(credential: dict[str, Any]) -> None:
    credential["issuer"]["name"] = other_character(credential["issuer"]["name"])


def add_undefined_term(credential: dict[str, Any]) -> None:
    credential["credentialSubject"]["gpa"] = "4.0"


def change_signature(credential: dict[str, Any]) -> None:
    proof = credential["proof"][1]
    first = proof["proofValue"][20]
    proof["proofValue"] = (
        proof["proofValue"][:20] + ("3" if first == "2" else "2") + proof["proofValue"][21:]
    )


CHANGES: dict[str, Change] = {
    change.__name__: change
    for change in (
        change_name,
        change_criteria,
        change_level,
        change_learner,
        change_evidence,
        change_date,
        change_status_index,
        remove_status,
        change_issuer_name,
        add_undefined_term,
        change_signature,
    )
}


@pytest.mark.parametrize("peer", PEERS)
def test_accepts_what_we_minted(peer, ask, school):
    for credential in school.credentials:
        answer = ask(peer, credential)
        assert answer["accepted"], answer["detail"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("peer", PEERS)
def test_refuses_one_change(peer, change, ask, school):
    credential = copy.deepcopy(school.credentials[0])
    before = json.dumps(credential)
    CHANGES[change](credential)
    assert json.dumps(credential) != before
    assert not ask(peer, credential)["accepted"]


@pytest.mark.parametrize("peer", PEERS)
def test_refuses_a_withdrawn_credential(peer, ask, school):
    answer = ask(peer, school.revoked)
    assert not answer["accepted"]
    assert "revo" in answer["detail"].lower()


@pytest.mark.parametrize("peer", PEERS)
def test_refuses_without_a_status_list(peer, ask, school):
    credential = school.credentials[0]
    list_url = credential["credentialStatus"]["statusListCredential"]
    answer = ask(peer, credential, without=[list_url])
    assert not answer["accepted"]
    assert "status" in answer["detail"].lower()


@pytest.mark.parametrize("peer", PEERS)
def test_refuses_a_status_list_that_was_changed(peer, ask, school):
    """The bits are signed: clearing a revoked bit by hand brings nobody's credential back."""
    credential = school.revoked
    list_url = credential["credentialStatus"]["statusListCredential"]
    clean = school.documents_for(peer)[list_url]
    forged = copy.deepcopy(clean)
    forged["credentialSubject"]["encodedList"] = school.empty_list(peer)
    answer = ask(peer, credential, instead={list_url: forged})
    assert not answer["accepted"]


@pytest.mark.parametrize("peer", ["digitalbazaar", "blockcerts"])
def test_refuses_a_key_that_may_not_assert(peer, ask, school):
    """verifier-core keeps DID documents in a cache, so it is not asked here."""
    document = copy.deepcopy(school.documents[school.did_url])
    signing = school.credentials[0]["proof"][1]["verificationMethod"]
    document["assertionMethod"].remove(signing)
    answer = ask(peer, school.credentials[0], instead={school.did_url: document})
    assert not answer["accepted"]


def test_follows_the_official_schema(ask, school, official_schema):
    """verifier-core also holds every badge to 1EdTech's published JSON Schema."""
    url, schema = official_schema
    answer = ask("digitalcredentials", school.credentials[0], instead={url: schema})
    assert answer["accepted"]
    assert [result["result"] for result in answer["schema"]] == [{"valid": True}]
