"""The command for suites that drive a command line: vc+jwt and vp+jwt in files."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keys.kinds import KeyKind
from keys.signers.private_key import generate, private_jwk, public_key_of

KINDS = [KeyKind.P256, KeyKind.P384, KeyKind.P521, KeyKind.ED25519]
SLOW = pytest.mark.slow
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, repository: Path) -> Run:
    """Runs the command on a text; exit code and output."""

    def call(command: str, key: dict[str, Any], text: str, *more: str) -> tuple[int, str]:
        files = {"key": json.dumps(key), "input": text, "output": ""}
        for name, content in files.items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        arguments = [f"--{name}={tmp_path / name}" for name in files]
        done = subprocess.run(
            [sys.executable, "-m", "conformance.jose", command, *arguments, *more],
            cwd=repository,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, (tmp_path / "output").read_text(encoding="utf-8")

    return call


def a_key(kind: KeyKind) -> dict[str, Any]:
    key = generate(kind)
    return {**private_jwk(key, public_key_of(key, kind)), "kid": "key"}


def public(key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if name != "d"}


@pytest.mark.parametrize("kind", [KINDS[0], *(pytest.param(one, marks=SLOW) for one in KINDS[1:])])
def test_a_credential_is_signed_and_verified(kind: KeyKind, run: Run, credential: Any) -> None:
    key, document = a_key(kind), credential(issuer="https://example.org/issuer")
    code, token = run("sign", key, json.dumps(document))
    assert (code, token.count(".")) == (0, 2)
    code, found = run("verify", public(key), token, "--type", "vc+jwt")
    assert (code, json.loads(found)) == (0, document)
    assert run("verify", public(key), token, "--type", "vp+jwt")[0] == 1
    assert run("verify", public(a_key(kind)), token)[0] == 1
    head, body, signature = token.split(".")
    letter = "A" if signature[5] != "A" else "B"
    changed = f"{head}.{body}.{signature[:5]}{letter}{signature[6:]}"
    assert run("verify", public(key), changed)[0] == 1


def test_a_presentation_is_signed_and_verified(run: Run, credential: Any) -> None:
    key = a_key(KeyKind.ED25519)
    document = credential(issuer="https://example.org/issuer")
    token = run("sign", key, json.dumps(document))[1]
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }
    presentation = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": "https://example.org/holder",
        "verifiableCredential": [envelope],
    }
    code, made = run("sign", key, json.dumps(presentation), "--type", "vp+jwt")
    assert code == 0
    assert json.loads(run("verify", public(key), made)[1]) == presentation
    unsecured = {**presentation, "verifiableCredential": [document]}
    assert run("sign", key, json.dumps(unsecured))[0] == 1
    no_envelope = {**envelope, "id": "not-a-credential"}
    wrong = {**presentation, "verifiableCredential": [no_envelope]}
    assert run("sign", key, json.dumps(wrong))[0] == 1


def test_it_speaks_as_the_w3c_suite_reads(run: Run, credential: Any) -> None:
    key = a_key(KeyKind.P384)
    method = {
        "id": "did:example:vc-jose-cose#key-2",
        "type": "JsonWebKey",
        "controller": "did:example:vc-jose-cose",
        "publicKeyJwk": public(key),
        "secretKeyJwk": key,
    }
    document = json.dumps(credential(issuer="https://example.org/issuer"))
    code, answer = run("issue", method, document, "--feature", "credential_jose")
    assert (code, json.loads(answer)["result"]) == (0, "success")
    token = json.loads(answer)["data"]
    code, answer = run("verify", method, token, "--feature", "credential_jose")
    assert (code, json.loads(answer)["result"]) == (0, "success")
    code, answer = run("verify", method, token, "--feature", "presentation_jose")
    assert (code, json.loads(answer)["result"]) == (1, "failure")
    code, answer = run("issue", method, document, "--feature", "credential_cose")
    assert (code, json.loads(answer)["result"]) == (0, "indeterminate")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"type": "VerifiableCredential"}'])
def test_what_is_no_credential_is_not_signed(text: str, run: Run) -> None:
    assert run("sign", a_key(KeyKind.P256), text) == (1, "")


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "{}", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_does_not_verify(text: str, run: Run) -> None:
    assert run("verify", public(a_key(KeyKind.P256)), text) == (1, "")


@pytest.mark.parametrize("key", [{}, {"kty": "EC"}, {"publicKeyJwk": 5}, {"kty": "oct", "k": "AA"}])
def test_what_is_no_key_signs_nothing(key: dict[str, Any], run: Run, credential: Any) -> None:
    document = json.dumps(credential(issuer="https://example.org/issuer"))
    assert run("sign", key, document)[0] in {1, 2}


def test_a_public_key_signs_nothing(run: Run, credential: Any) -> None:
    document = json.dumps(credential(issuer="https://example.org/issuer"))
    assert run("sign", public(a_key(KeyKind.P256)), document)[0] == 1
