"""Renders pages: Jinja2 with everything escaped, one layout, one style sheet, no script."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

STYLE_PATH: Final = "/static/touchstone.css"
_YEAR_SECONDS: Final = 31_536_000


@cache
def environment() -> Environment:
    """The one template environment: autoescaping always on, unknown names an error."""
    return Environment(
        loader=PackageLoader("issuer.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style_sheet() -> bytes:
    """The style sheet's bytes."""
    return files("issuer.web").joinpath("static", "touchstone.css").read_bytes()


@cache
def style_version() -> str:
    """A short digest of the style sheet, so that browsers may keep it for a year."""
    return hashlib.sha256(style_sheet()).hexdigest()[:12]


def render(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """One page.

    Args:
        request: tells which school and prefix the page belongs to.
        template: file name below templates/.
        values: what the template shows; ``title`` becomes both title and h1.
        status: HTTP status.
        headers: added to the answer.
    """
    settings = request.app.state.site.settings
    shared = {
        "school": settings.name,
        "prefix": request.app.state.site.prefix,
        "style": f"{request.app.state.site.prefix}{STYLE_PATH}?v={style_version()}",
        "test_chain": settings.chain_id != 1,
    }
    html = environment().get_template(template).render(**shared, **values)
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


router = APIRouter()


@router.get(STYLE_PATH, include_in_schema=False)
def get_style() -> Response:
    """The style sheet; its address changes with its content."""
    cache_control = f"public, max-age={_YEAR_SECONDS}, immutable"
    return Response(style_sheet(), media_type="text/css", headers={"Cache-Control": cache_control})
