"""The whole road of a bundle: minted, written, the school gone, checked by its own command."""

import json
from pathlib import Path

import pytest

from credentials.proofs.unsecured import canonical_json
from verifier.cli import run

VERIFIED, REFUSED, UNDECIDED, WRONG_USE = range(4)


@pytest.fixture
def registry(left, tmp_path: Path) -> Path:
    """A network's list that knows the school, its account and the contract."""
    return left.registry(tmp_path / "registry.json")


def changed(left, tmp_path: Path, change) -> Path:
    """A copy of the bundle in which something is different, and its form kept."""
    document = left.document
    change(document)
    path = tmp_path / "changed.json"
    path.write_bytes(canonical_json(document))
    return path


def test_it_is_verified_by_a_hash_and_a_registry(left, registry, check) -> None:
    found = check(left.bundle, "--block-hash", left.block_hash, "--registry", registry)
    assert (found.code, found.verdict) == (VERIFIED, "VERIFIED"), found.result
    assert found.codes("bundle") == {"bundle.passed"}
    assert found.codes("anchor") == {"anchor.passed"}
    assert found.codes("trust") == {"trust.passed"}
    assert found.codes("status") == {"status.snapshot"}
    assert len(left.document["blocks"][0]["contracts"][0]["anchors"]) == 3  # and the DID document
    assert "not known" in found.result["headline"]


def test_where_there_is_no_network_at_all(left, registry, check_alone) -> None:
    found = check_alone(left.bundle, "--block-hash", left.block_hash, "--registry", registry)
    assert (found.code, found.verdict) == (VERIFIED, "VERIFIED"), found.err


def test_a_list_of_trusted_blocks_does_as_well(left, registry, check, tmp_path) -> None:
    entry = {"chain_id": 11155111, "number": left.block_number, "hash": left.block_hash}
    listed = tmp_path / "blocks.json"
    listed.write_text(json.dumps({"name": "A network", "checkpoints": [entry]}), "utf-8")
    found = check(left.bundle, "--checkpoints", listed, "--registry", registry)
    assert found.verdict == "VERIFIED"
    entry["number"] += 1
    listed.write_text(json.dumps({"checkpoints": [entry]}), "utf-8")
    found = check(left.bundle, "--checkpoints", listed, "--registry", registry)
    assert found.code == WRONG_USE
    assert "checkpoints.invalid" in found.err


def test_a_digest_and_a_contract_do_without_a_registry(left, check) -> None:
    known = ["--block-hash", left.block_hash, "--did-document-sha256", left.digest]
    found = check(left.bundle, *known, "--anchor-contract", left.contract)
    assert found.verdict == "VERIFIED"
    found = check(left.bundle, *known)
    assert found.verdict == "UNDECIDED"
    assert found.codes("anchor") == {"anchor.not-proven"}


def test_another_hash(left, registry, check) -> None:
    found = check(left.bundle, "--block-hash", f"0x{'ab' * 32}", "--registry", registry)
    assert (found.code, found.verdict) == (UNDECIDED, "UNDECIDED")
    assert left.block_hash in found.result["sentence"] + " ".join(found.result["reasons"])


def test_a_hash_of_another_chain(left, registry, check) -> None:
    found = check(left.bundle, "--block-hash", f"1={left.block_hash}", "--registry", registry)
    assert found.verdict == "UNDECIDED"


def test_nothing_given(left, check) -> None:
    found = check(left.bundle)
    assert found.verdict == "UNDECIDED"
    assert found.codes("bundle") == {"bundle.keys-unknown"}
    assert left.digest in found.result["remedy"]


def test_a_school_of_the_same_name_with_another_account(left, check, tmp_path) -> None:
    registry = left.registry(tmp_path / "r.json", anchorAccounts=[f"0x{'12' * 20}"])
    found = check(left.bundle, "--block-hash", left.block_hash, "--registry", registry)
    assert found.verdict == "UNDECIDED"
    assert found.codes("bundle") == {"bundle.keys-unknown"}


CHANGES = {
    "a level": lambda it: it["credentials"][0]["credentialSubject"]["result"][0].update(
        achievedLevel="https://school.example/other"
    ),
    "a name": lambda it: it["credentials"][0].update(name="Another name"),
    "the profile": lambda it: it["documents"][0].update(content="{}"),
    "a DID document": lambda it: it["didDocuments"].__setitem__(0, it["didDocuments"][0] + " "),
    "a credential left out": lambda it: it["credentials"].pop(),
    "the date": lambda it: it.update(created="2026-01-01T00:00:00Z"),
    "a proof left out": lambda it: it["blocks"][0]["contracts"][0]["anchors"].pop(0),
    "a node": lambda it: it["blocks"][0]["contracts"][0]["accountProof"].pop(),
    "the header": lambda it: it["blocks"][0].update(header=it["blocks"][0]["header"] + "00"),
    "the school's signature": lambda it: it["proof"].update(proofValue="z" + "1" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_part(change, left, registry, check, tmp_path) -> None:
    path = changed(left, tmp_path, change)
    found = check(path, "--block-hash", left.block_hash, "--registry", registry)
    assert found.code in (REFUSED, UNDECIDED)
    assert found.verdict != "VERIFIED"
    assert found.codes("bundle") & {"bundle.altered", "bundle.proof-wrong", "bundle.keys-unknown"}


def test_a_bundle_that_was_opened_and_saved(left, registry, check, tmp_path) -> None:
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(left.document, indent=2), "utf-8")
    found = check(path, "--block-hash", left.block_hash, "--registry", registry)
    assert found.code == UNDECIDED
    assert found.result["error"]["code"] == "bundle.malformed"


def test_what_is_trusted_is_asked_offline_only(left, capfd) -> None:
    code = run(["check", str(left.bundle), "--block-hash", left.block_hash])
    assert code == WRONG_USE
    assert "--offline" in capfd.readouterr().err


def test_without_the_word_offline_it_is_no_credential(left, capfd) -> None:
    assert run(["check", str(left.bundle)]) == UNDECIDED
    assert "--offline" in capfd.readouterr().out


def test_it_holds_nothing_about_the_person_that_the_credentials_do_not(left) -> None:
    document = left.document
    inside = json.dumps(document.pop("credentials"))
    names = {"Abara", "Delgado", "Nguyen", "hp-learner"}
    rest = json.dumps(document)
    assert not [name for name in names if name in rest]
    assert document["subject"] in inside


def test_a_person_reads_what_it_means(left, registry, capfd) -> None:
    known = ["--block-hash", left.block_hash, "--registry", str(registry)]
    assert run(["check", "--offline", str(left.bundle), *known]) == VERIFIED
    said = " ".join(capfd.readouterr().out.split())
    assert "VERIFIED" in said
    assert "what was withdrawn since is not known" in said
