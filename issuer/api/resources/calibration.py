"""Calibration: how far raters agree on each rubric, by pair of raters and over time.

For registrars only: it names raters, and no class of a teacher's bounds it.
"""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlmodel import Session

from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.paging import ListQuery, Page, Sort, find_among, link
from issuer.api.shown import ShortText, Shown
from issuer.competency import service
from issuer.competency.agreement import Agreement
from issuer.competency.calibration import DEFAULT_THRESHOLD, Period, RubricAgreement
from issuer.db import session_scope
from issuer.web.site import SiteDep

router = APIRouter(prefix="/calibration", tags=["calibration"], route_class=ApiRoute)


class AgreementShown(Shown):
    """How far two ratings of the same work agree.

    ``exact`` and ``adjacent`` (at most one level apart) count pairs of ratings. ``kappa`` is the
    quadratic weighted one, from ``low`` to ``high`` with 95 % confidence; where it is null,
    ``unknown`` says why.
    """

    double_scored: int
    exact: int
    adjacent: int
    kappa: float | None
    low: float | None
    high: float | None
    unknown: str | None

    @classmethod
    def of(cls, found: Agreement) -> "AgreementShown":
        """Numbers for programs, not rounded for people."""
        kappa = found.kappa
        return cls(
            double_scored=found.pairs,
            exact=found.exact,
            adjacent=found.adjacent,
            kappa=None if kappa is None else float(kappa.value),
            low=None if kappa is None else float(kappa.low),
            high=None if kappa is None else float(kappa.high),
            unknown=None if found.unknown is None else found.unknown.value,
        )


class DriftShown(Shown):
    """How kappa changed between periods; ``chance``: of such a change without any cause."""

    more_than_chance: bool
    chance: float
    change: float


class CalibrationShown(Shown):
    """What double scoring says of one rubric.

    ``below`` is null where it is not known whether kappa is under the threshold: that never counts
    as met. ``drift`` is null unless kappa is known of two periods.
    """

    rubric_id: UUID
    rubric: str
    levels: int
    competencies: list[str]
    raters: int
    works: int
    agreement: AgreementShown
    threshold: Decimal
    below: bool | None
    drift: DriftShown | None
    sentence: str


class RaterPairShown(Shown):
    """Two assessors, and how far they agree."""

    raters: list[str]
    agreement: AgreementShown


class PeriodShown(Shown):
    """A period, and how far all raters agreed in it."""

    period: str
    agreement: AgreementShown


class CalibrationInFull(CalibrationShown):
    """What double scoring says of one rubric, by pair of raters and by period."""

    pairs: list[RaterPairShown]
    periods: list[PeriodShown]


class CalibrationQuery(ListQuery):
    """Which rubrics, in which order."""

    rubric: ShortText | None = Field(None, description="Its title or id, or a competency's code.")
    threshold: Decimal = Field(DEFAULT_THRESHOLD, ge=-1, le=1)
    by: Period = Period.QUARTER
    below: bool | None = Field(None, description="Only those that are, or are known not to be.")
    sort: Literal["id", "-id", "rubric", "-rubric", "works", "-works"] = "id"


@router.get("", summary="Agreement of raters")
def list_calibration(
    asked: Annotated[CalibrationQuery, Query()],
    _caller: RegistrarOnly,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[CalibrationShown]:
    """Every rubric by which work was scored twice."""
    with session_scope(site.engine, read_only=True) as session:
        rows = service.calibration(session, rubric=asked.rubric or "", by=asked.by)
    if asked.below is not None:
        rows = [one for one in rows if one.is_below(asked.threshold) is asked.below]
    sorts = {
        "id": Sort(lambda one: f"{one.rubric_id}/{one.levels:05}", str),
        "rubric": Sort(lambda one: one.title, str),
        "works": Sort(lambda one: one.works, int),
    }
    found = find_among(rows, sorts, asked)
    link(request, response, asked, found.next)
    items = [CalibrationShown(**_members(one, asked.threshold)) for one in found.rows]
    return Page(items=items, next=found.next, total=len(rows))


@router.get("/{rubric_id}", summary="Agreement on a rubric")
def get_calibration(
    rubric_id: UUID,
    _caller: RegistrarOnly,
    site: SiteDep,
    threshold: Annotated[Decimal, Query(ge=-1, le=1)] = DEFAULT_THRESHOLD,
    by: Period = Period.QUARTER,
) -> list[CalibrationInFull]:
    """One rubric by pairs and periods; once for each number of levels that its criteria have."""
    with session_scope(site.engine, read_only=True) as session:
        return [_in_full(one, threshold) for one in _of(session, rubric_id, by)]


def _of(session: Session, rubric_id: UUID, by: Period) -> list[RubricAgreement]:
    return service.calibration(session, rubric=str(rubric_id), by=by)


def _in_full(one: RubricAgreement, threshold: Decimal) -> CalibrationInFull:
    return CalibrationInFull(
        **_members(one, threshold),
        pairs=[
            RaterPairShown(raters=[it.one, it.other], agreement=AgreementShown.of(it.agreement))
            for it in one.pairs
        ],
        periods=[
            PeriodShown(period=it.label, agreement=AgreementShown.of(it.agreement))
            for it in one.periods
        ],
    )


def _members(one: RubricAgreement, threshold: Decimal) -> dict[str, object]:
    drift = one.drift
    return {
        "rubric_id": one.rubric_id,
        "rubric": one.title,
        "levels": one.levels,
        "competencies": list(one.competencies),
        "raters": one.raters,
        "works": one.works,
        "agreement": AgreementShown.of(one.agreement),
        "threshold": threshold,
        "below": one.is_below(threshold),
        "drift": None
        if drift is None
        else DriftShown(
            more_than_chance=drift.is_real, chance=drift.chance, change=float(drift.change)
        ),
        "sentence": one.sentence,
    }
