"""What a school says of others' work and others of its own, through commands, site and verifier."""

import copy
import json
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from credentials.models import check_credential
from issuer import db
from issuer.endorsements import repository
from issuer.settings import Settings
from keys.kinds import KeyKind
from verifier.policy import Verdict, decide
from verifier.report import EndorsementStanding as Standing
from verifier.session import check_files
from verifier.settings import VerifierSettings
from verifier.verify import verify_credential

JSON = {"Accept": "application/json"}
COMMENT = "We would grade it the same."


@pytest.fixture
def exported(issuer: Any, minted: Path, tmp_path: Path) -> Any:
    """Exports the credentials of the learner who has the first one."""

    def export() -> dict[str, Any]:
        learner = issuer("credentials", "--json", "--home", minted).rows[0]["learner_id"]
        folder = tmp_path / "exported"
        said = issuer("export", learner, folder, "--home", minted)
        assert said.code == 0, said.err
        return {path.name: path for path in sorted(folder.iterdir())}

    return export


@pytest.fixture
def credential(exported: Any) -> Any:
    """One of our credentials as it is delivered."""
    return json.loads(next(iter(exported().values())).read_text())


@pytest.fixture
def given(issuer: Any, minted: Path) -> Any:
    """Endorses and answers with the document."""

    def call(*arguments: object) -> Any:
        said = issuer("endorse", *arguments, "--comment", COMMENT, "--home", minted)
        assert said.code == 0, said.err
        return json.loads(said.out)

    return call


@pytest.fixture
def add(issuer: Any, minted: Path) -> Any:
    def call(path: Path) -> Any:
        return issuer("endorsements", "add", path, "--home", minted)

    return call


# --- given ---------------------------------------------------------------------------------------


def test_what_we_sign_is_an_endorsement_of_the_standard(
    credential: Any, given: Any, ports: Any, shared: Path
) -> None:
    made = given(
        credential["id"], "--on-behalf-of", "A. Ruiz, chemistry", "--valid-until", "2100-01-31"
    )
    check_credential(made)
    schema = shared / "standards/schemas/ob3/ob_v3p0_endorsementcredential_schema.json"
    jsonschema.validate(made, json.loads(schema.read_text()))
    assert made["issuer"]["official"] == "A. Ruiz, chemistry"
    assert made["validUntil"] == "2100-01-31T23:59:59Z"
    report = verify_credential(made, ports)
    assert decide(report).verdict is Verdict.VERIFIED, [it.code for it in report.findings]
    assert report.outcome_of("status").value == "PASSED"
    whole = verify_credential(credential, ports, beside=[made])
    [found] = whole.endorsements
    assert found.standing is Standing.CONFIRMED
    assert found.endorser["is"] == "issuer"
    assert ", for A. Ruiz, chemistry (" in found.headline
    assert found.comment == COMMENT


def test_our_achievement_by_its_address(credential: Any, given: Any, ports: Any) -> None:
    made = given(credential["credentialSubject"]["achievement"]["id"])
    report = verify_credential(credential, ports, beside=[made])
    [found] = report.endorsements
    assert (found.of, found.standing) == ("achievement", Standing.CONFIRMED)
    assert found.endorser["is"] == "issuer"


def test_the_school_is_no_witness_of_its_own(
    issuer: Any, minted: Path, credential: Any, site: httpx.Client
) -> None:
    for target in (credential["issuer"]["id"], site.get("/issuer", headers=JSON).json()["id"]):
        said = issuer("endorse", target, "--comment", "Good.", "--home", minted)
        assert said.error == "endorsement.target-refused"


def test_of_another_school(college: Any, given: Any, saved: Any, world: Any, ports: Any) -> None:
    record = college.issue()
    badge = record["credentialSubject"]["achievement"]
    world.pages[badge["id"]] = badge
    made = [
        given(saved(record, "record.json")),
        given(saved(badge, "badge.json")),
        given(badge["id"]),
        given(college.did),
        given(saved({**college.profile(), "id": college.did}, "profile.json")),
    ]
    report = verify_credential(record, ports, beside=made)
    assert [it.of for it in report.endorsements] == [
        "credential", "achievement", "achievement", "issuer", "issuer",
    ]  # fmt: skip
    assert {it.standing for it in report.endorsements} == {Standing.CONFIRMED}
    assert {it.endorser["is"] for it in report.endorsements} == {"other"}


