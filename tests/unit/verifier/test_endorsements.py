"""Endorsements inside records and beside them: each stands or falls alone, and moves no verdict."""

import copy
import json
import time

import pytest

from credentials.canonical import without_proof
from credentials.models.endorsement import content_digest
from credentials.proofs import eddsa_jcs_2022
from keys.kinds import KeyKind
from verifier.cli import run
from verifier.endorsements import MAX_ENDORSEMENTS
from verifier.policy import Verdict, decide
from verifier.ports import CheckSettings
from verifier.report import EndorsementStanding as Standing
from verifier.session import check_files, check_folder
from verifier.settings import VerifierSettings
from verifier.verify import verify_credential, verify_presentation

COMMENT = "A sound measure of sources weighed."
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"


@pytest.fixture
def college(world, simulator):
    """Another school, which endorses."""
    return simulator.School(world, "college.example")


@pytest.fixture
def endorse(college, simulator):
    """A signed endorsement of a node, with its digest; ``by`` may be the school itself."""

    def make(node, *, by=None, digest=True, comment=COMMENT, bare=False, **members):
        by = by or college
        by.serial += 1
        subject = {"id": node["id"], "type": ["EndorsementSubject"], "endorsementComment": comment}
        if digest:
            subject["digestSRI"] = content_digest(node)
        document = {
            "@context": [simulator.VC2, simulator.OB3],
            "id": f"urn:uuid:e0000000-31a5-4a7a-9f7e-{by.serial:012d}",
            "type": ["VerifiableCredential", "EndorsementCredential"],
            "issuer": {"id": by.did, "type": ["Profile"], "name": by.name},
            "name": "Endorsement",
            "validFrom": simulator.stamp(simulator.ISSUED),
            "credentialStatus": {
                "id": f"{by.list_url('revocation')}#{by.serial}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(by.serial),
                "statusListCredential": by.list_url("revocation"),
            },
            "credentialSubject": subject,
            **members,
        }
        return document if bare else by.sign(document)

    return make


def achievement_of(document):
    return document["credentialSubject"]["achievement"]


def judge(received, world, *beside):
    report = verify_credential(received, world.ports(), beside=beside)
    return report, decide(report).verdict


def standings(report):
    return [one.standing for one in report.endorsements]


def test_an_endorsement_beside_a_record_is_shown_as_whose_it_is(school, college, world, endorse):
    record = school.issue()
    report, verdict = judge(record, world, endorse(record))
    assert verdict is Verdict.VERIFIED
    [found] = report.endorsements
    assert (found.of, found.endorsed) == ("credential", record["id"])
    assert found.standing is Standing.CONFIRMED
    assert found.headline == (
        "Endorsed by college.example (recognition not asked; calls itself " + college.name + ")"
    )
    assert found.sentence == COMMENT
    assert found.comment == COMMENT
    assert found.names_content
    assert found.endorser["id"] == college.did
    assert found.endorser["is"] == "other"
    assert report.to_json()["endorsements"] == [found.to_json()]


def test_recognised_and_not_recognised(school, college, world, endorse, simulator):
    record = school.issue()
    world.recognise(school)
    [found] = judge(record, world, endorse(record))[0].endorsements
    assert found.endorser["recognised"] is False
    assert "not recognised" in found.headline
    world.recognise(college)
    [found] = judge(record, world, endorse(record))[0].endorsements
    assert found.endorser["recognised"] is True
    assert "(recognised)" in found.headline
    assert "not recognised" not in found.headline


def test_without_endorsements_nothing_is_said_of_them(school, world):
    report, _ = judge(school.issue(), world)
    assert report.endorsements == ()
    assert "endorsements" not in report.to_json()


def test_achievement_and_issuer_are_endorsed_too(school, world, endorse):
    record = school.issue()
    of_achievement = endorse(achievement_of(record))
    of_issuer = endorse({"id": school.did}, digest=False)
    report, verdict = judge(record, world, of_achievement, of_issuer)
    assert verdict is Verdict.VERIFIED
    assert [(it.of, it.standing) for it in report.endorsements] == [
        ("achievement", Standing.CONFIRMED),
        ("issuer", Standing.CONFIRMED),
    ]


