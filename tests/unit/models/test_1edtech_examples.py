"""The credentials that 1EdTech prints with their canonical forms."""

import html
import json
import re

import jsonschema
import pytest

from credentials.canonical import canonicalize
from credentials.models import check_for_issuing

SCHEMAS = {
    "ob": "ob3/ob_v3p0_achievementcredential_schema.json",
    "clr": "clr2/clr_v2p0_clrcredential_schema.json",
}
FOLDERS = {"ob": "obv3p0", "clr": "clrv2p0"}


@pytest.fixture(params=SCHEMAS)
def example(request, shared):
    """A name, the credential printed on its page, and its canonical form."""
    folder = shared / "vectors" / "1edtech-canonical"
    page = (folder / f"linked-data-proof-{request.param}.html").read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    start = text.index("{", text.index("The credential used in the example is"))
    document, _ = json.JSONDecoder().raw_decode(text[start:])
    canonical = (folder / FOLDERS[request.param] / "document-canon.txt").read_text("utf-8")
    return request.param, document, canonical


def test_it_may_be_signed(example, shared):
    name, document, _ = example
    schema = json.loads((shared / "standards" / "schemas" / SCHEMAS[name]).read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(document)
    check_for_issuing(document)


def test_its_canonical_form_is_the_printed_one(example):
    _, document, canonical = example
    assert canonicalize(document).strip() == canonical.strip()
