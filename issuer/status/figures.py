"""How fresh and how full the status lists are, in numbers for whoever watches them."""

from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from issuer.status.models import StatusList
from issuer.web.metrics import Reading


def read_status_lists(session: Session, now: datetime) -> list[Reading]:
    """Number, age and end of the lists, and the places that are left, in one query.

    Args:
        session: reads only.
        now: aware UTC.
    """
    lists, places, given, stale, oldest, ends = session.execute(
        select(
            func.count(),
            func.sum(col(StatusList.size)),
            func.sum(col(StatusList.allocated)),
            func.sum(case((col(StatusList.stale), 1), else_=0)),
            func.min(col(StatusList.valid_from)),
            func.min(col(StatusList.valid_until)),
        ).select_from(StatusList)
    ).one()
    readings = [
        Reading("status_lists", "Status lists that are published.", lists),
        Reading("status_places", "Entries of all status lists.", places or 0),
        Reading("status_places_given", "Entries that belong to a credential.", given or 0),
        Reading("status_lists_stale", "Lists with a change that is not signed yet.", stale or 0),
    ]
    if oldest is None or ends is None:
        return readings
    age, left = (now - oldest).total_seconds(), (ends - now).total_seconds()
    return [
        *readings,
        Reading("status_list_age_seconds", "Age of the list that was signed longest ago.", age),
        Reading(
            "status_list_left_seconds",
            "Until the first list expires; below 0 readers find no valid status.",
            left,
        ),
    ]