def test_by_id_alone_is_said_to_be_so(school, world, endorse):
    record = school.issue()
    [found] = judge(record, world, endorse(record, digest=False))[0].endorsements
    assert found.standing is Standing.CONFIRMED
    assert not found.names_content
    assert "by its id, and not its content" in found.sentence


@pytest.mark.parametrize("place", ["credential", "achievement", "issuer"])
@pytest.mark.parametrize("as_token", [False, True])
def test_endorsements_inside_a_record(school, world, endorse, place, as_token):
    record = school.unsigned()
    node = {
        "credential": record,
        "achievement": achievement_of(record),
        "issuer": record["issuer"],
    }[place]
    node["endorsement"] = [endorse(node)]
    signed = school.token(record) if as_token else school.issue(record)
    report, verdict = judge(signed, world)
    assert verdict is Verdict.VERIFIED, [(it.code, it.sentence) for it in report.findings]
    assert [(it.of, it.standing) for it in report.endorsements] == [(place, Standing.CONFIRMED)]


def test_an_endorsement_in_a_token_beside_a_record(school, college, world, endorse):
    record = school.issue()
    token = college.token(endorse(record, bare=True), kind=KeyKind.P256)
    report, verdict = judge(record, world, token)
    assert verdict is Verdict.VERIFIED
    assert standings(report) == [Standing.CONFIRMED]


def test_the_same_endorsement_inside_and_beside_is_shown_once(school, world, endorse):
    record = school.unsigned()
    made = endorse(record)
    record["endorsement"] = [made]
    report, _ = judge(school.issue(record), world, made)
    assert len(report.endorsements) == 1


def broken(endorsement, **subject):
    changed = copy.deepcopy(endorsement)
    changed["credentialSubject"].update(subject)
    return changed


@pytest.mark.parametrize("inside", [False, True])
def test_an_altered_endorsement_is_withheld_and_costs_the_record_nothing(
    school, world, endorse, inside
):
    record = school.unsigned()
    bad = broken(endorse(record), endorsementComment="The best of all.")
    if inside:
        record["endorsement"] = [bad]
    report, verdict = judge(school.issue(record), world, *([] if inside else [bad]))
    assert verdict is Verdict.VERIFIED
    assert report.headline == judge(school.issue(), world)[0].headline
    assert standings(report) == [Standing.NOT_CONFIRMED]
    assert "best of all" not in json.dumps(report.to_json())


def test_expired_withdrawn_silent_and_unsigned_endorsements(
    school, college, world, endorse, simulator
):
    record = school.issue()
    expired = endorse(record, validUntil="2026-06-15T00:00:00Z")
    withdrawn = endorse(record)
    unsigned = endorse(record, bare=True)
    college.set_status(withdrawn)
    silent = simulator.School(world, "silent.example")
    unheard = endorse(record, by=silent)
    world.down.add("silent.example")
    report, verdict = judge(record, world, expired, withdrawn, unsigned, unheard)
    assert verdict is Verdict.VERIFIED
    assert standings(report) == [Standing.NOT_CONFIRMED] * 4
    shown = json.dumps([one.to_json() for one in report.endorsements])
    assert COMMENT not in shown
    assert "withdrew it" in report.endorsements[1].sentence
    assert "nobody signed it" in report.endorsements[2].sentence


def test_a_good_endorsement_does_not_make_a_bad_record_stand(school, world, endorse):
    record = school.issue()
    made = endorse(record)
    record["name"] = "Weighs gold"
    report, verdict = judge(record, world, made)
    assert verdict is Verdict.REFUSED
    assert COMMENT not in json.dumps(report.to_json())


def test_an_endorsement_of_another_record_is_of_something_else(school, world, endorse):
    mine, other = school.issue(), school.issue(code="OT.1.3")
    report, verdict = judge(mine, world, endorse(other))
    assert verdict is Verdict.VERIFIED
    [found] = report.endorsements
    assert (found.of, found.standing) == ("", Standing.OF_OTHER)
    assert COMMENT not in json.dumps(found.to_json())


