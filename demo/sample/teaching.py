"""A teacher as a learner: a micro-credential's framework, and work that two colleagues judged."""

import csv
import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from demo.sample.case_parts import CaseParts, JsonObject
from demo.sample.school import Person
from demo.sample.tables import EVIDENCE_HEADER

TEXTS = Path(__file__).with_name("teaching.toml")
TOOL = "quiz-engine-2"


@dataclass(frozen=True)
class TeachingSample:
    """What there is of one teacher's learning.

    Attributes:
        framework: the CASE package.
        evidence: the evidence file.
        teacher: who learns.
        title: of the framework.
    """

    framework: Path
    evidence: Path
    teacher: Person
    title: str


def write_teaching(directory: Path, teacher: Person, reviewers: Sequence[Person]) -> TeachingSample:
    """Write framework and evidence.

    Args:
        directory: made where it is missing.
        teacher: who learns.
        reviewers: two colleagues.
    """
    texts = tomllib.loads(TEXTS.read_text("utf-8"))
    directory.mkdir(parents=True, exist_ok=True)
    framework, evidence = directory / "framework.json", directory / "evidence.csv"
    package = json.dumps(_package(texts), ensure_ascii=False, indent=1)
    framework.write_text(f"{package}\n", "utf-8")
    with evidence.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, EVIDENCE_HEADER)
        writer.writeheader()
        writer.writerows(_rows(texts, teacher, reviewers))
    return TeachingSample(framework, evidence, teacher, texts["framework"]["title"])


def _rows(
    texts: JsonObject, teacher: Person, reviewers: Sequence[Person]
) -> Iterator[dict[str, object]]:
    """One row a score; a second one names the first."""
    top = len(texts["levels"])
    for number, work in enumerate(texts["work"], 1):
        first = f"{teacher.sourced_id}-work-{number}"
        seen = datetime.fromisoformat(work["observed"])
        by_tool = len(work["scores"]) == 1
        artefact = f"https://work.harborpoint.example/{first}"
        for turn, score in enumerate(work["scores"]):
            yield {
                "sourcedId": f"{first}-rating-{turn + 1}" if turn else first,
                "learnerSourcedId": teacher.sourced_id,
                "competency": texts["competency"]["code"],
                "kind": work["kind"],
                "score": score,
                "scoreMin": 0,
                "scoreMax": top,
                "formative": "false",
                "assessorKind": "tool" if by_tool else "person",
                "assessorRole": "quiz engine" if by_tool else "reviewer",
                "assessorId": TOOL if by_tool else reviewers[turn].sourced_id,
                "observedAt": f"{seen + timedelta(days=turn):%Y-%m-%dT%H:%M:%SZ}",
                "artefactUrl": artefact,
                # There is no work behind a fictional teacher: the digest is that of its address.
                "artefactSha256": hashlib.sha256(artefact.encode()).hexdigest(),
                "title": work["title"],
                "setting": "school",
                "secondRatingOf": first if turn else "",
            }


def _package(texts: JsonObject) -> JsonObject:
    """One item with a rubric of four levels."""
    parts = CaseParts(texts["framework"]["uri_base"], texts["framework"]["changed"])
    title, item = texts["framework"]["title"], texts["competency"]
    return {
        "CFDocument": parts.document(title, texts["framework"]["creator"]),
        "CFItems": [parts.item(item, "Micro-credential")],
        "CFAssociations": [
            parts.association("isChildOf", item, parts.link("CFDocuments", title, title))
        ],
        "CFRubrics": [_rubric(parts, item, texts["levels"])],
    }


def _rubric(parts: CaseParts, item: JsonObject, levels: Sequence[JsonObject]) -> JsonObject:
    rubric, criterion = (
        parts.named("CFRubrics", item["code"]),
        parts.named("CFRubricCriteria", item["code"]),
    )
    return {
        **rubric,
        "title": f"{item['code']} {item['title']}",
        "CFRubricCriteria": [
            {
                **criterion,
                "category": item["title"],
                "description": item["statement"],
                "CFItemURI": parts.link("CFItems", item["code"], item["title"]),
                "position": 1,
                "rubricId": rubric["identifier"],
                "CFRubricCriterionLevels": [
                    {
                        **parts.named("CFRubricCriterionLevels", f"{item['code']} {place}"),
                        "description": level["description"],
                        "quality": level["name"],
                        "score": float(place),
                        "position": place,
                        "rubricCriterionId": criterion["identifier"],
                    }
                    for place, level in enumerate(levels, 1)
                ],
            }
        ],
    }
