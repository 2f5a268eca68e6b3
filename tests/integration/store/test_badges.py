"""Badges of other issuers: only what our verifier found VERIFIED becomes evidence."""

import hashlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from simulators import school as simulated
from sqlalchemy import Engine

from issuer import cli
from issuer.competency import badge_check, badges, service
from issuer.competency.badges import BadgeReport, BadgeTerms
from issuer.competency.errors import BadgeRefused, BadgeTaken, BadgeUndecided, BadgeUnfit
from issuer.competency.evidence_listing import ListedEvidence
from issuer.db import session_scope
from issuer.errors import ImportProblems, NotFound
from schemas.errors import Fault, TouchstoneError

NOW = simulated.NOW
OWN = "did:web:ours.example"
EMAIL = "ana@school.example"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Any:
    made = simulated.World()
    monkeypatch.setattr(badge_check, "open_ports", lambda _settings: made.ports())
    for name in ("TOUCHSTONE_RPC", "TOUCHSTONE_REGISTRY", "TOUCHSTONE_POLICY"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def museum(world: Any) -> Any:
    return simulated.School(world, "museum.example", "City Museum")


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save(document: object, name: str = "badge.json") -> Path:
        path = tmp_path / name
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        path.write_bytes(data)
        return path

    return save


@pytest.fixture
def take(school: Engine) -> Callable[..., BadgeReport]:
    def take(path: Path, **terms: Any) -> BadgeReport:
        badge = badge_check.check_badge(path, badge_check.badge_settings())
        said = {"learner": "ana", "competency": "OT.1", "file": path.name}
        said |= terms if {"score", "level"} & set(terms) else {"level": "Meeting"} | terms
        with session_scope(school) as session:
            return badges.take_in(session, badge, BadgeTerms(**said), own_did=OWN, now=NOW)

    return take


@pytest.fixture
def kept(school: Engine) -> Callable[[], list[ListedEvidence]]:
    def kept() -> list[ListedEvidence]:
        with session_scope(school, read_only=True) as session:
            return list(service.listed_evidence(session))

    return kept


def issued_to(museum: Any, *identities: dict[str, Any], subject: str = "") -> Any:
    document = museum.unsigned(name="Guides visitors")
    if identities:
        document["credentialSubject"]["identifier"] = [
            {"type": "IdentityObject"} | one for one in identities
        ]
    if subject:
        document["credentialSubject"]["id"] = subject
    return museum.issue(document)


def hashed(text: str, kind: str = "emailAddress", salt: str = "salt") -> dict[str, Any]:
    digest = hashlib.sha256((text + salt).encode()).hexdigest()
    return {
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": kind,
        "salt": salt,
    }


def test_a_verified_badge_is_evidence(museum: Any, save: Any, take: Any, kept: Any) -> None:
    path = save(issued_to(museum))
    report = take(path, kind="work-experience")
    assert report.evidence.added == 1
    [one] = kept()
    assert (one.source, one.title) == ("did:web:museum.example", "Guides visitors")
    assert (one.setting, one.kind, one.level, one.score) == (
        "out-of-school",
        "work-experience",
        "Meeting",
        3,
    )
    assert one.artefact_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert one.artefact_url == json.loads(path.read_text())["id"]
    assert one.observed_at == simulated.ISSUED
    assert (one.assessor_kind, one.assessor_id) == ("unknown", "did:web:museum.example")
    assert (one.learner_sourced_id, one.competency_code) == ("ana", "OT.1")
    assert not one.formative
    assert one.sourced_id == report.sourced_id


def test_the_same_badge_again_changes_nothing(
    museum: Any, save: Any, take: Any, kept: Any, world: Any
) -> None:
    path = save(issued_to(museum))
    take(path)
    world.recognise(museum)  # a registry that vouches for its name makes it no other badge
    report = take(path)
    assert report.evidence.nothing_changed
    assert "already; nothing changed" in report.sentence
    assert len(kept()) == 1


def test_a_badge_may_be_evidence_on_several_competencies(
    museum: Any, save: Any, take: Any, kept: Any
) -> None:
    path = save(issued_to(museum))
    take(path)
    take(path, competency="OT.2", score="80", score_max="100")
    assert {(one.competency_code, one.score_max) for one in kept()} == {
        ("OT.1", None),
        ("OT.2", 100),
    }


def test_it_counts_like_other_evidence(museum: Any, save: Any, take: Any, school: Engine) -> None:
    take(save(issued_to(museum)), score="4")
    with session_scope(school) as session:
        service.judge_all(session, NOW)
        [judgment] = service.judgments(session)
    assert judgment.score == 4


# --- what the verifier does not verify ---


def refusal(take: Any, path: Path, kind: type[TouchstoneError], **terms: Any) -> TouchstoneError:
    with pytest.raises(kind) as caught:
        take(path, **terms)
    return caught.value


def test_an_altered_badge_is_refused(museum: Any, save: Any, take: Any, kept: Any) -> None:
    badge = issued_to(museum)
    badge["credentialSubject"]["achievement"]["name"] = "Directs the museum"
    error = refusal(take, save(badge), BadgeRefused)
    assert "not what was signed" in error.sentence
    assert "Directs the museum" not in error.sentence
    assert error.fault is Fault.CONTENT
    assert kept() == []


def test_a_withdrawn_badge_is_refused(museum: Any, save: Any, take: Any, kept: Any) -> None:
    badge = issued_to(museum)
    museum.set_status(badge)
    assert "withdrawn" in refusal(take, save(badge), BadgeRefused).sentence.lower()
    assert kept() == []


def test_an_expired_badge_is_refused(museum: Any, save: Any, take: Any, kept: Any) -> None:
    document = museum.unsigned() | {"validUntil": "2026-06-15T00:00:00Z"}
    refusal(take, save(museum.issue(document)), BadgeRefused)
    assert kept() == []


@pytest.mark.parametrize("down", ["host", "status", "chain"])
def test_what_cannot_be_decided_is_not_taken_in(
    museum: Any, save: Any, take: Any, kept: Any, world: Any, down: str
) -> None:
    path = save(issued_to(museum))
    world.chain_down = down == "chain"
    world.down |= {"host": {museum.host}, "status": {museum.list_url("revocation")}}.get(
        down, set()
    )
    error = refusal(take, path, BadgeUndecided)
    assert "could not" in error.sentence
    assert error.fault is Fault.TRANSPORT
    assert kept() == []


def test_an_older_badge_of_a_hosts_word_alone_is_not_taken_in(
    save: Any, take: Any, world: Any, kept: Any
) -> None:
    url = "https://museum.example/assertions/1"
    badge = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": url,
        "recipient": {"type": "email", "hashed": False, "identity": EMAIL},
        "badge": {
            "type": "BadgeClass",
            "id": "https://museum.example/badge",
            "name": "Guide",
            "description": "Guides.",
            "image": "https://museum.example/badge.png",
            "criteria": {"narrative": "Guides."},
            "issuer": {
                "type": "Profile",
                "id": "https://museum.example/issuer",
                "name": "Museum",
                "url": "https://museum.example",
                "email": "m@museum.example",
            },
        },
        "issuedOn": "2026-06-01T00:00:00Z",
        "verification": {"type": "hosted"},
    }
    world.pages[url] = badge
    refusal(take, save(badge), BadgeUndecided)
    assert kept() == []


