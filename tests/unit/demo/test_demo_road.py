"""The road: whole, and with every step that can go wrong going wrong."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo import road as road_module
from demo.altering import alter
from demo.chain import Anchoring
from demo.children import ended_by_signals
from demo.claims import CONTRADICTED, SUPPORTED, UNDETERMINED, UNSUPPORTED, Holding, choose, compare
from demo.errors import AlreadyRunning, NotAsExpected
from demo.kinds import RULE_KINDS, Shown
from demo.neighbour import Badge
from demo.places import places
from demo.results import judgments_by_rule
from demo.road import Road, RoadOptions
from demo.sample import SampleOptions
from demo.showing import BADGE, CROSSWALK, DIPLOMA, ENDORSEMENT, EXPLAINED

BATCH = {"credentials": 240, "transaction": "0x1", "root": "ab", "batch": "b"}
ANSWERS = [SUPPORTED, SUPPORTED, UNSUPPORTED, CONTRADICTED, UNDETERMINED]


def credential(number):
    code = f"X.{number}"
    return {
        "id": f"urn:uuid:{number}",
        "name": "Über die Dinge",
        "credentialSubject": {
            "achievement": {
                "name": "Über die Dinge",
                "alignment": [{"targetCode": code, "targetUrl": f"https://x.example/{number}"}],
                "resultDescription": [
                    {
                        "requiredLevel": "urn:3",
                        "rubricCriterionLevel": [{"id": "urn:3", "name": "Proficient"}],
                    }
                ],
            }
        },
    }


class FakeSchool:
    """Answers as the commands of a school would."""

    def __init__(self, root, **changes):
        self.root = root
        self.options = []
        self.batches = [BATCH]
        self.mastered = True
        self.exported = 4
        self.imported = None
        self.below = ["X.9"]
        vars(self).update(changes)
        self.revoked = []

    def run(self, *arguments):
        if arguments[:2] == ("import", "evidence"):
            rows = Path(arguments[2]).read_text("utf-8").count("\n") - 1
            return f"{self.imported or rows:,} pieces of evidence added.\n"
        if arguments[0] == "revoke":
            self.revoked.append(arguments[1])
        return "done\n"

    def listing(self, *arguments):
        if arguments[0] == "mint":
            return self.batches
        if arguments[0] == "frameworks":
            return [{"title": "A framework", "competencies": 3}]
        if arguments[0] == "judgments":
            return self.judgments()
        directory = Path(arguments[2])
        directory.mkdir(parents=True)
        rows = []
        for number in range(self.exported):
            file = directory / f"{number}.json"
            file.write_text(json.dumps(credential(number), ensure_ascii=False), "utf-8")
            rows.append({"file": str(file)})
        return rows

    def reading_chain(self, rpc):
        assert rpc == FakeMuseum.rpc
        return contextlib.nullcontext()

    def judgments(self):
        common = {"learner": "Amara Abara", "rule": "r, version 1", "superseded_by": None}
        done = [{**common, "competency": "X.0", "mastered": self.mastered}]
        return done + [{**common, "competency": code, "mastered": False} for code in self.below]


class FakeMuseum:
    """Gives a badge and a signature, as a museum would."""

    rpc = "11155111=http://127.0.0.1:1"
    did = "did:web:museum.example"

    def __init__(self):
        self.founded = []

    def found(self, name):
        self.founded.append(name)

    @contextmanager
    def published_site(self):
        yield lambda: None

    def award(self, _sample):
        return Badge("urn:uuid:badge", Path("badge.json"))


class FakeShowcase:
    """Shows what it was told to show."""

    rows = (Shown("Highest", outcome="urn:uuid:0", verdict="VERIFIED"),)

    def __init__(self, *_arguments):
        self.badges = []

    def take_in_badge(self, badge, rpc):
        assert rpc == FakeMuseum.rpc
        self.badges.append(badge)
        return "taken"

    def decide(self, _judged):
        return ["confirmed"]

    def define_awards(self, museum):
        assert museum == FakeMuseum.did

    def award(self):
        return ["awarded"]

    def shown(self, _judged, _museum):
        assert self.badges, "the badge is evidence before anything is judged"
        return list(self.rows)


class FakeCollege:
    """Answers as the verifier would."""

    def __init__(self, answers=ANSWERS, verdicts=("VERIFIED", "REFUSED"), evidence=("one",)):
        self.answers, self.verdicts, self.evidence = answers, verdicts, evidence

    def claims(self, _credentials, claims):
        asked = json.loads(claims.read_bytes())
        return {
            "replies": [
                {
                    "claim": claim["competency"],
                    "answer": answer,
                    "sentence": "Because.",
                    "details": {"evidence": list(self.evidence), "anchoredAt": "2026-11-22"},
                }
                for claim, answer in zip(asked, self.answers, strict=False)
            ]
        }

    def check(self, *files):
        return [
            {"file": file.name, "verdict": verdict, "headline": "H", "sentence": "S"}
            for file, verdict in zip(files, self.verdicts, strict=True)
        ]


@pytest.fixture
def walk(tmp_path, monkeypatch):
    """Walks a road whose school and college are the fakes given."""

    @contextmanager
    def serving(_arguments, **_options):
        yield lambda: None

    monkeypatch.setattr(road_module, "serving", serving)
    monkeypatch.setattr(road_module, "Showcase", FakeShowcase)
    anchoring = Anchoring(gas=45_000, block=2, time=datetime(2026, 11, 22, tzinfo=UTC))
    monkeypatch.setattr(road_module, "read_anchoring", lambda *_: anchoring)

    def go(*, college=None, learners=36, **changes):
        with places(tmp_path / "demo") as found:
            options = RoadOptions(SampleOptions(learners=learners))
            road = Road(found, options, lambda _: None, lambda _: None)
            road.issuer = FakeSchool(found.school, **changes)
            road.museum = FakeMuseum()
            road.college = college or FakeCollege()
            return (*road.walk(), road)

    return go


def test_road_to_its_end(walk):
    school, college, road = walk()
    assert (school.credentials, school.learners, school.gas) == (240, 36, 45_000)
    assert school.did.startswith("did:web:127.0.0.1%3A")
    assert [reply["answer"] for reply in college.replies] == ANSWERS
    assert road.issuer.revoked == ["urn:uuid:3"]
    assert road.museum.founded == ["Tidewater Maritime Museum"]
    assert school.shown == list(FakeShowcase.rows)
    assert college.learner == "Amara Abara"
    assert college.alteration.before != college.alteration.after


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"batches": [BATCH | {"credentials": 199}]}, "199 credentials were minted"),
        ({"batches": []}, "made 0 batches"),
        ({"batches": [BATCH, BATCH]}, "made 2 batches"),
        ({"mastered": False}, "No judgment is one of mastery"),
        ({"imported": 7}, "the import says: 7"),
        ({"exported": 3}, "2 standing credentials"),
        ({"below": []}, "has mastered everything"),
        ({"college": FakeCollege(answers=[UNSUPPORTED, *ANSWERS[1:]])}, "SUPPORTED was due"),
        ({"college": FakeCollege(answers=[*ANSWERS[:3], SUPPORTED, UNDETERMINED])}, "was due"),
        ({"college": FakeCollege(answers=ANSWERS[:4])}, "4 answered"),
        ({"college": FakeCollege(evidence=())}, "without evidence"),
        ({"college": FakeCollege(verdicts=("VERIFIED", "VERIFIED"))}, "REFUSED was due"),
        ({"college": FakeCollege(verdicts=("UNDECIDED", "REFUSED"))}, "VERIFIED was due"),
    ],
)
def test_road_ends_where_something_is_not_as_expected(walk, changes, sentence):
    with pytest.raises(NotAsExpected, match=sentence):
        walk(**changes)


def test_what_the_table_shows_is_not_withdrawn(walk, monkeypatch):
    rows = (Shown("Highest", outcome="urn:uuid:3", verdict="VERIFIED"),)
    monkeypatch.setattr(FakeShowcase, "rows", rows)
    _, _, road = walk()
    assert road.issuer.revoked == ["urn:uuid:2"]


def test_a_small_school_may_mint_fewer(walk):
    school, _, _ = walk(learners=3, batches=[BATCH | {"credentials": 20}])
    assert school.credentials == 20


def test_claims_are_of_every_kind():
    holdings = [Holding.of(credential(number)) for number in range(4)]
    asked = choose(
        holdings,
        below="X.9",
        withdrawn=holdings[3],
        issuer="did:web:x.example",
        year=2026,
        network="N",
    )
    assert [question.answer for question in asked] == ANSWERS
    assert asked[0].claim == {"competency": "X.0", "at_least": "Proficient"}
    assert asked[1].claim == {"competency": "X.1", "by": "2026", "issuer": "did:web:x.example"}
    assert asked[3].claim == {"competency": "X.3"}
    assert asked[4].claim == {"competency": "X.2", "accredited_by": "N"}


def test_no_claims_means_no_answers():
    compare([], [])
    with pytest.raises(NotAsExpected):
        compare([], [{}])


def test_alteration_is_one_character():
    content = json.dumps(credential(1), ensure_ascii=False).encode()
    altered = alter(content)
    before, after = content.decode(), altered.content.decode()
    assert len(before) == len(after)
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1
    assert json.loads(altered.content) != json.loads(content)
    assert (altered.before, altered.after) == ("Über", "Ücer")


def test_alteration_needs_a_name():
    nameless = credential(1)
    nameless["credentialSubject"]["achievement"]["name"] = "ÜZ"
    with pytest.raises(NotAsExpected):
        alter(json.dumps(nameless, ensure_ascii=False).encode())


def test_judgments_are_counted_by_rule():
    row = {"rule": "a", "mastered": True, "superseded_by": None}
    rows = [row, row | {"mastered": False}, row | {"rule": "b"}, row | {"superseded_by": "x"}]
    assert judgments_by_rule(rows) == {"a": (2, 1), "b": (1, 1)}


def test_two_demonstrations_keep_apart(tmp_path):
    with places(tmp_path), pytest.raises(AlreadyRunning), places(tmp_path):
        pass
    with places(tmp_path):
        pass


def test_places_remove_only_what_they_made(tmp_path):
    (tmp_path / "school").mkdir()
    (tmp_path / "school" / "old").touch()
    (tmp_path / "mine.txt").write_text("stays")
    with places(tmp_path) as found:
        assert not found.school.exists()
        assert found.passphrase.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "mine.txt").read_text() == "stays"


def demo(tmp_path, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "demo", "--directory", str(tmp_path / "demo"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.mark.slow
def test_demonstration_with_the_real_commands(tmp_path):
    done = demo(tmp_path, "--learners", "4")
    assert done.returncode == 0, done.stderr
    for answer in ANSWERS:
        assert answer in done.stdout
    for kind in (*RULE_KINDS.values(), BADGE, DIPLOMA, ENDORSEMENT, CROSSWALK, EXPLAINED):
        assert kind in done.stdout
    assert "CONFIRMED" in done.stdout
    assert "REFUSED" in done.stdout
    assert "gas for the whole batch" in done.stdout
    assert "INSECURE_LOOPBACK is on" in done.stderr
    assert done.stderr.count("INSECURE_LOOPBACK") == 1
    secret = (tmp_path / "demo/passphrase").read_text()
    assert secret not in done.stdout + done.stderr


@pytest.mark.slow
def test_demonstration_on_a_framework_of_others(tmp_path, shared):
    framework = shared / "samples/case/smarter-balanced-math.json"
    done = demo(tmp_path, "--learners", "4", "--framework", str(framework))
    assert done.returncode == 0, done.stderr
    for kind in (BADGE, ENDORSEMENT, CROSSWALK, EXPLAINED):
        assert kind in done.stdout
    for kind in (*RULE_KINDS.values(), DIPLOMA):
        assert kind not in done.stdout


def test_demonstration_refuses_what_is_no_framework(tmp_path):
    framework = tmp_path / "broken.json"
    framework.write_text("{")
    done = demo(tmp_path, "--framework", str(framework))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error[sample.framework]: ")


def processes_with(text):
    """Command lines of running processes that name something."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if text in line]


