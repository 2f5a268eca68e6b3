"""The equity view over the API: to registrars, and to nobody else."""

from operator import itemgetter
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.app import PREFIX
from issuer.api.paging import ListQuery, Page, Sort, find_among, link
from issuer.api.shown import ShortText, Shown
from issuer.db import session_scope
from issuer.equity import service
from issuer.equity.service import EVERYBODY, EquityRow, Level
from issuer.web.site import SiteDep

router = APIRouter(prefix=f"{PREFIX}/equity", tags=["equity"], route_class=ApiRoute)


class EquityShown(Shown):
    """Figures of one group in one competency, framework, or everything.

    Where ``shown`` is false the group is too small, or would give away one that is; all figures
    are null. ``group`` is null for those without one; ``total`` marks the row of all groups.
    """

    unit: UUID | None
    name: str
    group: str | None
    total: bool
    shown: bool
    pairs: int | None
    mastery_rate: float | None
    mean_attempts: float | None
    median_days: float | None

    @classmethod
    def of(cls, row: EquityRow) -> "EquityShown":
        """A row of the view."""
        members: dict[str, Any] = {
            name: getattr(row, name) for name in cls.model_fields if name not in {"group", "total"}
        }
        return cls(**members, group=row.value or None, total=row.value == EVERYBODY)


class EquityQuery(ListQuery):
    """By which groups, and what of."""

    attribute: ShortText | None = None
    level: Level = Level.ALL
    shown: bool | None = None
    sort: Literal["id", "-id"] = "id"


@router.get("", summary="Mastery by group")
def list_equity(
    asked: Annotated[EquityQuery, Query()],
    _caller: RegistrarOnly,
    site: SiteDep,
    request: Request,
    response: Response,
) -> Page[EquityShown]:
    """Mastery rates, attempts and days to mastery, small groups left out; in one order only."""
    with session_scope(site.engine, read_only=True) as session:
        rows = service.equity(session, asked.attribute, asked.level, site.settings.smallest_group)
    wanted = [row for row in rows if asked.shown in {None, row.shown}]
    # The order of the view: a total, then its groups.
    found = find_among(enumerate(wanted), {"id": Sort(itemgetter(0), int)}, asked)
    link(request, response, asked, found.next)
    items = [EquityShown.of(row) for _, row in found.rows]
    return Page(items=items, next=found.next, total=len(wanted))


@router.get("/attributes", summary="What groups were imported for")
def list_attributes(_caller: RegistrarOnly, site: SiteDep) -> list[str]:
    """The attributes that ``attribute`` may name."""
    with session_scope(site.engine, read_only=True) as session:
        return service.attributes(session)