def test_what_cannot_be_endorsed(
    issuer: Any, minted: Path, college: Any, saved: Any, world: Any
) -> None:
    record = college.issue()
    altered = {**copy.deepcopy(record), "name": "Weighs gold"}
    world.pages["https://college.example/other"] = record["credentialSubject"]["achievement"]
    world.pages["https://college.example/record"] = record
    world.down.add("https://college.example/silent")
    cases = {
        saved(altered, "altered.json"): "endorsement.target-refused",
        saved({"type": "Thing"}, "thing.json"): "endorsement.target-unreadable",
        saved({"type": ["Achievement"]}, "nameless.json"): "endorsement.target-unreadable",
        saved({"type": "Profile", "id": "https://x.example"}, "p.json"): (
            "endorsement.target-unreadable"
        ),
        saved("not JSON", "text.json"): "endorsement.target-unreadable",
        "https://college.example/other": "endorsement.target-unreadable",
        "https://college.example/record": "endorsement.target-unreadable",
        "https://college.example/none": "endorsement.target-unreadable",
        "https://college.example/silent": "endorsement.target-silent",
        "did:web:x.example#key": "endorsement.target-unreadable",
        "no-such-file.json": "cli.file-unreadable",
        "ffffffffffff": "minting.unknown-credential",
        "f" * 5_000: "minting.unknown-credential",
    }
    for target, code in cases.items():
        said = issuer("endorse", target, "--comment", "Good.", "--home", minted)
        assert said.error == code, (target, said.err)
    assert issuer("endorsements", "--json", "--home", minted).rows == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--comment", "  "], "endorsement.comment"),
        (["--comment", "x" * 5_001], "endorsement.comment"),
        (["--comment", "a\x00b"], "endorsement.comment"),
        (["--comment", "\udc80"], "endorsement.comment"),
        (["--comment", "x", "--on-behalf-of", "y" * 201], "endorsement.comment"),
        (["--comment", "x", "--valid-until", "2001-01-01"], "endorsement.period"),
        (["--comment-file", "absent.txt"], "cli.file-unreadable"),
        (["--comment", "x", "-o", "absent/file.json"], "endorsement.blocked"),
    ],
)
def test_what_cannot_be_said(issuer: Any, minted: Path, options: list[str], code: str) -> None:
    said = issuer("endorse", "did:web:x.example", *options, "--home", minted)
    assert said.error == code
    assert issuer("endorsements", "--json", "--home", minted).rows == []


def test_wrong_use(issuer: Any, minted: Path) -> None:
    for arguments in (
        ["did:web:x.example"],
        ["--comment", "x"],
        ["did:web:x.example", "--comment", "x", "--comment-file", "y"],
        ["--withdraw", "abc"],
        ["did:web:x.example", "--withdraw", "abc", "--reason", "x"],
    ):
        assert issuer("endorse", *arguments, "--home", minted).code == 2


def test_withdrawn_for_ever(
    issuer: Any, minted: Path, credential: Any, given: Any, world: Any, ports: Any
) -> None:
    made = given(credential["id"])
    withdraw = ["endorse", "--withdraw", made["id"][:20], "--reason", "Said too much"]
    said = issuer(*withdraw, "--home", minted)
    assert (said.code, "is withdrawn" in said.out) == (0, True)
    assert "already" in issuer(*withdraw, "--home", minted).out
    [row] = issuer("endorsements", "--json", "--home", minted).rows
    assert row["withdrawn_at"]
    assert row["reason"] == "Said too much"
    [found] = verify_credential(credential, ports, beside=[made]).endorsements
    assert found.standing is Standing.NOT_CONFIRMED
    assert COMMENT not in json.dumps(found.to_json())
    other = ["endorse", "--withdraw", "ffff", "--reason", "x", "--home", minted]
    assert issuer(*other).error == "endorsement.unknown-endorsement"


def test_to_a_file_and_in_the_list(issuer: Any, minted: Path, tmp_path: Path) -> None:
    path = tmp_path / "made.json"
    comment = tmp_path / "comment.txt"
    comment.write_text("Of long standing.\n")
    said = issuer(
        "endorse", "did:web:x.example", "--comment-file", comment, "-o", path, "--home", minted
    )
    assert said.code == 0
    assert json.loads(path.read_text())["credentialSubject"]["endorsementComment"] == (
        "Of long standing."
    )
    [row] = issuer("endorsements", "--json", "--home", minted).rows
    assert (row["direction"], row["of"], row["endorsed"]) == (
        "given", "issuer", "did:web:x.example",
    )  # fmt: skip
    assert "given" in issuer("endorsements", "--home", minted).out


# --- received ------------------------------------------------------------------------------------