def swallow_a_signal(*, ask: bool) -> None:
    with ended_by_signals() as leave_if_asked:
        with contextlib.suppress(SystemExit):  # as a finaliser does
            signal.raise_signal(signal.SIGTERM)
        if ask:
            leave_if_asked()
            pytest.fail("it was asked to leave")


@pytest.mark.parametrize("ask", [True, False])
def test_a_signal_that_was_swallowed_still_ends_the_demonstration(ask):
    with pytest.raises(SystemExit) as left:
        swallow_a_signal(ask=ask)
    assert left.value.code == 128 + signal.SIGTERM


def test_without_a_signal_the_demonstration_goes_on():
    with ended_by_signals() as leave_if_asked:
        leave_if_asked()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see processes")
def test_signal_ends_the_demonstration_and_all_it_started(tmp_path):
    directory = str(tmp_path / "demo")
    with subprocess.Popen(
        [sys.executable, "-m", "demo", "--directory", directory, "--learners", "4"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            for line in running.stderr:
                if line.startswith("4 of 8"):
                    break
            assert processes_with(f"{directory}/school")
            assert processes_with(f"{directory}/museum")
            running.send_signal(signal.SIGTERM)
            assert running.wait(timeout=60) == 128 + signal.SIGTERM
        finally:
            running.kill()
    assert processes_with(directory) == []
