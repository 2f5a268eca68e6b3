"""The whole road through the command line, and what stands in its way, in sentences."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from credentials.models import check_credential

Issuer = Callable[..., Any]


def credentials_of(issuer: Issuer, home: Path) -> list[dict[str, Any]]:
    """The listing as JSON."""
    rows: list[dict[str, Any]] = issuer("credentials", "--json", "--home", home).rows
    return rows


def test_every_mastered_judgment_is_minted_once(issuer: Issuer, minted_once: Path) -> None:
    judgments = issuer("judgments", "--json", "--home", minted_once).rows
    mastered = [one for one in judgments if one["mastered"]]
    rows = credentials_of(issuer, minted_once)
    assert len(rows) == len(mastered) > 0
    assert {row["standing"] for row in rows} == {"released"}
    [batch] = issuer("batches", "--json", "--home", minted_once).rows
    assert batch["credentials"] == len(rows)
    assert batch["state"] == "released"
    assert batch["transaction"].startswith("0x")


def test_minting_again_says_that_nothing_is_new(issuer: Issuer, minted: Path) -> None:
    before = credentials_of(issuer, minted)
    said = issuer("mint", "--home", minted)
    assert (said.code, said.out.split(":")[0]) == (0, "Nothing new to mint")
    assert credentials_of(issuer, minted) == before
    assert len(issuer("batches", "--json", "--home", minted).rows) == 1


def test_importing_again_says_that_nothing_changed(
    issuer: Issuer, minted: Path, sample: Path
) -> None:
    for kind, path in [
        ("case", sample / "framework.json"),
        ("oneroster", sample / "oneroster"),
        ("evidence", sample / "evidence.csv"),
    ]:
        said = issuer("import", kind, path, "--home", minted)
        assert said.code == 0
        assert "nothing changed" in said.out


def test_every_listing_has_json(issuer: Issuer, minted_once: Path) -> None:
    for listing in ("frameworks", "learners", "judgments", "credentials", "batches"):
        assert issuer(listing, "--json", "--home", minted_once).rows
        assert issuer(listing, "--home", minted_once).code == 0


@pytest.mark.parametrize("by", ["sourced_id", "id", "name"])
def test_a_learner_takes_their_credentials_away(
    issuer: Issuer, minted_once: Path, tmp_path: Path, by: str
) -> None:
    row = credentials_of(issuer, minted_once)[0]
    people = issuer("learners", "--json", "--home", minted_once).rows
    learner = next(one for one in people if one["id"] == row["learner_id"])
    said = issuer("export", learner[by], tmp_path / "out", "--home", minted_once)
    assert said.code == 0, said.err
    own = {
        one["id"]
        for one in credentials_of(issuer, minted_once)
        if one["learner_id"] == learner["id"]
    }
    documents = [json.loads(path.read_text()) for path in (tmp_path / "out").iterdir()]
    assert {document["id"] for document in documents} == own
    for document in documents:
        check_credential(document)
        suites = [proof["cryptosuite"] for proof in document["proof"]]
        assert suites == ["merkle-proof-2019", "eddsa-rdfc-2022"]


def with_cells(path: Path, **cells: str) -> None:
    """Write the same cells into every row of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for row in rows:
            suffix = {"sourcedId": f"{row['sourcedId']}-more"} if "note" in cells else {}
            writer.writerow(row | cells | suffix)


