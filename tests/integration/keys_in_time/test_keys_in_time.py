"""Minting, rotating, minting, a key in other hands: what stands and what falls, from outside.

A real local chain, the issuer's own commands, its site, and the verifier's own command.
"""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from credentials.proofs import eddsa_rdfc_2022
from credentials.proofs.data_integrity import options
from credentials.proofs.unsecured import Unsecured
from keys.signers import open_signer

PASSPHRASE = "correct horse battery staple"
Check = Callable[..., Any]


def stamp(moment: datetime) -> str:
    """A moment as the command line takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wait_until(moment: datetime) -> None:
    """The clock of a busy local chain is a few seconds ahead of ours."""
    while datetime.now(UTC) <= moment:
        time.sleep(0.2)


def trusting(folder: Path) -> Path:
    """A reader's policy that takes a signature's own date for a retired key."""
    policy = folder / "trusting.toml"
    policy.write_text("trust_signing_date = true\n")
    return policy


def forged(genuine: Path, key_file: Path, method: str, created: datetime) -> list[Path]:
    """What a thief of the key makes of a genuine credential: other content, an old date."""
    document = json.loads(genuine.read_text("utf-8"))
    anchor = document.pop("proof")[0]
    document["name"] = "A diploma that nobody earned"
    signer = open_signer(f"file:{key_file}", PASSPHRASE)
    made = options(eddsa_rdfc_2022.CRYPTOSUITE, method, created)
    proof = eddsa_rdfc_2022.create(Unsecured(document), made, signer.sign)
    target = genuine.with_name("forged.json")
    target.write_text(json.dumps({**document, "proof": proof}), "utf-8")
    with_anchor = genuine.with_name("forged-with-anchor.json")
    with_anchor.write_text(json.dumps({**document, "proof": [anchor, proof]}), "utf-8")
    return [target, with_anchor]


def verdicts(found: list[Any]) -> set[str]:
    """The verdicts that were given."""
    return {one.verdict for one in found}


@pytest.mark.slow
def test_what_a_key_signed_in_its_time_stands_and_what_came_after_its_theft_falls(
    school: Any, check: Check, tmp_path: Path
) -> None:
    first = school.mint_some()
    with school.served() as node:
        assert verdicts(check(first, node)) == {"VERIFIED"}

    said = school.issuer("keys", "rotate")
    assert "key-2 signs from now on" in said.out
    second = school.mint_some()
    third = school.mint_some()
    with school.served() as node:
        assert verdicts(check([*first, *second, *third], node)) == {"VERIFIED"}
        old, new = check([first[0], second[0]], None)
        assert ("issuer.key-retired-open" in old.codes, old.verdict) == (True, "UNDECIDED")
        assert "issuer.passed" in new.codes
        (trusted,) = check(first[:1], None, "--policy", str(trusting(tmp_path)))
        assert ("issuer.passed" in trusted.codes, trusted.verdict) == (True, "UNDECIDED")

    _, middle, last = school.anchored()
    assert middle < last
    wait_until(last)
    said = school.issuer("keys", "compromised", "key-2", "--since", stamp(last))
    assert "Withdraw them" in said.out
    stolen = school.home / "keys" / "signing-2.jwe"
    method = f"{school.settings.did}#key-2"
    fakes = forged(second[0], stolen, method, middle - timedelta(seconds=1))
    with school.served() as node:
        assert verdicts(check([*first, *second], node)) == {"VERIFIED"}
        for found in check([*third, *fakes], node):
            assert (found.verdict, found.codes) == ("REFUSED", {"issuer.key-compromised"})
        for found in check(fakes, node, "--policy", str(trusting(tmp_path))):
            assert found.verdict == "REFUSED"
        (unasked,) = check(second[:1], None, "--policy", str(trusting(tmp_path)))
        assert unasked.verdict == "UNDECIDED"
        assert "issuer.key-compromised-open" in unasked.codes
        _check_published(school)
    fourth = school.mint_some()
    with school.served() as node:
        assert verdicts(check(fourth, node)) == {"VERIFIED"}


def _check_published(school: Any) -> None:
    """The DID document, its versions and their anchors, as anybody reads them."""
    base = f"http://127.0.0.1:{school.port}"
    newest = httpx.get(f"{base}/.well-known/did.json", trust_env=False)
    methods = {one["id"].rpartition("#")[2]: one for one in newest.json()["verificationMethod"]}
    listed = {one.rpartition("#")[2] for one in newest.json()["assertionMethod"]}
    assert set(methods) == {"key-1", "key-2", "key-3", "ethereum-1"}
    assert listed == {"key-1", "key-3", "ethereum-1"}
    assert ("expires" in methods["key-1"], "revoked" in methods["key-1"]) == (True, False)
    assert ("expires" in methods["key-2"], "revoked" in methods["key-2"]) == (False, True)
    versions = httpx.get(f"{base}/.well-known/did/versions.json", trust_env=False).json()
    assert [one["version"] for one in versions["versions"]] == [1, 2, 3]
    for one in versions["versions"]:
        content = httpx.get(one["url"], trust_env=False).content
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert one["anchor"]["transaction"].startswith("0x")
    assert content == newest.content
    missing = httpx.get(f"{base}/.well-known/did/versions/4.json", trust_env=False)
    assert (missing.status_code, missing.json()["code"]) == (404, "identity.unknown-version")


@pytest.mark.slow
def test_an_account_is_rotated_and_then_found_to_have_been_in_other_hands(
    school: Any, check: Check
) -> None:
    first = school.mint_some()
    said = school.issuer("keys", "rotate-account")
    assert "anchors from now on" in said.out
    second = school.mint_some()
    with school.served() as node:
        assert verdicts(check([*first, *second], node)) == {"VERIFIED"}
    before, after = school.anchored()
    assert before < after
    wait_until(after)
    school.issuer("keys", "compromised", "ethereum-2", "--since", stamp(after))
    with school.served() as node:
        assert verdicts(check(first, node)) == {"VERIFIED"}
        for found in check(second, node):
            assert (found.verdict, "anchor.wrong" in found.codes) == ("REFUSED", True)
    rows = {row["name"]: row for row in school.issuer("keys", "list", "--json").rows}
    assert rows["ethereum-1"]["in_other_hands_since"] is None
    assert rows["ethereum-2"]["in_other_hands_since"] == stamp(after)
    assert rows["ethereum-3"]["until"] is None
    third = school.mint_some()
    with school.served() as node:
        assert verdicts(check(third, node)) == {"VERIFIED"}
