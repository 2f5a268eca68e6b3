"""What is checked in is what the compiler makes of the source, and a difference is seen."""

import hashlib
import sys
from pathlib import Path

import pytest

from contracts import artifacts
from contracts import compile as compiler
from contracts.errors import ArtifactDamaged

SOURCES = Path(compiler.__file__).parent / "src"


def test_check_accepts_the_checked_in_files(capsys):
    assert compiler.main(["--check"]) == 0
    assert capsys.readouterr().out == ""


def test_check_names_the_file_that_differs_and_writes_nothing(monkeypatch, capsys):
    outputs = compiler.compile_contract("CredentialAnchor")
    path = next(path for path in outputs if path.parent.name == "abi")
    before = path.read_text()
    monkeypatch.setattr(compiler, "compile_contract", lambda _: {path: before + " "})
    assert compiler.main(["--check"]) == 1
    assert capsys.readouterr().out == "differs: contracts/abi/CredentialAnchor.json\n"
    assert path.read_text() == before


def test_without_the_compiler_the_error_has_a_code_and_a_remedy(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "vyper", None)
    assert compiler.main(["--check"]) == 1
    assert "error[contract.compiler-missing]" in capsys.readouterr().err


def test_the_artifact_carries_code_abi_and_the_digest_of_its_source():
    artifact = artifacts.credential_anchor()
    sources = [SOURCES / "CredentialAnchor.vy", SOURCES / "interfaces" / "ICredentialAnchor.vyi"]
    assert (
        artifact.source_sha256
        == hashlib.sha256(b"".join(s.read_bytes() for s in sources)).hexdigest()
    )
    assert artifact.runtime in artifact.bytecode
    assert {entry.get("name", entry["type"]) for entry in artifact.abi} == {
        "Anchored",
        "fallback",
        "constructor",
        "anchoredAt",
    }


def test_an_unknown_contract_is_a_typed_error():
    with pytest.raises(ArtifactDamaged):
        artifacts.load("NoSuchContract")
