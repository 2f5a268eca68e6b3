"""A museum in the neighbourhood: its framework, its one volunteer and the work that it saw."""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from demo.sample.case_parts import CaseParts, JsonObject
from demo.sample.competencies import Competency
from demo.sample.school import Person
from demo.sample.tables import Tables

TEXTS = Path(__file__).with_name("museum.toml")
MUSEUM = "mm-museum"
VOLUNTEER = "mm-volunteer-0001"


@dataclass(frozen=True)
class MuseumSample:
    """What the museum brings in.

    Attributes:
        name: of the museum.
        framework: its CASE package.
        roster: its OneRoster set.
        evidence: its evidence file.
        volunteer: the learner's sourcedId there.
        code: of the one competency of its framework.
        title: of that competency, and so of the badge.
        framework_title: of its framework.
    """

    name: str
    framework: Path
    roster: Path
    evidence: Path
    volunteer: str
    code: str
    title: str
    framework_title: str


def write_museum(directory: Path, learner: Person, email: str, related: Competency) -> MuseumSample:
    """Write the museum's files.

    Args:
        directory: made where it is missing.
        learner: the school's learner who works there as a volunteer.
        email: of the learner, by which the school may know the badge's holder again.
        related: the school's competency that the museum's is related to (a crosswalk).
    """
    texts = tomllib.loads(TEXTS.read_text("utf-8"))
    directory.mkdir(parents=True, exist_ok=True)
    framework = directory / "framework.json"
    package = _package(texts, related)
    framework.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    with Tables(directory, texts["museum"]["recorded"]) as tables:
        tables.write_manifest(texts["museum"]["system"])
        _write_people(tables, texts, learner, email)
        for work in texts["work"]:
            tables.write(
                "evidence",
                work["id"],
                learnerSourcedId=VOLUNTEER,
                competency=texts["competency"]["code"],
                kind=work["kind"],
                assessorKind="person",
                assessorRole="head of education",
                observedAt=work["observed"],
                title=work["title"],
                level=work["level"],
            )
    return MuseumSample(
        name=texts["museum"]["name"],
        framework=framework,
        roster=directory / "oneroster",
        evidence=directory / "evidence.csv",
        volunteer=VOLUNTEER,
        code=texts["competency"]["code"],
        title=texts["competency"]["title"],
        framework_title=texts["framework"]["title"],
    )


def _write_people(tables: Tables, texts: JsonObject, learner: Person, email: str) -> None:
    """The museum and its volunteer, as the museum's own system has them."""
    tables.write("orgs", MUSEUM, name=texts["museum"]["name"], type="local")
    tables.write(
        "users",
        VOLUNTEER,
        enabledUser="true",
        username=learner.username,
        givenName=learner.given_name,
        familyName=learner.family_name,
        email=email,
        primaryOrgSourcedId=MUSEUM,
    )
    tables.write(
        "roles",
        f"{VOLUNTEER}-role",
        userSourcedId=VOLUNTEER,
        roleType="primary",
        role="student",
        orgSourcedId=MUSEUM,
    )


def _package(texts: JsonObject, related: Competency) -> JsonObject:
    """One item, which hangs from the document, and is related to one of the school's."""
    parts = CaseParts(texts["museum"]["uri_base"], texts["framework"]["changed"])
    title, item = texts["framework"]["title"], texts["competency"]
    theirs = {
        "title": related.title,
        "identifier": related.identifier,
        "uri": related.uri,
    }
    return {
        "CFDocument": parts.document(title, texts["framework"]["creator"]),
        "CFItems": [parts.item(item, "Competency")],
        "CFAssociations": [
            parts.association("isChildOf", item, parts.link("CFDocuments", title, title)),
            parts.association("isRelatedTo", item, theirs),
        ],
    }
