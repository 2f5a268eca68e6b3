"""Calibration of a school: by rubric, by pair of raters, over time, and by command."""

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from issuer import cli
from issuer.competency import service
from issuer.competency.agreement import Unknown
from issuer.competency.calibration import Period, RubricAgreement
from issuer.competency.errors import UnknownRubric
from issuer.db import session_scope
from issuer.learners.models import AcademicSession

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
HALF = [(1, 1)] * 10 + [(1, 2)] * 5 + [(2, 2)] * 5
"""Levels of twenty works, by hand: kappa is a half."""


def guid(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


class Raters:
    """Brings works that several assessors scored."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.path = folder / "rated.json"
        self.numbers = itertools.count()

    def bring(self, *entries: dict[str, Any]) -> None:
        self.path.write_text(json.dumps({"evidence": entries}))
        with session_scope(self.engine) as session:
            service.import_evidence(session, self.path, NOW)

    def score(
        self,
        works: list[tuple[float, ...]],
        *,
        by: tuple[str, ...] = ("tea", "ted"),
        on: str = "OT.1",
        at: str = "2026-05-01",
        **more: Any,
    ) -> list[str]:
        """Work after work, the scores that each assessor gave; the names of the entries."""
        entries = []
        for scores in works:
            first = f"e{next(self.numbers)}"
            for assessor, score in zip(by, scores, strict=True):
                name = first if assessor == by[0] else f"{first}-{assessor}"
                entries.append(
                    {
                        "sourcedId": name,
                        "learnerSourcedId": "ana",
                        "competency": on,
                        "kind": "project",
                        "score": score,
                        "assessorKind": "person",
                        "assessorId": assessor,
                        "observedAt": at,
                        "secondRatingOf": "" if name == first else first,
                    }
                    | more
                )
        self.bring(*entries)
        return [entry["sourcedId"] for entry in entries]

    def found(self, **asked: Any) -> list[RubricAgreement]:
        with session_scope(self.engine, read_only=True) as session:
            return service.calibration(session, **asked)


@pytest.fixture
def raters(school: Engine, tmp_path: Path) -> Raters:
    return Raters(school, tmp_path)


def value(found: RubricAgreement) -> Fraction | None:
    return found.agreement.kappa and found.agreement.kappa.value


def test_a_school_without_second_ratings_has_none(raters: Raters) -> None:
    assert raters.found() == []
    raters.score([(3,)], by=("tea",))
    assert raters.found() == []


def test_by_rubric(raters: Raters) -> None:
    raters.score(HALF)
    [found] = raters.found()
    assert (found.title, found.levels, found.competencies) == ("Rubric", 4, ("OT.1",))
    assert found.rubric_id == guid("R")
    assert (found.raters, found.works, found.agreement.pairs) == (2, 20, 20)
    assert (found.agreement.exact, found.agreement.adjacent) == (15, 5)
    assert value(found) == Fraction(1, 2)
    assert found.is_below(Decimal("0.6")) is True
    assert found.is_below(Decimal("0.5")) is False
    assert found.sentence.startswith(
        "Two raters scored 20 pieces of work: 75 % exact, 100 % within one level; quadratic "
        "weighted kappa 0.50 (95 % confidence interval 0.17 to 0.83)"
    )


def test_scores_count_by_the_level_they_reach(raters: Raters) -> None:
    # Out of 100 on a rubric up to 4: 49 reaches level 1, 50 level 2; 10 reaches none.
    raters.score([(20.0 + 5 * one, 24.0 + 26 * other) for one, other in HALF], scoreMax=100)
    [found] = raters.found()
    assert found.agreement.pairs == 20
    # First ratings: 25 or 30, all level 1.
    assert found.agreement.unknown is Unknown.NO_VARIANCE
    raters.score([(10, 20)] * 20 + [(30, 60)] * 20, on="OT.2", scoreMax=100)
    [found] = raters.found(rubric="OT.2")
    assert (found.agreement.exact, found.agreement.adjacent) == (20, 20)


def test_too_few_are_not_known(raters: Raters) -> None:
    raters.score(HALF[:-1])
    [found] = raters.found()
    assert (found.agreement.kappa, found.agreement.unknown) == (None, Unknown.TOO_FEW)
    assert found.is_below(Decimal("0.6")) is None
    assert "is not known" in found.sentence


def test_by_pair_of_raters(raters: Raters) -> None:
    raters.score(HALF, by=("tea", "ted"))
    raters.score([(other, one) for one, other in HALF], by=("ted", "tea"))
    raters.score([(one, one) for one, _ in HALF], by=("tea", "una"))
    [found] = raters.found()
    assert (found.raters, found.works) == (3, 60)
    by_pair = {(one.one, one.other): one.agreement for one in found.pairs}
    assert set(by_pair) == {("tea", "ted"), ("tea", "una")}
    together = by_pair["tea", "ted"]
    # Whoever scored first: tea's levels against ted's.
    assert (together.pairs, together.kappa and together.kappa.value) == (40, Fraction(1, 2))
    perfect = by_pair["tea", "una"].kappa
    assert perfect is not None
    assert perfect.value == 1
    assert "Three raters, two or more for each, scored 60" in found.sentence


def test_a_third_rating_is_compared_with_the_first(raters: Raters) -> None:
    raters.score([(one, other, one) for one, other in HALF], by=("tea", "ted", "una"))
    [found] = raters.found()
    assert (found.works, found.agreement.pairs) == (20, 40)
    assert {(one.one, one.other) for one in found.pairs} == {("tea", "ted"), ("tea", "una")}


def test_what_was_corrected_counts_as_it_stands(raters: Raters) -> None:
    names = raters.score(HALF)
    base = {
        "learnerSourcedId": "ana",
        "competency": "OT.1",
        "kind": "project",
        "assessorKind": "person",
        "observedAt": "2026-05-01",
    }
    last, last_second = names[-2:]
    # The first rating of the last work changes; a second of another is withdrawn.
    raters.bring(
        base | {"sourcedId": "c1", "corrects": last, "score": 4, "assessorId": "tea"},
        base | {"sourcedId": "c2", "corrects": names[1], "assessorId": "ted"},
    )
    [found] = raters.found()
    assert (found.agreement.pairs, found.agreement.exact, found.agreement.adjacent) == (19, 13, 5)
    # A second rating whose work is of the same assessor after a correction is none.
    raters.bring(
        base | {"sourcedId": "c3", "corrects": "c1", "score": 4, "assessorId": "ted"},
    )
    assert raters.found()[0].agreement.pairs == 18
    assert last_second.endswith("-ted")


def test_competencies_without_a_rubric_stand_for_themselves(raters: Raters) -> None:
    raters.score(HALF, on="OT.2")
    raters.score([(one, one) for one, _ in HALF], on="OT.3")
    assert [one.title for one in raters.found()] == [
        "OT.2, without a rubric",
        "OT.3, without a rubric",
    ]
    assert [value(one) for one in raters.found()] == [Fraction(1, 2), 1]


@pytest.mark.parametrize("name", ["rubric", str(guid("R")), "ot.1"])
def test_one_rubric_by_name(raters: Raters, name: str) -> None:
    raters.score(HALF)
    raters.score(HALF, on="OT.2")
    assert [one.title for one in raters.found(rubric=name)] == ["Rubric"]
    with pytest.raises(UnknownRubric):
        raters.found(rubric="Nothing")


def test_over_time(raters: Raters) -> None:
    agreed = [(level, level) for level in (1, 2, 3, 4)] * 10
    opposed = [(level, 5 - level) for level in (1, 2, 3, 4)] * 10
    raters.score([*agreed, (1, 2)], at="2025-11-30")
    raters.score([*agreed, (2, 1)], at="2026-02-01")
    [calm] = raters.found()
    assert [one.label for one in calm.periods] == ["2025, quarter 4", "2026, quarter 1"]
    assert calm.drift is not None
    assert not calm.drift.is_real
    raters.score([*opposed, (1, 1)], at="2026-05-01")
    raters.score([(1, 1)], at="2026-06-29")
    [found] = raters.found()
    assert found.drift is not None
    assert found.drift.is_real
    assert found.drift.change < 0
    by_year = raters.found(by=Period.YEAR)[0].periods
    assert [(one.label, one.agreement.pairs) for one in by_year] == [("2025", 41), ("2026", 83)]


def test_by_the_schools_own_terms(raters: Raters) -> None:
    terms = [
        ("Autumn", date(2025, 9, 1), date(2026, 1, 31)),
        ("Spring", date(2026, 1, 31), date(2026, 7, 1)),
    ]
    with session_scope(raters.engine) as session:
        for title, start, end in terms:
            session.add(
                AcademicSession(
                    sourced_id=title,
                    digest=b"",
                    title=title,
                    type="term",
                    start_date=start,
                    end_date=end,
                )
            )
    for day in ("2025-08-31", "2025-09-01", "2026-01-31", "2026-02-01"):
        raters.score([(1, 1)], at=day)
    [found] = raters.found(by=Period.TERM)
    assert [(one.label, one.agreement.pairs) for one in found.periods] == [
        ("outside of terms", 1),
        ("Autumn", 1),
        ("Spring", 2),
    ]
    assert found.drift is None


def test_kappa_of_each_competency(raters: Raters) -> None:
    raters.score(HALF)
    raters.score(HALF[:5], on="OT.2")
    asked = [guid("OT.1"), guid("OT.2"), guid("OT.3"), guid("none")]
    with session_scope(raters.engine, read_only=True) as session:
        kappas = service.kappa_of(session, asked)
        sentences = service.agreement_sentences(session, asked)
        assert service.kappa_of(session, []) == {}
    assert list(kappas) == asked
    assert [one and one.value for one in kappas.values()] == [Fraction(1, 2), None, None, None]
    assert set(sentences) == {guid("OT.1"), guid("OT.2")}
    assert sentences[guid("OT.1")] == raters.found(rubric="Rubric")[0].sentence


# --- the command ---


@pytest.fixture
def command(
    raters: Raters, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    class Home:
        def settings(self) -> None: ...

        def engine(self, _settings: None) -> Engine:
            return raters.engine

    for name in ("calibration", "evidence"):
        monkeypatch.setattr(f"issuer.commands.{name}.of", lambda _context: Home())

    def run(*arguments: str) -> str:
        assert cli.run(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    return run


def test_the_command_flags_what_is_under_the_threshold(raters: Raters, command: Any) -> None:
    assert "secondRatingOf" in command("calibration")
    raters.score(HALF)
    raters.score(HALF[:3], on="OT.2")
    lines = command("calibration").splitlines()
    assert [("under 0.6" in line, "0.50" in line) for line in lines if "Rubric" in line] == [
        (True, True)
    ]
    assert sum("not known" in line for line in lines) == 1
    assert "under" not in command("calibration", "--below", "0.5")
    detail = command("calibration", "--rubric", "OT.1")
    assert "tea and ted" in detail
    assert "2026, quarter 2" in detail
    assert "Two raters scored 20 pieces of work" in detail


def test_the_command_in_json(raters: Raters, command: Any) -> None:
    raters.score(HALF)
    [found] = json.loads(command("calibration", "--json", "--below", "0.7"))
    assert (found["below"], found["threshold"], found["agreement"]["kappa"]) == (True, 0.7, 0.5)
    assert found["agreement"]["low"] < 0.5 < found["agreement"]["high"]
    assert found["pairs"][0]["raters"] == ["tea", "ted"]
    assert found["drift"] is None


def test_the_listing_of_evidence(raters: Raters, command: Any) -> None:
    raters.score(HALF[:2])
    rows = json.loads(command("evidence", "--json", "--learner", "ana"))
    assert [row["second_rating_of"] for row in rows].count("") == 2
    assert {(row["purpose"], row["setting"], row["stands"]) for row in rows} == {
        ("summative", "school", True)
    }
    head, *lines = command("evidence", "--csv").splitlines()
    assert head.startswith("sourcedId,learnerSourcedId,")
    assert len(lines) == 4
    assert "e0-ted" in command("evidence")
