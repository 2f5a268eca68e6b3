"""What this school minted and published that can be endorsed, by its ids."""

from collections.abc import Iterable
from uuid import UUID

import orjson
from sqlmodel import Session

from credentials.json_types import JsonObject
from issuer.endorsements.targets import Target, issuer_target, target_of
from issuer.identity.documents import PROFILE_PATH
from issuer.minting import service
from issuer.minting.delivery import URN
from issuer.minting.errors import UnknownAchievement, UnknownCredential
from issuer.settings import Settings


def own_target(session: Session, settings: Settings, name: str) -> Target | None:
    """What of this school has exactly this id; None if nothing has.

    Args:
        session: reads only.
        settings: the school's.
        name: a credential's id, an achievement's address, the school's DID or its profile's.

    Raises:
        NotReleased: the credential's batch is not finished.
    """
    if name in (settings.did, f"{settings.base_url}{PROFILE_PATH}"):
        return issuer_target(settings.did)
    found = _achievement(session, settings, name)
    if found is None and name.startswith(URN):
        found = _credential(session, name)
    return target_of(found) if found is not None else None


def ids_in(documents: Iterable[JsonObject]) -> list[str]:
    """The ids of credentials, of their achievements and of their issuers."""
    found: dict[str, None] = {}
    for document in documents:
        found[document["id"]] = None
        found[document["credentialSubject"]["achievement"]["id"]] = None
        found[document["issuer"]["id"]] = None
    return list(found)


def _achievement(session: Session, settings: Settings, name: str) -> JsonObject | None:
    prefix = f"{settings.base_url}/achievements/"
    try:
        achievement_id = UUID(name.removeprefix(prefix)) if name.startswith(prefix) else None
        document: JsonObject = orjson.loads(service.achievement(session, achievement_id).document)
    except (ValueError, UnknownAchievement):
        return None
    return document if document["id"] == name else None


def _credential(session: Session, name: str) -> JsonObject | None:
    try:
        return service.deliver(session, name)
    except UnknownCredential:
        return None
