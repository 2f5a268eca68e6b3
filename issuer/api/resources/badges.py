"""Badges of other issuers, taken in as evidence once our own verifier finds them VERIFIED."""

from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from issuer.api.access import RegistrarOnly
from issuer.api.answers import ApiRoute
from issuer.api.bodies import JsonBody, Sent
from issuer.api.shown import Shown
from issuer.competency import badge_check, badges
from issuer.competency.evidence import evidence_id
from issuer.db import session_scope
from issuer.web.site import Site, SiteDep

router = APIRouter(prefix="/badges", tags=["evidence"], route_class=ApiRoute)

FILE: Final = "badge"
"""What problems call it."""


class BadgeSent(Sent):
    """A badge and what it is worth here: a score, or a level's name."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "badge": '{"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["…"]}',
        "learner": "s-1001",
        "competency": "OT.1",
        "level": "Proficient",
    }

    badge: str = Field(min_length=1, description="The file as it came: its JSON text, or a token.")
    learner: str = Field(min_length=1, description="Whose work it shows: a sourcedId. Your word.")
    competency: str = Field(min_length=1, description="Its GUID, URI, or human code.")
    framework: str = Field("", description="Where the code alone is not enough.")
    kind: str = badges.DEFAULT_KIND
    score: str = ""
    score_max: str = ""
    level: str = ""


class BadgeTaken(Shown):
    """What came of it; ``sentence`` says how the badge names its holder."""

    evidence_id: UUID
    source: str
    sourced_id: str
    already: bool = Field(description="It was evidence before; nothing was changed.")
    issuer: str
    achievement: str
    sentence: str


@router.post("", status_code=HTTPStatus.CREATED, summary="Take in a badge")
def take_in_badge(
    caller: RegistrarOnly,
    sent: Annotated[BadgeSent, Depends(JsonBody(BadgeSent))],
    site: SiteDep,
    response: Response,
) -> BadgeTaken:
    """Check another issuer's badge as a reader would, and make evidence of it.

    What it needs from other hosts is fetched by the verifier's own guarded door, while nothing
    here is locked.
    """
    badge = badge_check.check_badge_bytes(sent.badge.encode(), FILE, _settings(site))
    said = {name: getattr(sent, name) for name in BadgeSent.model_fields if name != "badge"}
    terms, now = badges.BadgeTerms(**said, file=FILE), site.clock()
    with session_scope(site.engine) as session:
        report = badges.take_in_logged(
            session, badge, terms, own_did=site.settings.did, now=now, who=caller.who
        )
    already = report.evidence.nothing_changed
    if already:
        response.status_code = HTTPStatus.OK
    return BadgeTaken(
        evidence_id=evidence_id(report.source, report.sourced_id),
        source=report.source,
        sourced_id=report.sourced_id,
        already=already,
        issuer=badge.issuer,
        achievement=badge.achievement,
        sentence=report.sentence,
    )


def _settings(site: Site) -> Any:
    own = site.settings
    ours = [] if own.uses_local_chain else [f"{own.chain_id}={own.rpc_url}"]
    return badge_check.badge_settings(rpc=ours, insecure_loopback=own.insecure_loopback)