def test_an_endorsement_of_other_content_is_refused(school, world, endorse):
    """The school issues another record under the same id, and another wording of the badge."""
    record = school.unsigned()
    of_record, of_badge = endorse(record), endorse(achievement_of(record))
    record["name"] = "Weighs gold"
    achievement_of(record)["criteria"]["narrative"] = "Turning up is enough."
    report, verdict = judge(school.issue(record), world, of_record, of_badge)
    assert verdict is Verdict.VERIFIED
    assert standings(report) == [Standing.OF_OTHER] * 2
    assert "another content" in report.endorsements[0].sentence


def test_proofs_and_later_endorsements_are_not_content(school, world, endorse):
    record = school.unsigned()
    first = endorse(record)
    record["endorsement"] = [endorse(record, comment="A second voice.")]
    report, _ = judge(school.issue(record), world, first)
    assert standings(report) == [Standing.CONFIRMED] * 2


@pytest.mark.parametrize(
    "digest", ["", "sha256-AAAA", "md5-AAAA", 7, {"@value": "x"}, ["sha256-AAAA", None]]
)
def test_what_is_no_digest_binds_to_nothing(school, college, world, endorse, digest):
    record = school.issue()
    bare = endorse(record, bare=True)
    bare["credentialSubject"]["digestSRI"] = digest
    made = college.sign_as(eddsa_jcs_2022, bare)
    report, verdict = judge(record, world, made)
    assert verdict is Verdict.VERIFIED
    assert standings(report) == [Standing.OF_OTHER]


def test_moved_into_the_place_of_another(school, world, endorse):
    """An endorsement of the badge may not stand where one of the school would."""
    record = school.unsigned()
    record["issuer"]["endorsement"] = [endorse(achievement_of(record))]
    report, verdict = judge(school.issue(record), world)
    assert verdict is Verdict.VERIFIED
    assert [(it.of, it.standing) for it in report.endorsements] == [("issuer", Standing.OF_OTHER)]


def test_who_endorses_himself_is_told(school, world, endorse, simulator):
    learner = simulator.Learner()
    record = school.unsigned()
    record["credentialSubject"]["id"] = learner.did
    record = school.issue(record)
    by_school = endorse(record, by=school)
    document = endorse(record, bare=True)
    document["issuer"] = learner.did
    del document["credentialStatus"]
    by_learner = school.sign(document, method=learner.method, signer=learner.signer)
    report, _ = judge(record, world, by_school, by_learner)
    assert [one.endorser["is"] for one in report.endorsements] == ["issuer", "subject"]
    assert "the issuer itself" in report.endorsements[0].headline
    assert "the very person" in report.endorsements[1].headline


def test_a_teacher_for_whom_a_school_signs_is_named(school, college, world, endorse):
    record = school.issue()
    issuer = {"id": college.did, "type": ["Profile"], "name": "C", "official": "A. Ruiz, teacher"}
    [found] = judge(record, world, endorse(record, issuer=issuer))[0].endorsements
    assert found.endorser["official"] == "A. Ruiz, teacher"
    assert ", for A. Ruiz, teacher (" in found.headline


def test_a_name_cannot_forge_lines(school, college, world, endorse):
    record = school.issue()
    issuer = {"id": college.did, "type": ["Profile"], "name": "C\nEndorsed by MIT (recognised)"}
    [found] = judge(record, world, endorse(record, issuer=issuer))[0].endorsements
    assert "\n" not in found.headline


def test_an_endorsement_of_an_endorsement_is_not_followed(school, college, world, endorse):
    record = school.issue()
    inner = endorse({"id": college.did}, digest=False)
    issuer = {"id": college.did, "type": ["Profile"], "name": "C", "endorsement": [inner]}
    report, _ = judge(record, world, endorse(record, issuer=issuer))
    assert standings(report) == [Standing.CONFIRMED]
    alone, verdict = judge(endorse(record, issuer=issuer), world)
    assert verdict is Verdict.VERIFIED
    assert alone.endorsements == ()


def test_the_main_document_may_be_an_endorsement(school, world, endorse):
    made = endorse(school.issue())
    report, verdict = judge(made, world)
    assert verdict is Verdict.VERIFIED
    assert report.facts["kind"] == "endorsement"
    report, verdict = judge(broken(made, endorsementComment="No."), world)
    assert verdict is Verdict.REFUSED


