"""What the issuer does besides: where it stops, what it writes, and that it says the same twice."""

import json
from dataclasses import replace
from types import SimpleNamespace

import jsonschema
import pytest
from typer import BadParameter

from contracts.credential_anchor import CODE_HASHES
from credentials.errors import StructureInvalid
from credentials.models.bundle import read_bundle
from credentials.models.json_schemas import json_schema
from issuer.bundle.chain_proofs import prove
from issuer.bundle.errors import (
    AnchoredElsewhere,
    BundleBlockMissing,
    BundleUnwritable,
    NotInBlockYet,
    StatusListForeign,
)
from issuer.bundle.service import _list_number, _needed_versions, default_block, write_bundle
from issuer.commands.bundling import _block
from verifier.bundle.anchors import prove_anchors
from verifier.bundle.reading import parse_bundle


@pytest.fixture
def sent(school):
    """What the school sent so far, its DID document first."""
    return list(school.wallet.sent.values())


def test_an_anchor_of_another_chain(sent, client):
    with pytest.raises(AnchoredElsewhere, match="chain 1,"):
        prove([replace(sent[0], chain_id=1)], client, "latest")


def test_a_block_that_is_not_there(sent, client):
    with pytest.raises(BundleBlockMissing):
        prove(sent[:1], client, 10**9)


def test_an_anchor_that_is_younger_than_the_block(sent, school, client):
    before = client.block("latest").number
    younger = school.wallet.sent[school.write(b"\x77" * 32)]
    with pytest.raises(NotInBlockYet, match=f"block {before}"):
        prove([*sent, younger], client, before)
    optional = replace(younger, required=False)
    assert prove([optional], client, before).proof.contracts == []
    assert prove([optional], client, "latest").roots == {younger.root}


def test_a_node_that_proves_another_block(sent, client):
    class Inconsistent:
        """A node that was reorganised between two questions."""

        chain_id = client.chain_id

        def block(self, number_or_tag):
            block = client.block(number_or_tag)
            return replace(block, header={**block.header, "stateRoot": "0x" + "11" * 32})

        def proof(self, *asked):
            return client.proof(*asked)

    with pytest.raises(BundleBlockMissing, match="changed while"):
        prove(sent[:1], Inconsistent(), "latest")


def test_more_anchors_than_a_node_is_asked_for_at_once(sent, client, monkeypatch):
    monkeypatch.setattr("issuer.bundle.chain_proofs.MAX_SLOTS", 1)
    proven = prove(sent, client, "latest")
    assert len(proven.proof.contracts[0].anchors) == len(sent)


def test_the_same_parts_make_the_same_bytes(school):
    credential, moment = school.issue(), school.wallet.client.block("latest").time
    assert school.bundle([credential], at=moment) == school.bundle([credential], at=moment)


def test_a_file_is_written_whole_and_for_its_owner(tmp_path):
    path = tmp_path / "bundle.json"
    path.write_bytes(b"an older one")
    write_bundle(b"{}", path)
    assert path.read_bytes() == b"{}"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in tmp_path.iterdir()] == ["bundle.json"]
    for nowhere in (tmp_path / "none" / "bundle.json", tmp_path):
        with pytest.raises(BundleUnwritable):
            write_bundle(b"{}", nowhere)
    assert [it.name for it in tmp_path.iterdir()] == ["bundle.json"]


def test_which_block_is_meant():
    assert [_block(it) for it in (None, "finalized", "safe", "latest", "12")] == [
        None,
        "finalized",
        "safe",
        "latest",
        12,
    ]
    for text in ("", "pending", "-1", "0x10", "twelve"):
        with pytest.raises(BadParameter):
            _block(text)
    assert default_block(SimpleNamespace(uses_local_chain=True)) == "latest"
    assert default_block(SimpleNamespace(uses_local_chain=False)) == "finalized"


def test_only_lists_of_the_school_are_copied():
    settings = SimpleNamespace(base_url="https://school.example")
    assert _list_number(settings, "https://school.example/status/3") == 3
    for url in ("https://other.example/status/3", "https://school.example/status/03", "None", ""):
        with pytest.raises(StatusListForeign):
            _list_number(settings, url)


def test_the_documents_that_are_needed():
    def version(number, *methods):
        return SimpleNamespace(version=number, document=json.dumps(methods))

    def signed(method):
        return {"proof": {"verificationMethod": method}}

    versions = [version(1, "did#a"), version(2, "did#a", "did#b"), version(3, "did#b", "did#c")]

    def needed(*methods):
        return [it.version for it in _needed_versions(versions, map(signed, methods))]

    assert needed("did#b") == [3]
    assert needed("did#a", "did#b") == [2, 3]
    assert needed("did#unknown") == [3]


def test_the_schema_says_what_the_model_says(data):
    document = json.loads(data)
    validator = jsonschema.Draft202012Validator(json_schema("bundle.json"))
    validator.validate(document)
    for wrong in (
        {**document, "extra": 1},
        {**document, "version": "1"},
        {**document, "credentials": []},
        {**document, "created": "yesterday"},
        {**document, "blocks": [{"header": "0xZZ", "contracts": []}]},
        {name: it for name, it in document.items() if name != "proof"},
    ):
        assert not validator.is_valid(wrong)
        with pytest.raises(StructureInvalid):
            read_bundle(wrong)


def test_the_proofs_that_are_made_are_the_proofs_that_are_read(data, sent):
    found = prove_anchors(parse_bundle(data)[0])
    assert {it.transaction.root for it in found} <= {it.root for it in sent}
    assert all(it.at is not None for it in found)
    assert CODE_HASHES
