"""The page about the school: who it is, its keys with dates, its accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import HTMLResponse

from credentials.json_types import JsonObject
from issuer.identity.models import AnchorAccount, SigningKey
from issuer.web.pages import render
from issuer.web.site import site_of
from keys.did import did_web_to_url


def day(moment: datetime | None) -> str:
    """``12 June 2026, 09:30 UTC``; empty for None."""
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC" if moment else ""


def until(row: SigningKey | AnchorAccount) -> str:
    """When a key or an account ended: in other hands, or given up; empty for one in use."""
    if row.revoked_at is not None:
        return f"{day(row.revoked_at)}, in other hands since"
    return day(row.retired_at)


def profile_page(
    request: Request,
    profile: JsonObject,
    keys: Sequence[SigningKey],
    accounts: Sequence[AnchorAccount],
    headers: Mapping[str, str],
) -> HTMLResponse:
    """The issuer's page."""
    settings = site_of(request).settings
    values = {
        "title": settings.name,
        "profile": profile,
        "host": urlsplit(settings.base_url).netloc,
        "did": settings.did,
        "did_document_url": did_web_to_url(
            settings.did, insecure_loopback=settings.insecure_loopback
        ),
        "keys": [
            {"multikey": k.multikey, "since": day(k.created_at), "until": until(k)} for k in keys
        ],
        "accounts": [
            {"address": a.address, "since": day(a.created_at), "until": until(a)} for a in accounts
        ],
        "chain_id": settings.chain_id,
        "contract": settings.contract_address,
    }
    return render(request, "issuer.html", values, headers=headers)
