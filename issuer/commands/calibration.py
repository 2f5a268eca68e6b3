"""``calibration``: how far raters agree, rubric by rubric."""

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from issuer.commands.invocation import of
from issuer.commands.output import JsonOption, show

if TYPE_CHECKING:
    from issuer.competency.agreement import Agreement
    from issuer.competency.calibration import RubricAgreement


class By(StrEnum):
    """As issuer.competency.calibration.Period, without waiting for it to load."""

    QUARTER = "quarter"
    TERM = "term"
    YEAR = "year"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("calibration")(calibration)


def calibration(
    context: typer.Context,
    *,
    rubric: Annotated[
        str, typer.Option(help="One rubric in detail: its title or id, or a competency's code.")
    ] = "",
    below: Annotated[
        float, typer.Option(min=-1, max=1, help="Flag rubrics whose kappa is under this.")
    ] = 0.6,
    by: Annotated[By, typer.Option(help="What time is divided by, to see drift.")] = By.QUARTER,
    as_json: JsonOption = False,
) -> None:
    """Show how far raters agree where work was scored twice: by rubric, by pair, over time."""
    from issuer.competency import service  # noqa: PLC0415
    from issuer.competency.calibration import Period  # noqa: PLC0415
    from issuer.db import session_scope  # noqa: PLC0415

    threshold = Decimal(str(below))
    invocation = of(context)
    engine = invocation.engine(invocation.settings())
    with session_scope(engine, read_only=True) as session:
        found = service.calibration(session, rubric=rubric, by=Period(by.value))
    if as_json:
        show([_document(one, threshold) for one in found], as_json=True, empty="")
        return
    empty = "No work was scored twice yet: evidence files have a column secondRatingOf."
    show([_row(one, threshold) for one in found], as_json=False, empty=empty)
    if rubric:
        for one in found:
            _details(one)


def _row(one: "RubricAgreement", threshold: Decimal) -> dict[str, Any]:
    flag = {True: f"under {threshold}", False: "", None: "not known"}[one.is_below(threshold)]
    drift = "" if one.drift is None else ("more than chance" if one.drift.is_real else "no")
    return {
        "rubric": one.title,
        "levels": one.levels,
        "raters": one.raters,
        "works": one.works,
        **_shares(one.agreement),
        "drift": drift,
        "flag": flag,
    }


def _details(one: "RubricAgreement") -> None:
    typer.echo(f"\n{one.sentence}\n")
    pairs = [{"raters": f"{it.one} and {it.other}", **_shares(it.agreement)} for it in one.pairs]
    show(pairs, as_json=False, empty="")
    typer.echo("")
    periods = [{"period": it.label, **_shares(it.agreement)} for it in one.periods]
    show(periods, as_json=False, empty="")


def _shares(found: "Agreement") -> dict[str, Any]:
    from issuer.competency.agreement import percent, two_decimals  # noqa: PLC0415

    kappa = found.kappa
    return {
        "double_scored": found.pairs,
        "exact": percent(found.exact, found.pairs),
        "adjacent": percent(found.adjacent, found.pairs),
        "kappa": "not known" if kappa is None else two_decimals(kappa.value),
        "interval_95": ""
        if kappa is None
        else f"{two_decimals(kappa.low)} to {two_decimals(kappa.high, up=True)}",
    }


def _document(one: "RubricAgreement", threshold: Decimal) -> dict[str, Any]:
    return {
        "rubric": one.title,
        "rubric_id": one.rubric_id,
        "levels": one.levels,
        "competencies": one.competencies,
        "raters": one.raters,
        "works": one.works,
        "agreement": _numbers(one.agreement),
        "below": one.is_below(threshold),
        "threshold": float(threshold),
        "pairs": [
            {"raters": [it.one, it.other], "agreement": _numbers(it.agreement)} for it in one.pairs
        ],
        "periods": [
            {"period": it.label, "agreement": _numbers(it.agreement)} for it in one.periods
        ],
        "drift": None
        if one.drift is None
        else {
            "more_than_chance": one.drift.is_real,
            "chance": one.drift.chance,
            "change": float(one.drift.change),
        },
        "sentence": one.sentence,
    }


def _numbers(found: "Agreement") -> dict[str, Any]:
    """Numbers for programs, not rounded for people."""
    kappa = found.kappa
    return {
        "double_scored": found.pairs,
        "exact": found.exact,
        "adjacent": found.adjacent,
        "kappa": None if kappa is None else float(kappa.value),
        "low": None if kappa is None else float(kappa.low),
        "high": None if kappa is None else float(kappa.high),
        "unknown": None if found.unknown is None else found.unknown.value,
    }
