"""Who asks for a page gets a page, who asks for data gets data (RFC 9110 section 12.5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.web.negotiation import HTML, JSON, preferred

OFFERS = [JSON, "application/ld+json", HTML]
CHROMIUM = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
    "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/*", HTML),
        ("text/html", HTML),
        ("TEXT/HTML", HTML),
        (CHROMIUM, HTML),
        ("application/ld+json", "application/ld+json"),
        ("text/html;q=0.4, application/json;q=0.5", JSON),
        ("text/html;q=0.5, application/json;q=0.4", HTML),
        ("text/html;q=0, */*", JSON),
        ("*/*;q=0.1, text/html;q=0.2", HTML),
        ("text/html;level=1;q=0.3, application/json;q=0.2", HTML),
        ("text/html ; q = 0.2 , application/json ; q=0.9", JSON),
        ("application/json;q=nonsense, text/html;q=0.1", HTML),
        ("application/json;q=7, text/html;q=0.1", HTML),
        ("image/png", None),
        ("*/*;q=0", None),
        (";;,,/,", None),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: str | None, chosen: str | None) -> None:
    assert preferred(accept, OFFERS) == chosen


@given(st.text(max_size=200))
def test_no_accept_field_is_too_strange(accept: str) -> None:
    assert preferred(accept, OFFERS) in [*OFFERS, None]


@given(st.integers(min_value=0, max_value=1000), st.integers(min_value=0, max_value=1000))
def test_the_higher_quality_wins(json_quality: int, html_quality: int) -> None:
    accept = f"text/html;q={html_quality / 1000}, application/json;q={json_quality / 1000}"
    if json_quality == html_quality == 0:
        assert preferred(accept, [JSON, HTML]) is None
    else:
        assert preferred(accept, [JSON, HTML]) == (JSON if json_quality >= html_quality else HTML)
