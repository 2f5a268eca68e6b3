"""The page of an achievement: what it is, what it takes, what its levels mean."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import HTMLResponse

from credentials.json_types import JsonObject
from issuer.endorsements.service import Delivered
from issuer.web.pages import render


def achievement_page(
    request: Request,
    achievement: JsonObject,
    endorsements: Sequence[Delivered],
    headers: Mapping[str, str],
) -> HTMLResponse:
    """The achievement's page; it names nobody who earned it."""
    levels = level_rows(achievement)
    values = {
        "title": achievement["name"],
        "achievement": achievement,
        "criteria": achievement["criteria"]["narrative"].split("\n\n"),
        "levels": levels,
        "required": next((row["name"] for row in levels if row["starts"]), ""),
        "alignment": [_alignment(item) for item in achievement.get("alignment", [])],
        "endorsements": endorsements,
    }
    return render(request, "achievement.html", values, headers=headers)


def level_rows(achievement: JsonObject) -> list[dict[str, Any]]:
    """The levels from lowest to highest, with where mastery starts.

    Their order is not signed as an order of the array (RDF knows sets), so it is read from
    ``level``.
    """
    descriptions = achievement.get("resultDescription", [])
    if not descriptions:
        return []
    required = descriptions[0].get("requiredLevel")
    ordered = sorted(descriptions[0].get("rubricCriterionLevel", []), key=_place)
    start = next((i for i, level in enumerate(ordered) if level["id"] == required), None)
    return [
        {
            "name": level["name"],
            "points": level.get("points", ""),
            "description": level.get("description", ""),
            "mastery": start is not None and index >= start,
            "starts": index == start,
        }
        for index, level in enumerate(ordered)
    ]


def _place(level: JsonObject) -> float:
    try:
        return float(level.get("level", "0"))
    except ValueError:
        return 0.0


def _alignment(item: JsonObject) -> dict[str, str]:
    """One alignment; only web addresses become links."""
    url = item["targetUrl"]
    return {
        "name": item["targetName"],
        "url": url if urlsplit(url).scheme in ("http", "https") else "",
        "code": item.get("targetCode", ""),
        "framework": item.get("targetFramework", ""),
    }
