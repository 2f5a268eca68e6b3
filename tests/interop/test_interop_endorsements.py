"""Other people's verifiers accept an endorsement that we sign, and refuse it after one change."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def endorsement(home: Any, school: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Of one of the school's own achievements: its status is in the list of the credentials."""
    path: Path = tmp_path_factory.mktemp("endorsement") / "endorsement.json"
    badge = school.credentials[0]["credentialSubject"]["achievement"]["id"]
    options = ["--comment", "A sound measure.", "--on-behalf-of", "A. Ruiz", "-o", str(path)]
    home.issuer("endorse", badge, *options)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["credentialStatus"]["statusListCredential"] in school.documents
    return document


@pytest.mark.parametrize("peer", ["digitalbazaar", "digitalcredentials"])
def test_accepts_what_we_endorsed(peer: str, ask: Any, endorsement: Any) -> None:
    answer = ask(peer, endorsement)
    assert answer["accepted"], answer["detail"]


@pytest.mark.parametrize("member", ["endorsementComment", "digestSRI", "id"])
@pytest.mark.parametrize("peer", ["digitalbazaar", "digitalcredentials"])
def test_refuses_one_change(peer: str, member: str, ask: Any, endorsement: Any) -> None:
    changed = copy.deepcopy(endorsement)
    subject = changed["credentialSubject"]
    subject[member] = subject[member][:-2] + ("xy" if subject[member][-2:] != "xy" else "yx")
    assert not ask(peer, changed)["accepted"]
