"""The main road: from a school's own data to a claim that a college has checked.

Nothing here knows how anything is done. It gives the commands of ``issuer`` and ``verifier`` in
order and holds every answer against what is due; the first that differs ends the road.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.altering import alter
from demo.chain import read_anchoring
from demo.checking import REFUSED, VERIFIED, CollegeCommands
from demo.children import HOST, bare_environment, free_port, serving
from demo.claims import Holding, Question, choose, compare
from demo.errors import NotAsExpected
from demo.issuing import ISSUER, SchoolCommands
from demo.kinds import Shown
from demo.neighbour import Neighbour
from demo.places import Places
from demo.results import CollegeResult, SchoolResult, judgments_by_rule
from demo.sample import SampleOptions, SampleSummary, generate
from demo.sample.school import School
from demo.showing import Showcase

SITE_PORT = 8000
CHAIN_PORT = 8545
CHAIN_ID = 11_155_111
LEAST_CREDENTIALS = 200
REASON = "Judged from another learner's work; the judgment was withdrawn."

Announce = Callable[[str], None]
"""Told what happens next, in a sentence."""
Bar = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]
"""Shows how far something is while the block runs: what, of how many (None if nobody knows)."""


def _no_bar(_what: str, _total: int | None) -> AbstractContextManager[Callable[[int], None]]:
    """Shows nothing."""
    return nullcontext(lambda _done: None)


@dataclass(frozen=True)
class RoadOptions:
    """How to walk.

    Attributes:
        sample: what the sample is made of.
    """

    sample: SampleOptions

    @property
    def least_credentials(self) -> int:
        """Fewer minted than this is a failure; a smaller school than the default has fewer."""
        return LEAST_CREDENTIALS if self.sample.learners >= SampleOptions().learners else 1


class Road:
    """One walk, step by step.

    Args:
        places: where everything lies; empty.
        options: how to walk.
        announce: told each step as it begins.
        report: told what a command said.
        bar: shows how far the parts are that have no progress bar of their own.
    """

    def __init__(
        self,
        places: Places,
        options: RoadOptions,
        announce: Announce,
        report: Announce,
        bar: Bar = _no_bar,
    ) -> None:
        self.places = places
        self.options = options
        self.announce = announce
        self.report = report
        self.bar = bar
        self.name: str = School().texts["school"]["name"]
        self.network: str = School().texts["school"]["network"]
        self.site_url = f"http://{HOST}:{free_port(SITE_PORT)}"
        self.rpc_url = f"http://{HOST}:{free_port(CHAIN_PORT)}"
        self.museum = Neighbour(places)
        self.issuer = SchoolCommands(places.school, places.passphrase)
        self.college = CollegeCommands(places.college, CHAIN_ID, self.rpc_url)

    def walk(self) -> tuple[SchoolResult, CollegeResult]:
        """All eight steps.

        Raises:
            NotAsExpected: a step gave something else than what was due.
            TouchstoneError: something that a step needs is not there.
        """
        summary = self.make_sample()
        showcase = Showcase(self.issuer, self.college, self.places, summary)
        self.found_school()
        with self.published_site() as wait_until_published:
            self.bring_in_data(summary)
            with self.museum_open(summary, showcase):
                judged = self.judge(showcase)
                batch = self.mint()
                wait_until_published()
                shown = self.show_kinds(showcase, judged)
            school = self.school_result(summary, judged, batch, shown)
            return school, self.check_at_the_college(summary, judged, school)

    def make_sample(self) -> SampleSummary:
        """What the school's other systems would export."""
        self.announce("A school's data: a framework, people, results and evidence")
        sample = self.options.sample
        with self.bar("Learners", sample.learners) as progress:
            return generate(self.places.sample, sample, progress=progress)

    def found_school(self) -> None:
        """Step 1: DID, keys, account, contract."""
        self.announce("1 of 8  Found the school: DID, signing key, account, anchor contract")
        port = self.rpc_url.rsplit(":", 1)[1]
        said = self.issuer.run(
            *("init", "--name", self.name, "--base-url", self.site_url, "--chain-port", port)
        )
        self.report(said[said.index(self.name) :] if self.name in said else said)

    def bring_in_data(self, summary: SampleSummary) -> None:
        """Step 2: framework, people, results, evidence."""
        self.announce(
            "2 of 8  Import the framework (CASE), people and results (OneRoster), evidence"
        )
        sample = self.places.sample
        self.issuer.run("import", "case", str(sample / "framework.json"))
        self.issuer.run("import", "oneroster", str(sample / "oneroster"))
        said = self.issuer.run("import", "evidence", str(sample / "evidence.csv"))
        written = f"{summary.rows['evidence']:,}"
        if f"{written} pieces of evidence added" not in said:
            raise NotAsExpected(
                f"The sample has {written} rows of evidence; the import says: {said}"
            )
        if summary.teaching:
            self.issuer.run("import", "case", str(summary.teaching.framework))
            self.issuer.run("import", "evidence", str(summary.teaching.evidence))

    @contextmanager
    def museum_open(self, summary: SampleSummary, showcase: Showcase) -> Iterator[None]:
        """Step 3: a museum's badge is verified and taken in; its site is up during the block."""
        self.announce("3 of 8  A museum gives a badge; it is verified and taken in as evidence")
        self.museum.found(summary.museum.name)
        with self.museum.published_site() as wait_until_published:
            badge = self.museum.award(summary.museum)
            wait_until_published()
            self.report(showcase.take_in_badge(badge, self.museum.rpc))
            yield

    def judge(self, showcase: Showcase) -> list[dict[str, Any]]:
        """Step 4: judgments by the mastery rules, and by a person where a rule says so."""
        self.announce("4 of 8  Judge the evidence by the mastery rules; a person decides on some")
        rules = self.places.sample / "rules.toml"
        if rules.exists():
            self.report(self.issuer.run("import", "rules", str(rules)))
            showcase.define_awards(self.museum.did)
        with self.issuer.reading_chain(self.museum.rpc):
            self.report(self.issuer.run("judge"))
            for said in showcase.decide(self.issuer.listing("judgments")):
                self.report(said)
            for said in showcase.award() if rules.exists() else ():
                self.report(said)
        rows = self.issuer.listing("judgments")
        if not any(row["mastered"] for row in rows):
            raise NotAsExpected("No judgment is one of mastery.")
        return rows

    def mint(self) -> dict[str, Any]:
        """Step 5: credentials, signed, anchored with one transaction, self-checked."""
        self.announce("5 of 8  Mint a credential for each mastered judgment; anchor them together")
        batches = self.issuer.listing("mint")
        if len(batches) != 1:
            raise NotAsExpected(f"Minting made {len(batches)} batches; one was due.")
        minted = batches[0]["credentials"]
        if minted < self.options.least_credentials:
            raise NotAsExpected(
                f"{minted} credentials were minted; at least {self.options.least_credentials} "
                "were due."
            )
        return batches[0]

    def show_kinds(self, showcase: Showcase, judged: list[dict[str, Any]]) -> list[Shown]:
        """Step 6: one of each kind, verified by the college; the museum endorses one of them."""
        self.announce(
            "6 of 8  The museum endorses a credential; the college checks one of each kind"
        )
        with self.bar("Checking", None):
            return showcase.shown(judged, self.museum)

    @contextmanager
    def published_site(self) -> Iterator[Callable[[], None]]:
        """The school's public documents, served by a process of their own.

        It gets ready while the school works on; what this gives waits until it is.
        """
        port = self.site_url.rsplit(":", 1)[1]
        arguments = [*ISSUER, "serve", "--host", HOST, "--port", port]
        with serving(
            [*arguments, *self.issuer.options],
            health=f"{self.site_url}/health",
            log=self.places.log,
            environment=bare_environment(),
        ) as wait_until_ready:
            yield wait_until_ready

    def school_result(
        self,
        summary: SampleSummary,
        judged: list[dict[str, Any]],
        batch: dict[str, Any],
        shown: list[Shown],
    ) -> SchoolResult:
        """What the registrar is shown; the batch is read back from the chain."""
        anchoring = read_anchoring(self.rpc_url, batch["transaction"], batch["root"])
        beside = {summary.museum.framework_title, getattr(summary.teaching, "title", "")}
        frameworks = self.issuer.listing("frameworks")
        framework = next(one for one in frameworks if one["title"] not in beside)
        return SchoolResult(
            name=self.name,
            did=self.did,
            framework=framework["title"],
            competencies=framework["competencies"],
            learners=summary.learners,
            pieces=summary.pieces,
            judgments=judgments_by_rule(judged),
            credentials=batch["credentials"],
            root=batch["root"],
            transaction=batch["transaction"],
            gas=anchoring.gas,
            block=anchoring.block,
            anchored_at=anchoring.time,
            shown=shown,
        )

    @property
    def did(self) -> str:
        """The school's DID (did:web, with its port percent-encoded)."""
        return f"did:web:{self.site_url.removeprefix('http://').replace(':', '%3A')}"

    def check_at_the_college(
        self, summary: SampleSummary, judged: list[dict[str, Any]], school: SchoolResult
    ) -> CollegeResult:
        """Steps 7 and 8: five claims, and one altered character."""
        learner = summary.featured
        self.announce(f"7 of 8  {learner.given_name} applies; the college checks five claims")
        files = self._export(learner.sourced_id)
        documents = {file: json.loads(file.read_bytes()) for file in files}
        holdings = {file: Holding.of(document) for file, document in documents.items()}
        shown = {row.outcome for row in school.shown}
        free = [file for file in files if holdings[file].credential not in shown]
        withdrawn = (free or files)[-1]
        self.report(self.issuer.run("revoke", holdings[withdrawn].credential, "--reason", REASON))
        questions = choose(
            list(holdings.values()),
            below=self._below(learner.name, judged),
            withdrawn=holdings[withdrawn],
            issuer=self.did,
            year=school.anchored_at.year,
            network=self.network,
        )
        replies = self._ask(questions)
        self.announce("8 of 8  Change one character of a credential; check it again")
        whole, altered = files[0], self.places.college / "altered.json"
        alteration = alter(whole.read_bytes())
        altered.write_bytes(alteration.content)
        return CollegeResult(
            learner=learner.name,
            files=len(files),
            replies=replies,
            alteration=alteration,
            refusal=self._refusal(whole, altered),
        )

    def _export(self, learner: str) -> list[Path]:
        """The learner's credentials as files, as the college gets them."""
        directory = self.places.college / "credentials"
        rows = self.issuer.listing("export", learner, str(directory))
        return sorted(Path(row["file"]) for row in rows)

    def _below(self, learner: str, judged: list[dict[str, Any]]) -> str:
        """A competency on which the learner has evidence, but not enough of it."""
        mine = [row for row in judged if row["learner"] == learner]
        mastered = {row["competency"] for row in mine if row["mastered"]}
        below = [row["competency"] for row in mine if row["competency"] not in mastered]
        if not below:
            raise NotAsExpected(f"{learner} has mastered everything, so one claim is missing.")
        return str(sorted(below)[0])

    def _ask(self, questions: list[Question]) -> list[dict[str, Any]]:
        claims = self.places.college / "claims.json"
        claims.write_text(json.dumps([question.claim for question in questions], indent=1), "utf-8")
        with self.bar("Checking", None):
            answer = self.college.claims(self.places.college / "credentials", claims)
        replies: list[dict[str, Any]] = answer["replies"]
        compare(questions, replies)
        return replies

    def _refusal(self, whole: Path, altered: Path) -> dict[str, Any]:
        """What the verifier says of the altered file; of the whole one it says that all is well."""
        with self.bar("Checking", None):
            results = self.college.check(whole, altered)
        for result, due in zip(results, (VERIFIED, REFUSED), strict=True):
            if result["verdict"] != due:
                raise NotAsExpected(
                    f"The verdict on {result['file']} is {result['verdict']}; {due} was due. "
                    f"{result.get('headline', '')}"
                )
        return results[1]