def test_an_endorsement_of_an_achievement_is_kept_and_published(
    issuer: Any,
    minted: Path,
    credential: Any,
    endorse: Any,
    saved: Any,
    add: Any,
    site: httpx.Client,
) -> None:
    badge = credential["credentialSubject"]["achievement"]
    made = endorse(badge)
    path = saved(made)
    assert add(path).code == 0
    assert "known already" in add(path).out
    [row] = issuer("endorsements", "--json", "--home", minted).rows
    assert (row["direction"], row["comment"]) == ("received", "Set as we set it ourselves.")
    published = site.get(badge["id"].partition("8321")[2], headers=JSON).json()
    assert published == {**badge, "endorsement": [made]}
    page = site.get(badge["id"].partition("8321")[2], headers={"Accept": "text/html"}).text
    assert "Set as we set it ourselves." in page
    served = site.get(row["path"])
    assert served.content == path.read_bytes()
    assert served.headers["content-type"] == "application/vc"
    withdraw = ["endorse", "--withdraw", row["id"], "--reason", "x", "--home", minted]
    assert issuer(*withdraw).error == "endorsement.not-ours"


def test_an_endorsement_of_the_school_in_a_token(
    credential: Any, college: Any, endorse: Any, saved: Any, add: Any, site: httpx.Client
) -> None:
    did = credential["issuer"]["id"]
    token = college.token(endorse({"id": did}, content=False), kind=KeyKind.P256)
    assert add(saved(token, "endorsement.jwt")).code == 0
    listed = site.get("/issuer/endorsements").json()
    assert listed == {"id": did, "type": ["Profile"], "endorsementJwt": [token]}
    assert "endorsement" not in site.get("/issuer", headers=JSON).json()


def test_an_endorsement_of_a_credential_goes_to_its_holder_only(
    issuer: Any,
    minted: Path,
    credential: Any,
    endorse: Any,
    saved: Any,
    add: Any,
    exported: Any,
    site: httpx.Client,
    ports: Any,
) -> None:
    made = endorse(credential)
    path = saved(made)
    assert add(path).code == 0
    [row] = issuer("endorsements", "--json", "--home", minted).rows
    assert row["path"] is None
    from_database = issuer("endorsements", "--json", "--home", minted).out
    assert credential["id"] in from_database
    files = exported()
    [beside] = [file for name, file in files.items() if name.startswith("endorsement-of-")]
    assert beside.read_bytes() == path.read_bytes()
    results = check_files(list(files.values()), ports, VerifierSettings())
    assert len(results) == len(files) - 1
    found = [one for it in results if it.report for one in it.report.endorsements]
    assert [it.standing for it in found] == [Standing.CONFIRMED]


def test_nothing_about_a_person_is_public(
    minted: Path, credential: Any, endorse: Any, saved: Any, add: Any, site: httpx.Client
) -> None:
    add(saved(endorse(credential)))
    engine = db.engine(Settings.load(minted, insecure_loopback=True).database)
    with db.session_scope(engine) as session:
        [row] = repository.listing(session)
        assert site.get(f"/endorsements/{row.id}").status_code == 404
        assert repository.remove_of(session, [credential["id"]]) == 1
        assert repository.listing(session) == []
    engine.dispose()
    assert site.get("/endorsements/no-uuid").status_code == 404


def test_what_is_not_taken_in(
    issuer: Any, minted: Path, credential: Any, endorse: Any, saved: Any, add: Any, college: Any
) -> None:
    badge = credential["credentialSubject"]["achievement"]
    altered = endorse(badge)
    altered["credentialSubject"]["endorsementComment"] = "The best."
    withdrawn = endorse(
        badge,
        credentialStatus={
            "id": f"{college.list_url('revocation')}#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": college.list_url("revocation"),
        },
    )
    college.set_status(withdrawn)
    cases = [
        (altered, "endorsement.refused"),
        (endorse(badge, validUntil="2026-06-20T00:00:00Z"), "endorsement.refused"),
        (withdrawn, "endorsement.refused"),
        (endorse({**badge, "name": "Another"}), "endorsement.refused"),
        (endorse({"id": "https://elsewhere.example/badge"}), "endorsement.target-foreign"),
        (endorse({"id": "urn:uuid:ffffffff-0000-4000-8000-000000000000"}), (
            "endorsement.target-foreign"
        )),
        (credential, "endorsement.refused"),
        ("what is this", "endorsement.refused"),
        ({}, "endorsement.refused"),
    ]  # fmt: skip
    for document, code in cases:
        said = add(saved(document))
        assert said.error == code, said.err
    assert add(Path("absent.json")).error == "cli.file-unreadable"
    assert issuer("endorsements", "--json", "--home", minted).rows == []


def test_by_id_alone_is_taken_in_and_told(
    credential: Any, endorse: Any, saved: Any, add: Any
) -> None:
    said = add(saved(endorse(credential, content=False)))
    assert said.code == 0
    assert "by its id only" in said.err