# --- presentations, transcripts, files ----------------------------------------------------------


def present(learner, world, documents, holder=None):
    shown = learner.present(documents)
    settings = CheckSettings(holder=holder)
    report = verify_presentation(
        shown, world.ports(), settings, challenge="c-1", domain="college.example"
    )
    return report, decide(report).verdict


def test_beside_a_record_in_a_presentation(school, world, endorse, simulator):
    learner = simulator.Learner()
    record = school.unsigned()
    record["credentialSubject"]["id"] = learner.did
    record = school.issue(record)
    bad = broken(endorse(record), endorsementComment="No.")
    other = endorse(school.issue(code="OT.1.3"))
    report, verdict = present(learner, world, [record, endorse(record), bad, other])
    assert verdict is Verdict.VERIFIED, [it.code for it in report.everything()]
    [inner] = report.nested
    assert standings(inner) == [Standing.CONFIRMED, Standing.NOT_CONFIRMED]
    assert standings(report) == [Standing.OF_OTHER]


def test_a_presentation_of_endorsements_alone_is_one_of_records(school, world, endorse, simulator):
    learner = simulator.Learner()
    bad = broken(endorse(school.issue()), endorsementComment="No.")
    report, verdict = present(learner, world, [bad])
    assert verdict is Verdict.REFUSED
    assert len(report.nested) == 1


def test_in_a_transcript(school, world, endorse, simulator):
    record = school.issue()
    cover = {
        "@context": [simulator.VC2, CLR, simulator.OB3],
        "id": "urn:uuid:7d1d0c1e-31a5-4a7a-9f7e-0000000000aa",
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": {"id": school.did, "type": ["Profile"], "name": school.name},
        "name": "Transcript",
        "validFrom": simulator.stamp(simulator.ISSUED),
        "credentialSubject": {
            "id": simulator.LEARNER,
            "type": ["ClrSubject"],
            "verifiableCredential": [record, endorse(record)],
        },
    }
    report, verdict = judge(school.sign(cover), world)
    assert verdict is Verdict.VERIFIED, [it.code for it in report.everything()]
    assert report.facts["records"] == 1
    assert standings(report.nested[0]) == [Standing.CONFIRMED]
    cover["credentialSubject"]["verifiableCredential"][1] = endorse(record, bare=True)
    report, verdict = judge(school.sign(cover), world)
    assert verdict is Verdict.VERIFIED
    assert standings(report.nested[0]) == [Standing.NOT_CONFIRMED]


def write(folder, **documents):
    paths = []
    for name, document in documents.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document))
        paths.append(path)
    return paths


def test_files_that_came_together(school, world, endorse, tmp_path):
    record = school.issue()
    good, bad = endorse(record), broken(endorse(record), endorsementComment="No.")
    alone = endorse({"id": "https://elsewhere.example/badge"}, digest=False)
    paths = write(tmp_path, record=record, good=good, bad=bad, alone=alone)
    results = check_files(paths, world.ports(), VerifierSettings())
    assert [(it.file, it.decision.verdict) for it in results] == [
        (str(paths[0]), Verdict.VERIFIED),
        (str(paths[3]), Verdict.VERIFIED),
    ]
    assert standings(results[0].report) == [Standing.CONFIRMED, Standing.NOT_CONFIRMED]
    assert len(check_folder(tmp_path, world.ports(), VerifierSettings())) == 2
    [only] = check_files([paths[2]], world.ports(), VerifierSettings())
    assert only.decision.verdict is Verdict.REFUSED


