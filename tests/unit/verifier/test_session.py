"""Files of every form, as the command line reads them."""

import json

import pytest

from verifier.errors import FileKindUnreadable
from verifier.policy import Verdict
from verifier.session import check_document, check_file, check_folder, checked
from verifier.settings import VerifierSettings


@pytest.fixture
def look(world):
    return lambda path: check_file(path, world.ports(), VerifierSettings())


@pytest.mark.parametrize("name", ["badge.jwt", "badge.txt", "badge"])
def test_a_file_with_a_token(school, tmp_path, look, name):
    path = tmp_path / name
    path.write_text(f"{school.token(school.unsigned())}\n")
    result = look(path)
    assert result.decision.verdict is Verdict.VERIFIED
    assert result.document["name"] == "Weighs evidence"
    path.write_text(path.read_text()[:-9])
    assert look(path).decision.verdict is Verdict.REFUSED


def test_a_presentation_in_a_token_is_known_for_one(school, simulator, world):
    learner = simulator.Learner()
    document = school.unsigned()
    document["credentialSubject"]["id"] = learner.did
    token = learner.present_token([school.issue(document)])
    report, decision = check_document(token, world.ports(), VerifierSettings())
    assert report.kind == "presentation"
    assert decision.verdict is Verdict.VERIFIED


def test_a_picture_is_not_read_yet(tmp_path, look):
    path = tmp_path / "badge.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n....")
    result = look(path)
    assert result.decision.verdict is Verdict.UNDECIDED
    assert isinstance(result.error, FileKindUnreadable)


def test_a_folder_of_documents_and_tokens(school, world, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(school.issue()))
    (tmp_path / "b.jwt").write_text(school.token(school.unsigned(code="OT.1.3")))
    (tmp_path / "notes.txt").write_text("not a credential")
    results = check_folder(tmp_path, world.ports(), VerifierSettings())
    assert [result.decision.verdict for result in results] == [Verdict.VERIFIED] * 2
    codes = [item.code for it in checked(results) for item in it.record.alignments]
    assert codes == ["OT.1.2", "OT.1.3"]