def test_notes_and_comments_stay_at_school_and_titles_go_along(
    issuer: Issuer, judged: Path, sample: Path, tmp_path: Path
) -> None:
    """What a teacher notes about a child is for the school alone."""
    theirs = Path(shutil.copytree(sample, tmp_path / "theirs"))
    anew = {"corrects": "", "secondRatingOf": ""}
    with_cells(theirs / "evidence.csv", note="MARK-OF-A-NOTE", title="MARK-OF-A-TITLE", **anew)
    with_cells(theirs / "oneroster" / "results.csv", comment="MARK-OF-A-COMMENT")
    assert issuer("import", "evidence", theirs / "evidence.csv", "--home", judged).code == 0
    assert issuer("import", "oneroster", theirs / "oneroster", "--home", judged).code == 0
    assert issuer("judge", "--home", judged).code == 0
    assert issuer("mint", "--home", judged).code == 0
    database = b"".join(part.read_bytes() for part in judged.glob("touchstone.db*"))
    assert b"MARK-OF-A-NOTE" in database
    assert b"MARK-OF-A-COMMENT" in database
    for learner in {row["learner"] for row in credentials_of(issuer, judged)}:
        assert issuer("export", learner, tmp_path / "files", "--home", judged).code == 0
    texts = [path.read_text(encoding="utf-8") for path in (tmp_path / "files").glob("*.json")]
    assert len(texts) == len(credentials_of(issuer, judged)) > 0
    assert any("MARK-OF-A-TITLE" in text for text in texts)
    assert not [text for text in texts if "MARK-OF-A-NOTE" in text or "MARK-OF-A-COMMENT" in text]


def test_an_unknown_learner_is_an_error_and_leaves_no_directory(
    issuer: Issuer, minted_once: Path, tmp_path: Path
) -> None:
    said = issuer("export", "nobody", tmp_path / "out", "--home", minted_once)
    assert said.code == 1
    assert "error[issuer.not-found]" in said.err
    assert not (tmp_path / "out").exists()


def test_a_credential_is_withdrawn_by_the_beginning_of_its_id(issuer: Issuer, minted: Path) -> None:
    first = credentials_of(issuer, minted)[0]["id"]
    said = issuer("revoke", first[9:20], "--reason", "Judged in error", "--home", minted)
    assert said.code == 0, said.err
    rows = {row["id"]: row for row in credentials_of(issuer, minted)}
    assert rows[first]["standing"] == "withdrawn"
    assert rows[first]["reason"] == "Judged in error"
    assert sum(row["standing"] == "withdrawn" for row in rows.values()) == 1
    again = issuer("revoke", first, "--reason", "Once more", "--home", minted)
    assert again.code == 0
    assert "already withdrawn" in again.out


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("urn:uuid:", "minting.unknown-credential"),
        ("zzz", "minting.unknown-credential"),
        ("%", "minting.unknown-credential"),
    ],
)
def test_withdrawing_what_is_not_there_changes_nothing(
    issuer: Issuer, minted: Path, identifier: str, code: str
) -> None:
    said = issuer("revoke", identifier, "--reason", "why", "--home", minted)
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert all(row["revoked_at"] is None for row in credentials_of(issuer, minted))