def test_the_commands_show_them(school, world, endorse, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("verifier.cli.open_ports", lambda settings: world.ports())
    record = school.issue()
    paths = write(tmp_path, record=record, mark=endorse(record))
    assert run(["check", *map(str, paths)]) == 0
    said = capsys.readouterr().out
    assert "Endorsement of the credential: Endorsed by college.example" in said
    assert COMMENT in said
    claims = tmp_path / "claims.toml"
    claims.write_text('[[claims]]\ncompetency = "OT.1.2"\n')
    assert run(["claims", str(tmp_path), "--claims", str(claims), "--json"]) == 0
    [reply] = json.loads(capsys.readouterr().out)["replies"]
    assert reply["answer"] == "SUPPORTED"
    assert [it["comment"] for it in reply["details"]["endorsements"]] == [COMMENT]
    assert run(["claims", str(tmp_path), "--claims", str(claims)]) == 0
    assert "Endorsed by" in capsys.readouterr().out


# --- hostile numbers ----------------------------------------------------------------------------


def test_hundreds_of_them_cost_the_record_nothing(school, world, endorse, simulator):
    record = school.issue()
    before = judge(record, world)[0].findings
    many = [endorse(record, comment=str(n)) for n in range(20)]
    flood = [broken(many[0], endorsementComment=f"No {n}") for n in range(400)]
    start = time.thread_time()
    report, verdict = judge(record, world, *many, *flood)
    assert time.thread_time() - start < 2.0
    assert verdict is Verdict.VERIFIED
    assert report.findings == before
    assert len(report.endorsements) == MAX_ENDORSEMENTS + 1
    assert report.endorsements[-1].standing is Standing.NOT_CHECKED
    assert report.endorsements[-1].headline == "400 more endorsements were not checked"


def test_hundreds_inside_ask_few_hosts(school, world, endorse, simulator):
    record = school.unsigned()
    made = endorse(achievement_of(record))
    achievement_of(record)["endorsement"] = [
        {**made, "issuer": f"did:web:h{n}.example", "id": f"urn:uuid:{n}"} for n in range(300)
    ]
    document = school.sign_as(eddsa_jcs_2022, record)
    world.fetched.clear()
    start = time.thread_time()
    report, _ = judge(document, world)
    assert time.thread_time() - start < 2.5
    assert len({url.split("/")[2] for url in world.fetched}) <= MAX_ENDORSEMENTS + 2
    if report.facts:
        assert len(report.endorsements) <= MAX_ENDORSEMENTS + 1


def test_a_fault_among_endorsements_leaves_the_record(school, world, endorse, monkeypatch):
    def broken_check(document):
        raise KeyError("a person")

    record = school.issue()
    monkeypatch.setattr("verifier.endorsements.endorsed_id", broken_check)
    report, verdict = judge(record, world, endorse(record))
    assert verdict is Verdict.VERIFIED
    assert report.endorsements == ()


@pytest.mark.parametrize("junk", [None, 5, "x", [], {}, [[]], [None, 5], {"type": "x"}, "a.b.c"])
@pytest.mark.parametrize("member", ["endorsement", "endorsementJwt"])
def test_junk_in_their_place_is_never_shown(school, world, junk, member):
    record = school.unsigned()
    record[member] = junk
    report, _ = judge(school.sign_as(eddsa_jcs_2022, record), world)
    assert Standing.CONFIRMED not in standings(report)
    beside = [junk] if isinstance(junk, dict | str) else []
    report, verdict = judge(school.issue(), world, *beside)
    assert verdict is Verdict.VERIFIED
    assert Standing.CONFIRMED not in standings(report)


def test_members_cannot_hide_in_an_endorsement_of_the_record(school, world, endorse):
    """The two nodes are one in the graph; only what an endorsement says may stand there."""
    record = school.unsigned()
    record["endorsement"] = [endorse(record)]
    whole = school.sign(record)
    assert judge(whole, world)[1] is Verdict.VERIFIED
    moved = copy.deepcopy(whole)
    subject = moved["endorsement"][0]["credentialSubject"]
    subject["credentialStatus"] = moved.pop("credentialStatus")
    assert judge(moved, world)[1] is Verdict.REFUSED
    moved = copy.deepcopy(whole)
    moved["type"].remove("OpenBadgeCredential")
    moved["endorsement"][0]["credentialSubject"]["type"].append("OpenBadgeCredential")
    assert judge(moved, world)[1] is Verdict.REFUSED
    dropped = without_proof(whole)
    del dropped["endorsement"]
    assert judge({**dropped, "proof": whole["proof"]}, world)[1] is Verdict.REFUSED
