"""Makes the closing table: a person's decisions, one judgment of each kind, and what others say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from demo.checking import CollegeCommands
from demo.errors import NotAsExpected
from demo.issuing import SchoolCommands
from demo.kinds import CONFIRMED, RULE_KINDS, Shown, check_kinds, example_of
from demo.neighbour import Badge, Neighbour
from demo.places import Places
from demo.sample import SampleSummary

BADGE: Final = "A museum's badge"
ENDORSEMENT: Final = "Endorsed by the museum"
DIPLOMA: Final = "Diploma of the network"
DIPLOMA_KEY: Final = "tidewater-diploma"
TYPES: Final = {
    "teachers-work": "MicroCredential",
    "two-of-a-cluster": "Badge",
    "foundations-whole": "Badge",
    "knowledge-held": "Competency",
    DIPLOMA_KEY: "Diploma",
}
"""What the example of a rule or an award has to say that it is (OB 3.0, achievementType)."""
AWARDS: Final = Path(__file__).parent / "sample" / "awards.toml"
CROSSWALK: Final = "Crosswalk"
DECLINED: Final = "A person declines"
EXPLAINED: Final = "Explained, and formed again"
PERSON: Final = "Renata Solberg, advisor"
CONFIRMING: Final = "Seen in advisory all year; the work bears it out."
DECLINING: Final = "The last task was not done alone."
PROPOSED: Final = "proposed"

Rows = Sequence[Mapping[str, Any]]


@dataclass
class Showcase:
    """One walk's examples.

    Attributes:
        issuer: the school.
        college: who checks what is shown.
        places: where files go.
        summary: what the sample has.
    """

    issuer: SchoolCommands
    college: CollegeCommands
    places: Places
    summary: SampleSummary
    _declined: list[str] = field(default_factory=list)
    _found: dict[tuple[str, str], Path] = field(default_factory=dict)

    def take_in_badge(self, badge: Badge, rpc: str) -> str:
        """The museum's badge becomes evidence; what the command said."""
        self.issuer.run("import", "case", str(self.summary.museum.framework))
        if self.summary.rules:
            mine = ("--learner", self.summary.featured.sourced_id)
            self.issuer.run("award", "receive", str(badge.file), "--rpc", rpc, *mine)
        return self.issuer.run(
            *("import", "badge", str(badge.file), "--rpc", rpc),
            *("--learner", self.summary.featured.sourced_id, "--kind", "work-experience"),
            *("--competency", self.summary.outside.identifier, "--score", "3", "--score-max", "4"),
        )

    def define_awards(self, museum: str) -> None:
        """What can be earned: a badge for clusters, a micro-credential, a diploma.

        Args:
            museum: its DID, whose credential the diploma requires.
        """
        file = self.places.root / "awards.toml"
        file.write_text(AWARDS.read_text("utf-8").replace("{museum}", museum), "utf-8")
        self.issuer.run("award", "define", str(file))

    def award(self) -> list[str]:
        """Award what is due, and approve the featured learner's diploma."""
        said = [self.issuer.run("award", "evaluate")]
        mine = [
            row
            for row in self.issuer.listing("award", "queue")
            if row["achievement"] == DIPLOMA_KEY and row["learner"] == self.summary.featured.name
        ]
        if [row["state"] for row in mine] != ["waiting"]:
            raise NotAsExpected(
                "The diploma does not wait for approval.",
                " ".join(str(row["reason"]) for row in mine),
            )
        by = ("--by", PERSON, "--reason", CONFIRMING)
        return [*said, self.issuer.run("award", "approve", str(mine[0]["id"]), *by)]

    def decide(self, judged: Rows) -> list[str]:
        """A person confirms what the rules propose of the learners shown, and declines one."""
        teaching, featured = self.summary.teaching, self.summary.featured.name
        known = {featured, *([teaching.teacher.name] if teaching else [])}
        waiting = [row for row in judged if row["state"] == PROPOSED and row["mastered"]]
        said = [
            self._decision("confirm", row, CONFIRMING) for row in waiting if row["learner"] in known
        ]
        others = [row for row in waiting if row["learner"] not in known]
        for row in others[:1]:
            said.append(self._decision("decline", row, DECLINING))
            self._declined = [str(row["learner_id"]), str(row["competency_id"])]
        return said

    def _decision(self, verb: str, row: Mapping[str, Any], reason: str) -> str:
        return self.issuer.run(
            *("judgments", verb, str(row["id"]), "--by", PERSON, "--reason", reason)
        )

    def shown(self, judged: Rows, museum: Neighbour) -> list[Shown]:
        """The table.

        Args:
            judged: the judgments as they stand after the decisions.
            museum: endorses the credential that rests on its badge, or another of the learner's.

        Raises:
            NotAsExpected: a kind is missing, or something in it was not verified.
        """
        rows = [*self._of_rules(judged), self._of_badge(judged), *self._of_declined(judged)]
        rows = self._checked([*rows, *self._diploma()])
        self._check_types(rows)
        rows += [self._endorsement(museum), self._crosswalk(), self._formed()]
        due = [*((*RULE_KINDS.values(), DIPLOMA) if self.summary.rules else ()), BADGE, ENDORSEMENT]
        whole = self.summary.rules and self.summary.is_whole
        check_kinds(rows, [*due, CROSSWALK, EXPLAINED], every_credential=whole)
        return rows

    def _of_rules(self, judged: Rows) -> list[Shown]:
        if not self.summary.rules:
            return []
        featured = self.summary.featured.name
        return [
            self._row(kind, example_of(rule, judged, featured)) for rule, kind in RULE_KINDS.items()
        ]

    def _row(self, kind: str, judgment: Mapping[str, Any]) -> Shown:
        """A judgment's row; why there is no credential, until one is found."""
        return Shown(
            kind=kind,
            rule=str(judgment["rule"]).rpartition(", version ")[0],
            learner=str(judgment["learner"]),
            competency=str(judgment["competency"]),
            level=str(judgment["level"] or ""),
            outcome=self._why_not(judgment),
            learner_id=str(judgment["learner_id"]),
            competency_id=str(judgment["competency_id"]),
        )

    def _why_not(self, judgment: Mapping[str, Any]) -> str:
        if judgment["state"] == PROPOSED:
            return "It waits for a person's decision."
        if judgment["mastered"]:
            return ""
        explained = self.explained(str(judgment["id"]))
        return " ".join(explained["reasons"])

    def explained(self, judgment: str) -> dict[str, Any]:
        """What ``issuer explain`` says of a judgment."""
        told: dict[str, Any] = json.loads(self.issuer.run("explain", judgment, "--json"))
        return told

    def _of_badge(self, judged: Rows) -> Shown:
        outside, featured = self.summary.outside.identifier, self.summary.featured.name
        mine = [
            row
            for row in judged
            if row["competency_id"] == outside
            and row["learner"] == featured
            and not row["superseded_by"]
        ]
        if not mine:
            raise NotAsExpected("No judgment rests on the museum's badge.")
        titles = [one["title"] for one in self.explained(str(mine[0]["id"]))["evidence"]]
        if self.summary.museum.title not in titles:
            raise NotAsExpected("The judgment does not name the museum's badge as evidence.")
        return self._row(BADGE, mine[0])

    def _diploma(self) -> list[Shown]:
        if not self.summary.rules:
            return []
        featured = self.summary.featured
        found = self.issuer.listing("award", "list", "--learner", featured.sourced_id)
        mine = [row for row in found if row["achievement"] == DIPLOMA_KEY]
        learner_id = next(
            row["learner_id"]
            for row in self.issuer.listing("credentials")
            if row["learner_sourced_id"] == featured.sourced_id
        )
        return [
            Shown(
                kind=DIPLOMA,
                rule=DIPLOMA_KEY,
                learner=featured.name,
                outcome="" if row["state"] == "awarded" else str(row["reason"] or row["state"]),
                learner_id=str(learner_id),
                competency_id=DIPLOMA,
            )
            for row in mine
        ]

    def _check_types(self, rows: Sequence[Shown]) -> None:
        """Each credential says that it is what the award file makes of it."""
        for row in rows:
            file = self._found.get((row.learner_id, row.competency_id))
            wanted = TYPES.get(row.rule)
            if wanted and file and _type(file) != wanted:
                raise NotAsExpected(f"The credential for “{row.kind}” is no {wanted}.")

    def _of_declined(self, judged: Rows) -> list[Shown]:
        return [
            self._row(DECLINED, row)
            for row in judged
            if [row["learner_id"], row["competency_id"]] == self._declined
            and not row["superseded_by"]
        ]

    def _checked(self, rows: list[Shown]) -> list[Shown]:
        """The rows with their credentials, each checked by the verifier."""
        files = self._found = self._files({row.learner_id for row in rows})
        found = [files.get((row.learner_id, row.competency_id)) for row in rows]
        unique = sorted({file for file in found if file is not None})
        results = self.college.check(*unique) if unique else []
        checked = {
            file: (json.loads(file.read_bytes())["id"], str(result["verdict"]))
            for file, result in zip(unique, results, strict=True)
        }
        return [
            row if file is None or row.outcome else row.with_credential(*checked[file])
            for row, file in zip(rows, found, strict=True)
        ]

    def _files(self, learners: set[str]) -> dict[tuple[str, str], Path]:
        """(learner, competency) → the exported credential."""
        files = {}
        for learner in sorted(learners):
            for file in self.export(learner):
                files[learner, _competency(file)] = file
        return files

    def export(self, learner: str) -> list[Path]:
        """A learner's credentials as files for the college; none if there is none yet."""
        credentials = self.issuer.listing("credentials")
        have = {
            one for row in credentials for one in (row["learner_id"], row["learner_sourced_id"])
        }
        if learner not in have:
            return []
        directory = self.places.college / "shown" / learner
        rows = self.issuer.listing("export", learner, str(directory))
        return sorted(Path(row["file"]) for row in rows)

    def _endorsement(self, museum: Neighbour) -> Shown:
        """The museum signs, the school takes it in, the college sees whose word it is."""
        featured = self.summary.featured
        files = self.export(featured.sourced_id)
        if not files:
            raise NotAsExpected(f"{featured.name} has no credential that could be endorsed.")
        wanted = self.summary.outside.identifier
        credential = next((file for file in files if _competency(file) == wanted), files[0])
        endorsement = museum.endorse(credential)
        self.issuer.run("endorsements", "add", str(endorsement))
        beside = self.college.check(credential, endorsement)[0].get("endorsements") or []
        if [(one["standing"], one["namesContent"]) for one in beside] != [(CONFIRMED, True)]:
            raise NotAsExpected("The verifier does not confirm the museum's endorsement.")
        document = json.loads(endorsement.read_bytes())
        return Shown(
            kind=ENDORSEMENT,
            learner=featured.name,
            outcome=str(document["id"]),
            verdict=CONFIRMED,
        )

    def _crosswalk(self) -> Shown:
        outside = self.summary.outside
        matches = self.issuer.listing("crosswalk", outside.identifier)
        theirs = [one for one in matches if one["code"] == self.summary.museum.code]
        if not theirs:
            raise NotAsExpected(f"{outside.code} is not related to the museum's competency.")
        one = theirs[0]
        outcome = f"{one['relation']} {one['code']}, {one['framework']}"
        return Shown(kind=CROSSWALK, competency=outside.code, outcome=outcome)

    def _formed(self) -> Shown:
        report = json.loads(self.issuer.run("explain", "--all", "--json"))
        if report["failures"] or not report["judgments"]:
            raise NotAsExpected(f"{report['failures']} judgments do not recompute.")
        outcome = f"{report['judgments']:,} judgments formed again from what they name; all equal"
        return Shown(kind=EXPLAINED, outcome=outcome)


def _competency(file: Path) -> str:
    """Identifier of the competency that a credential is aligned to: the end of its URI.

    Of a diploma, which rests on several: DIPLOMA.
    """
    if _type(file) == "Diploma":
        return DIPLOMA
    subject = json.loads(file.read_bytes())["credentialSubject"]
    alignment = subject["achievement"]["alignment"][0]
    return str(alignment["targetUrl"]).rsplit("/", 1)[-1]


def _type(file: Path) -> str:
    """What a credential says that its achievement is (OB 3.0 §B.1.1, achievementType)."""
    subject = json.loads(file.read_bytes())["credentialSubject"]
    return str(subject["achievement"].get("achievementType", ""))
