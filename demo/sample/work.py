"""What the learners showed, as rows: results of the gradebook, and evidence of other kinds."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from demo.sample.competencies import Competency
from demo.sample.growth import Piece
from demo.sample.roster import Roster, class_id
from demo.sample.school import SCHOOL, Person, School
from demo.sample.tables import Tables

MOST_DAYS_TO_GRADE = 4


class SectionWork:
    """Writes what one section of learners showed.

    Line items belong to classes, and many learners share one, so they are noted while the
    results are written and written once at the end of the section.
    """

    def __init__(self, school: School, tables: Tables, roster: Roster, section: int) -> None:
        self._school = school
        self._write = tables.write
        self._roster = roster
        self._section = section
        self._line_items: dict[str, tuple[Competency, int]] = {}

    def write_pieces(self, random: Random, learner: Person, pieces: Sequence[Piece]) -> None:
        """A result or a row of evidence for each piece."""
        for place, piece in enumerate(pieces, 1):
            if piece.occasion is None:
                self._write_evidence(random, learner, place, piece)
            else:
                self._write_result(random, learner, place, piece, piece.occasion)

    def write_line_items(self) -> None:
        """Every line item that a result of this section needed."""
        for sourced_id, (competency, occasion) in sorted(self._line_items.items()):
            self._write_line_item(sourced_id, competency, occasion)

    def _line_item(self, competency: Competency, occasion: int) -> str:
        """The sourcedId of a class occasion on a competency, which is noted."""
        course = class_id(competency.course, self._section)
        sourced_id = f"{course}-{competency.number:04d}-{occasion + 1}"
        self._line_items[sourced_id] = (competency, occasion)
        return sourced_id

    def _write_line_item(self, sourced_id: str, competency: Competency, occasion: int) -> None:
        texts = self._school.texts["occasions"][occasion]
        due = self._school.day(texts["day"])
        self._write(
            "lineItems",
            sourced_id,
            title=texts["title"].format(title=competency.title),
            description=texts["description"],
            assignDate=(due - timedelta(days=7)).isoformat(),
            dueDate=due.isoformat(),
            classSourcedId=class_id(competency.course, self._section),
            categorySourcedId=f"hp-category-{texts['category']}",
            academicSessionSourcedId=self._school.term(due),
            resultValueMin=written(lowest(competency)),
            resultValueMax=written(competency.scores[-1]),
            schoolSourcedId=SCHOOL,
        )
        self._write(
            "lineItemLearningObjectiveIds",
            f"{sourced_id}-objective",
            lineItemSourcedId=sourced_id,
            source="case",
            learningObjectiveId=competency.identifier,
        )

    def _write_result(
        self, random: Random, learner: Person, place: int, piece: Piece, occasion: int
    ) -> None:
        sourced_id = f"{learner.sourced_id}-result-{place:03d}"
        days = 1 + int(random.random() * MOST_DAYS_TO_GRADE)
        self._write(
            "results",
            sourced_id,
            lineItemSourcedId=self._line_item(piece.competency, occasion),
            studentSourcedId=learner.sourced_id,
            scoreStatus="fully graded",
            score=written(piece.score),
            scoreDate=self._school.day(piece.day + days).isoformat(),
            classSourcedId=class_id(piece.competency.course, self._section),
        )
        self._write(
            "resultLearningObjectiveIds",
            f"{sourced_id}-objective",
            resultSourcedId=sourced_id,
            source="case",
            learningObjectiveId=piece.competency.identifier,
            score=written(piece.score),
        )

    def _write_evidence(self, random: Random, learner: Person, place: int, piece: Piece) -> None:
        """A row of evidence; where it was recorded wrongly, that row and its correction."""
        sourced_id = f"{learner.sourced_id}-evidence-{place:03d}"
        row = self._evidence(random, learner, sourced_id, piece)
        if piece.competency.twice_scored:
            self._write("evidence", sourced_id, **row)
            self._write_second_ratings(random, sourced_id, row, piece)
            return
        if piece.corrected_from is None:
            self._write("evidence", sourced_id, **row)
            return
        wrong = row | {"score": written(piece.corrected_from)}
        self._write("evidence", f"{sourced_id}-a", **wrong)
        right = row | {"note": "Corrects a score that was typed wrongly."}
        self._write("evidence", f"{sourced_id}-b", **right, corrects=f"{sourced_id}-a")

    def _write_second_ratings(
        self, random: Random, sourced_id: str, row: dict[str, str], piece: Piece
    ) -> None:
        """Another teacher's score of the same work; a third's too, if the two differ widely."""
        scores = piece.competency.scores
        first = scores.index(piece.score)
        second = _near(random, first, len(scores), self._school.texts["second_ratings"])
        self._write_rating(sourced_id, row, piece, 1, scores[second])
        if abs(first - second) > 1:
            self._write_rating(sourced_id, row, piece, 2, scores[(first + second) // 2])

    def _write_rating(
        self, sourced_id: str, row: dict[str, str], piece: Piece, other: int, score: float
    ) -> None:
        teacher = self._roster.teacher(piece.competency.course, self._section, other)
        again = row | {
            "assessorId": teacher.sourced_id,
            "score": written(score),
            "secondRatingOf": sourced_id,
        }
        self._write("evidence", f"{sourced_id}-rating-{other + 1}", **again)

    def _evidence(
        self, random: Random, learner: Person, sourced_id: str, piece: Piece
    ) -> dict[str, str]:
        kinds = self._school.texts["evidence"]
        if piece.competency.twice_scored:
            kinds = [kind for kind in kinds if kind["assessor_role"] == "teacher"]
        texts = _weighted(random, kinds)
        by_teacher = texts["assessor_role"] == "teacher"
        teacher = self._roster.teacher(piece.competency.course, self._section)
        artefact = f"https://work.{self._school.texts['school']['domain']}/{sourced_id}"
        return {
            "learnerSourcedId": learner.sourced_id,
            "competency": piece.competency.identifier,
            "kind": texts["kind"],
            "score": written(piece.score),
            "scoreMin": written(lowest(piece.competency)),
            "scoreMax": written(piece.competency.scores[-1]),
            "formative": "true" if texts["formative"] else "false",
            "assessorKind": texts["assessor_kind"],
            "assessorRole": texts["assessor_role"],
            "assessorId": teacher.sourced_id if by_teacher else "",
            "observedAt": f"{self._school.moment(piece.day, random):%Y-%m-%dT%H:%M:%SZ}",
            "artefactUrl": artefact,
            # There is no work behind a fictional learner: the digest is that of its address.
            "artefactSha256": hashlib.sha256(artefact.encode()).hexdigest(),
            "title": texts["titles"][int(random.random() * len(texts["titles"]))],
            "note": "",
            "setting": "out-of-school" if texts["kind"] == "out-of-school" else "school",
        }


def lowest(competency: Competency) -> float:
    """Where the range of scores begins: 0 means that nothing was shown, below the lowest level."""
    return min(0.0, competency.scores[0])


def written(value: float) -> str:
    """A score as people write it: 3, not 3.0."""
    return f"{value:g}"


def _near(random: Random, place: int, levels: int, shares: dict[str, float]) -> int:
    """Where a second score lies: mostly at the same level, sometimes one or two beside it."""
    chance = random.random()
    far = 2 if chance < shares["two_levels"] else 0
    step = far or int(chance < shares["two_levels"] + shares["one_level"])
    other = place - step if random.random() < 1 / 2 else place + step
    return other if 0 <= other < levels else max(0, min(levels - 1, 2 * place - other))


def _weighted(random: Random, choices: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One of the choices, each as likely as its weight says."""
    point = random.random() * sum(choice["weight"] for choice in choices)
    for choice in choices:
        point -= choice["weight"]
        if point < 0:
            return choice
    return choices[-1]
