"""Who may have something signed: whoever brings a token that the school made, and nobody else."""

import hashlib
import json
import os
import stat
from typing import Any

import pytest

PROTECTED = [
    ("POST", "/credentials/issue"),
    ("POST", "/profiles/eddsa-rdfc-2022/credentials/issue"),
    ("POST", "/profiles/nonsense/credentials/issue"),
    ("POST", "/credentials/derive"),
    ("POST", "/credentials/status"),
    ("PUT", "/credentials/status"),
]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nothing_is_signed_without_a_token(
    method: str, path: str, serve: Any, new_token: Any, body: dict[str, Any]
) -> None:
    token = new_token()
    with serve() as client:
        for headers in (
            {},
            bearer("wrong"),
            bearer(token[:-1]),
            bearer(f"{token}x"),
            {"Authorization": token},
            {"Authorization": f"Basic {token}"},
            {"Authorization": "Bearer"},
            bearer("a" * 5000),
        ):
            answer = client.request(method, path, json=body, headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["www-authenticate"].startswith('Bearer realm="vc-api"')
            assert answer.json()["code"] == "vc-api.token"
        assert client.request(method, path, json=body, headers=bearer(token)).status_code != 401


def test_a_token_is_good_until_it_is_revoked(
    serve: Any, new_token: Any, body: dict[str, Any], school: Any, capfd: Any
) -> None:
    with serve() as client:
        token = new_token()  # while the service runs
        issue = lambda: client.post("/credentials/issue", json=body, headers=bearer(token))  # noqa: E731
        assert issue().status_code == 201
        assert school.run("token", "list", "--json") == os.EX_OK
        out = capfd.readouterr().out
        assert token not in out
        listed = json.loads(out)
        assert [row["note"] for row in listed] == ["a test"]
        assert school.run("token", "revoke", listed[0]["id"]) == os.EX_OK
        assert issue().status_code == 401
    assert school.run("token", "revoke", listed[0]["id"]) == 1
    assert "error[vc-api.unknown-token]" in capfd.readouterr().err


def test_only_its_hash_is_kept_and_only_for_its_owner(school: Any, new_token: Any) -> None:
    token = new_token()
    kept = school.home / "api-tokens.json"
    assert token not in kept.read_text(encoding="utf-8")
    assert hashlib.sha256(token.encode()).hexdigest() in kept.read_text(encoding="utf-8")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert len(token) > 40


def test_a_hash_can_come_from_the_environment(
    serve: Any, body: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"made elsewhere").hexdigest()
    with serve() as client:
        headers = bearer("made elsewhere")
        assert client.post("/credentials/issue", json=body, headers=headers).status_code == 401
        monkeypatch.setenv("TOUCHSTONE_API_TOKEN_SHA256", f"{'0' * 64} {digest.upper()}")
        assert client.post("/credentials/issue", json=body, headers=headers).status_code == 201


def test_a_damaged_file_of_tokens_admits_nobody(
    serve: Any, body: dict[str, Any], new_token: Any, school: Any
) -> None:
    token = new_token()
    (school.home / "api-tokens.json").write_text("{", encoding="utf-8")
    with serve() as client:
        answer = client.post("/credentials/issue", json=body, headers=bearer(token))
        assert answer.status_code == 503
        assert answer.json()["code"] == "vc-api.token-file"