def test_only_the_verifiers_guarded_door_fetches(
    monkeypatch: pytest.MonkeyPatch, save: Any, take: Any, kept: Any
) -> None:
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    threading.Thread(target=server.serve_forever).start()
    monkeypatch.delenv("INSECURE_LOOPBACK", raising=False)
    host = f"127.0.0.1:{server.server_address[1]}"
    inside = simulated.School(simulated.World(), host, scheme="http")
    try:
        refusal(take, save(inside.issue()), TouchstoneError)
    finally:
        server.shutdown()
        server.server_close()
    assert (asked, kept()) == ([], [])


# --- what is no badge ---


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"[]", b'{"a":' * 10_000, b"%PDF-1.7", b"\x00", b" " * 11_000_000]
)
def test_what_is_no_record(content: bytes, save: Any, take: Any, world: Any) -> None:
    refusal(take, save(content), BadgeUnfit)


def test_a_file_that_is_not_there(tmp_path: Path, take: Any) -> None:
    refusal(take, tmp_path / "absent.json", BadgeUnfit)
    refusal(take, tmp_path, BadgeUnfit)


def test_a_presentation_is_no_badge(museum: Any, save: Any, take: Any) -> None:
    shown = simulated.Learner().present([issued_to(museum)])
    assert "presentation" in refusal(take, save(shown), BadgeUnfit).sentence


def test_an_endorsement_is_no_badge(museum: Any, save: Any, take: Any) -> None:
    document = museum.unsigned()
    document["type"] = ["VerifiableCredential", "EndorsementCredential"]
    document["credentialSubject"] = {
        "id": "https://someone.example",
        "type": ["EndorsementSubject"],
        "endorsementComment": "Good.",
    }
    document.pop("evidence")
    refusal(take, save(museum.issue(document)), BadgeUnfit)


def test_the_schools_own_badge_is_no_evidence_from_elsewhere(
    world: Any, save: Any, take: Any, kept: Any
) -> None:
    ours = simulated.School(world, "ours.example")
    assert "this school" in refusal(take, save(ours.issue()), BadgeUnfit).sentence
    assert kept() == []


def test_a_badge_of_the_future_is_not_earned_yet(museum: Any, save: Any, take: Any) -> None:
    document = museum.unsigned() | {"awardedDate": "2026-09-01T00:00:00Z"}
    with pytest.raises(ImportProblems) as caught:
        take(save(museum.issue(document)))
    assert caught.value.code == "evidence.in-the-future"