def test_minting_with_a_wrong_passphrase(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("TOUCHSTONE_PASSPHRASE", "not the right passphrase")
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert "error[signer.wrong-passphrase]" in said.err
    assert "Traceback" not in said.err
    assert issuer("batches", "--json", "--home", judged).rows == []


def test_minting_without_a_passphrase(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.delenv("TOUCHSTONE_PASSPHRASE")
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert "error[settings.no-passphrase]" in said.err


@pytest.mark.parametrize(
    ("name", "code"),
    [("signing-1.jwe", "signer.no-key"), ("ethereum-1.json", "anchoring.no-account")],
)
def test_minting_without_a_key(issuer: Issuer, judged: Path, name: str, code: str) -> None:
    (judged / "keys" / name).unlink()
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert issuer("batches", "--json", "--home", judged).rows == []


@pytest.mark.parametrize("emptied", [True, False], ids=["empty", "gone"])
def test_a_lost_database_is_not_taken_for_a_new_one(
    issuer: Issuer, judged: Path, emptied: bool
) -> None:
    for part in judged.glob("touchstone.db*"):
        part.unlink()
    if emptied:
        (judged / "touchstone.db").touch()
    for command in ("batches", "judge", "mint"):
        said = issuer(command, "--home", judged)
        assert (said.code, said.out) == (1, "")
        assert "error[database.cannot-open]" in said.err
        assert "touchstone.db" in said.err
    assert (judged / "touchstone.db").exists() == emptied


def test_minting_with_another_schools_key(
    issuer: Issuer, judged: Path, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    from keys.signers import file  # noqa: PLC0415

    (judged / "keys" / "signing-1.jwe").unlink()
    file.create(judged / "keys" / "signing-1.jwe", "correct horse battery staple")
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert "error[identity.wrong-key]" in said.err


def test_minting_with_another_schools_account(issuer: Issuer, judged: Path) -> None:
    from issuer.anchoring.account import EthereumAccount  # noqa: PLC0415

    keystore = judged / "keys" / "ethereum-1.json"
    keystore.unlink()
    EthereumAccount.create(keystore, "correct horse battery staple", scrypt_n=2**10)
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert "error[" in said.err
    assert issuer("batches", "--json", "--home", judged).rows == []


def test_minting_without_a_chain(
    issuer: Issuer, judged: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("TOUCHSTONE_RPC_URL", "http://127.0.0.1:9")
    said = issuer("mint", "--home", judged)
    assert said.code == 1
    assert "error[chain.unreachable]" in said.err
    assert issuer("batches", "--json", "--home", judged).rows == []
    environment.delenv("TOUCHSTONE_RPC_URL")
    assert issuer("mint", "--home", judged).code == 0


def test_a_home_is_never_founded_twice(issuer: Issuer, judged: Path) -> None:
    before = (judged / "issuer.toml").read_text()
    said = issuer("init", "--name", "B", "--base-url", "http://127.0.0.1:1", "--home", judged)
    assert said.code == 1
    assert "error[identity.home-exists]" in said.err
    assert (judged / "issuer.toml").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--base-url", "http://school.example"], "settings.invalid"),
        (["--base-url", "https://school.example", "--contract", "0x12"], "settings.invalid"),
        (
            [
                *("--base-url", "http://127.0.0.1:1"),
                *("--chain-port", "0", "--contract", "0x" + "11" * 20),
            ],
            "contract.no-code",
        ),
        (
            ["--base-url", "http://127.0.0.1:1", "--rpc", "http://127.0.0.1:9"],
            "chain.unreachable",
        ),
    ],
)
def test_a_founding_that_fails_leaves_nothing(
    issuer: Issuer, tmp_path: Path, arguments: list[str], code: str
) -> None:
    said = issuer("init", "--name", "B", *arguments, "--home", tmp_path / "made" / "home")
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert not list(tmp_path.glob("made/*"))


def test_a_short_passphrase_is_refused(
    issuer: Issuer, tmp_path: Path, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv("TOUCHSTONE_PASSPHRASE", "short")
    said = issuer(
        "init", "--name", "B", "--base-url", "http://127.0.0.1:1", "--home", tmp_path / "h"
    )
    assert said.code == 1
    assert "error[signer.short-passphrase]" in said.err or "passphrase" in said.err
    assert list(tmp_path.iterdir()) == []


def test_the_switch_is_needed_for_loopback_and_is_loud(
    issuer: Issuer, minted_once: Path, environment: pytest.MonkeyPatch
) -> None:
    assert "warning[insecure-loopback]" in issuer("batches", "--home", minted_once).err
    environment.delenv("INSECURE_LOOPBACK")
    said = issuer("batches", "--home", minted_once)
    assert said.code == 1
    assert "error[settings.invalid]" in said.err
    assert issuer("batches", "--insecure-loopback", "--home", minted_once).code == 0


def test_no_secret_is_in_what_the_school_stores_in_the_clear(minted_once: Path) -> None:
    secret = b"correct horse battery staple"
    for path in minted_once.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes()
    assert b'"d"' not in (minted_once / "keys" / "signing-1.jwe").read_bytes()


def test_help_comes_at_once() -> None:
    """Nothing heavy is imported before a command needs it."""
    code = (
        "import sys, issuer.cli; "
        "print([m for m in ('web3','sqlalchemy','fastapi','pyld','rich') if m in sys.modules])"
    )
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert child.stdout.strip() == "[]"
