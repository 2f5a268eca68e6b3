"""The bundled contexts: what was published, and the few that are written here."""

import base64
import hashlib
import json

import pytest

from credentials.canonical import canonicalize
from credentials.models import check_credential
from schemas import context, context_urls, served_digests

OURS = {
    "https://purl.imsglobal.org/spec/clr/v2p0/context.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    "https://www.w3.org/ns/credentials/examples/v2",
}
VC2 = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture(scope="session")
def published(shared):
    folder = shared / "standards" / "contexts"
    files = json.loads((folder / "url-map.json").read_text("utf-8"))
    return {url: folder / name for url, name in files.items()}


@pytest.mark.parametrize("url", sorted(context_urls()))
def test_a_bundled_context_is_the_published_one(url, published):
    assert context(url) == json.loads(published[url].read_text("utf-8"))


def test_contexts_of_our_own_say_so(repository):
    entries = json.loads((repository / "schemas" / "MANIFEST.json").read_text("utf-8"))
    own = {entry["url"] for entry in entries if not entry["source"].startswith("npm ")}
    assert own == OURS
    assert all(entry["licence"] for entry in entries)


@pytest.mark.parametrize("url", sorted(u for u in context_urls() if served_digests(u)))
def test_the_digests_of_what_was_served(url, published):
    data = published[url].read_bytes()
    for name, text in zip(("sha256", "sha384"), served_digests(url), strict=False):
        digest = base64.b64encode(hashlib.new(name, data).digest()).decode()
        assert text == f"{name}-{digest}"


def test_a_transcript_has_a_canonical_form(transcript):
    del transcript["endorsementJwt"]  # no published context defines it

    def without(node):
        if isinstance(node, dict):
            return {k: without(v) for k, v in node.items() if k != "endorsementJwt"}
        return [without(item) for item in node] if isinstance(node, list) else node

    check_credential(transcript)
    quads = canonicalize(without(transcript))
    assert "https://purl.imsglobal.org/spec/vc/clr/vocab.html#association" in quads


@pytest.mark.parametrize(
    "url",
    [
        "https://www.w3.org/ns/credentials/examples/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/blockcerts/v3.2",
    ],
)
def test_a_credential_can_name_it(url, credential):
    assert canonicalize({**credential, "@context": [VC2, url]})
