"""The trust registry file, and what the environment says."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keys.errors import DidMethodUnsupported
from keys.insecure import InsecureLoopbackWarning
from schemas.errors import TouchstoneError
from verifier.errors import AddressRefused, DocumentMalformed, RegistryInvalid, SettingInvalid
from verifier.fetch.dids import DidDocuments
from verifier.fetch.doors import open_ports
from verifier.fetch.registry import FileRegistry
from verifier.policy import DEFAULT
from verifier.settings import VerifierSettings, parse_rpc


def registry(tmp_path, content):
    path = tmp_path / "registry.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return FileRegistry.from_file(path)


def test_a_registry(tmp_path):
    found = registry(
        tmp_path,
        {
            "name": "The network",
            "issuers": [
                {"did": "did:web:a.example", "name": "A", "listedSince": "2026-01-01T00:00:00Z"},
                {"did": "did:web:b.example", "name": "B"},
            ],
        },
    )
    assert found.name == "The network"
    assert found.find("did:web:a.example").listed_since == datetime(2026, 1, 1, tzinfo=UTC)
    assert found.find("did:web:b.example").name == "B"
    assert found.find("did:web:c.example") is None


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        {},
        {"name": "N"},
        {"issuers": []},
        {"name": "N", "issuers": {}},
        {"name": "N", "issuers": ["did:web:a.example"]},
        {"name": "N", "issuers": [{"did": "a.example", "name": "A"}]},
        {"name": "N", "issuers": [{"did": "did:web:a.example"}]},
        {"name": "N", "issuers": [{"did": "did:web:a.b", "name": "A", "listedSince": "2026"}]},
    ],
)
def test_a_registry_that_cannot_be_read(tmp_path, content):
    with pytest.raises(RegistryInvalid, match=r"registry\.json"):
        registry(tmp_path, content)


def test_no_registry_file(tmp_path):
    with pytest.raises(RegistryInvalid):
        FileRegistry.from_file(tmp_path / "none.json")


def test_the_environment():
    read = VerifierSettings.from_environment
    assert read({}) == VerifierSettings()
    assert read({}).policy is DEFAULT
    assert not read({}).insecure_loopback
    settings = read(
        {
            "TOUCHSTONE_RPC": "11155111=http://127.0.0.1:8545 1=https://node.example/?a=b",
            "TOUCHSTONE_REGISTRY": "r.json",
            "INSECURE_LOOPBACK": "1",
        }
    )
    assert settings.rpc == {11155111: "http://127.0.0.1:8545", 1: "https://node.example/?a=b"}
    assert settings.registry == Path("r.json")
    assert settings.insecure_loopback


@pytest.mark.parametrize("item", ["1", "=x", "one=https://a", "1=", "-1=https://a"])
def test_a_node_that_is_not_named_rightly(item):
    with pytest.raises(SettingInvalid):
        parse_rpc([item])


def test_a_switch_that_is_neither_on_nor_off():
    with pytest.raises(SettingInvalid):
        VerifierSettings.from_environment({"INSECURE_LOOPBACK": "maybe"})


def test_the_switch_is_loud():
    with pytest.warns(InsecureLoopbackWarning):
        open_ports(VerifierSettings(insecure_loopback=True))


def test_without_the_switch_it_is_quiet():
    assert open_ports(VerifierSettings()).trust is None


class Pages:
    def __init__(self, pages):
        self.pages = pages

    def fetch(self, url, *, max_bytes):
        return self.pages[url]


def test_dids(simulator):
    key = simulator.Learner().did
    pages = Pages(
        {
            "https://a.example/.well-known/did.json": b'{"id": "did:web:a.example"}',
            "https://a.example/b/did.json": b"no json",
            "http://127.0.0.1:8000/.well-known/did.json": b"{}",
        }
    )
    dids = DidDocuments(pages)
    assert dids.resolve(key)["id"] == key
    assert dids.resolve("did:web:a.example") == {"id": "did:web:a.example"}
    with pytest.raises(DocumentMalformed):
        dids.resolve("did:web:a.example:b")
    with pytest.raises(DidMethodUnsupported):
        dids.resolve("did:ion:abc")
    with pytest.raises(TouchstoneError):
        dids.resolve("a.example")


def test_a_did_of_this_machine_needs_the_switch():
    pages = Pages({"http://127.0.0.1:8000/.well-known/did.json": b"{}"})
    with pytest.raises(AddressRefused):
        DidDocuments(pages).resolve("did:web:127.0.0.1%3A8000")
    assert DidDocuments(pages, insecure_loopback=True).resolve("did:web:127.0.0.1%3A8000") == {}