# --- what the registrar says of it ---


@pytest.mark.parametrize("terms", [{"level": ""}, {"level": "Meeting", "score": "3"}])
def test_what_it_is_worth_is_said_in_one_way(
    museum: Any, save: Any, take: Any, terms: dict[str, str]
) -> None:
    error = refusal(take, save(issued_to(museum)), BadgeUnfit, **terms)
    assert "Its issuer calls it Proficient" in error.sentence
    assert "Starting, Growing, Meeting, Leading" in error.remedy


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"competency": "OT.11"}, "evidence.unknown-competency"),
        ({"level": "Splendid"}, "evidence.unknown-level"),
        ({"score": "9"}, "evidence.score-out-of-range"),
        ({"score": "9", "score_max": "5"}, "evidence.score-out-of-range"),
        ({"score": "much"}, "evidence.bad-number"),
        ({"kind": "Wrk-experience"}, "evidence.unknown-kind"),
    ],
)
def test_wrong_terms(
    museum: Any, save: Any, take: Any, kept: Any, terms: dict[str, str], code: str
) -> None:
    with pytest.raises(ImportProblems) as caught:
        take(save(issued_to(museum)), **terms)
    assert code in {problem.code for problem in caught.value.problems}
    assert kept() == []


def test_the_learner_has_to_be_known(museum: Any, save: Any, take: Any) -> None:
    refusal(take, save(issued_to(museum)), NotFound, learner="nobody")


def test_a_badge_is_one_learners(
    museum: Any, save: Any, take: Any, kept: Any, school: Engine, tmp_path: Path
) -> None:
    path = save(issued_to(museum))
    report = take(path, learner="bo")
    for competency in ("OT.1", "OT.2"):
        refusal(take, path, BadgeTaken, competency=competency)
    withdrawal = {
        "sourcedId": "w1",
        "source": "did:web:museum.example",
        "corrects": report.sourced_id,
        "learnerSourcedId": "bo",
        "competency": "OT.1",
        "kind": "out-of-school",
        "observedAt": "2026-06-20",
    }
    file = tmp_path / "withdrawal.json"
    file.write_text(json.dumps({"evidence": [withdrawal]}))
    with session_scope(school) as session:
        assert service.import_evidence(session, file, NOW).corrected == 1
    assert take(path).evidence.added == 1
    assert [one.learner_sourced_id for one in kept() if one.stands] == ["ana"]


# --- whom it names ---


@pytest.mark.parametrize(
    ("identities", "subject", "says"),
    [
        ([], "", "nothing in it can be compared with what we know"),
        ([], "did:key:z6MkwFoo", "did:key:z6MkwFoo; nothing in it can be compared"),
        ([], f"mailto:{EMAIL}", "which is the e-mail address we have"),
        ([hashed(EMAIL)], "", "a salted hash (emailAddress) in it is the learner's"),
        ([hashed("ana", "sourcedId")], "", "a salted hash (sourcedId) in it is the learner's"),
        (
            [{"hashed": False, "identityHash": EMAIL, "identityType": "emailAddress"}],
            "",
            "a text (emailAddress) in it is the learner's",
        ),
        ([hashed("bo@school.example")], "", "is not the one we have of the learner"),
        ([hashed(EMAIL), hashed("x@y.example")], "", "in it is the learner's"),
        ([hashed(EMAIL) | {"salt": "other"}], "", "is not the one we have of the learner"),
        ([hashed("4711", "identifier")], "", "nothing in it can be compared"),
    ],
)
def test_whom_the_badge_names_is_told_apart(
    museum: Any, save: Any, take: Any, kept: Any, identities: Any, subject: str, says: str
) -> None:
    report = take(save(issued_to(museum, *identities, subject=subject)))
    [one] = kept()
    assert says in one.note
    assert one.note in report.sentence
    compared = "is the learner's" in says or "which is" in says
    assert ("That it is the learner's is the word of who took it in." in one.note) != compared


# --- the command ---


def test_the_command(
    museum: Any,
    save: Any,
    school: Engine,
    kept: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = SimpleNamespace(did=OWN, uses_local_chain=True, insecure_loopback=False)
    home = SimpleNamespace(settings=lambda: settings, engine=lambda _settings: school)
    monkeypatch.setattr("issuer.commands.imports.of", lambda _context: home)

    def run(*more: str) -> int:
        path = str(save(badge))
        named = ("--learner", "ana", "--competency", "OT.1")
        return cli.run(["import", "badge", path, *named, *more])

    badge = issued_to(museum)
    assert run("--level", "Leading") == 0
    assert "museum.example (name not confirmed), is now evidence of Ana Alvarez (ana)" in (
        capsys.readouterr().out
    )
    badge["name"] = "Altered"
    assert run("--level", "Leading") == 1
    assert "error[badge.refused]: The verifier refuses badge.json" in capsys.readouterr().err
    assert len(kept()) == 1
