"""A school that has minted, another that endorses, and a world in which each finds the other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from simulators import school as simulated

from credentials.models.endorsement import content_digest
from verifier.ports import Ports


class BothWorlds(simulated.World):
    """The simulated hosts, and our school's own site."""

    def __init__(self, site: httpx.Client, base_url: str, did: str) -> None:
        super().__init__()
        self._site, self._base_url, self._did = site, base_url, did

    def resolve(self, did: str) -> Any:
        if did != self._did:
            return super().resolve(did)
        return self._site.get("/.well-known/did.json").json()

    def fetch(self, url: str, *, max_bytes: int) -> bytes:
        if not url.startswith(self._base_url):
            return super().fetch(url, max_bytes=max_bytes)
        return self._site.get(url.removeprefix(self._base_url)).raise_for_status().content


@pytest.fixture(autouse=True)
def _told(environment: pytest.MonkeyPatch) -> None:
    """Every test here has the passphrase and the switch."""


@pytest.fixture
def site(minted: Path, open_site: Any) -> Iterator[httpx.Client]:
    """Our school, served."""
    with open_site(minted) as client:
        yield client


@pytest.fixture
def world(site: httpx.Client, minted: Path, monkeypatch: pytest.MonkeyPatch) -> BothWorlds:
    """What both programs see, an hour from now: the school signs by the real clock."""
    profile = site.get("/issuer", headers={"Accept": "application/json"}).json()
    did = site.get("/.well-known/did.json").json()["id"]
    both = BothWorlds(site, profile["id"].removesuffix("/issuer"), did)
    both.now = simulated.datetime.now(simulated.UTC) + simulated.timedelta(hours=1)
    monkeypatch.setattr("issuer.endorsements.checking.open_world", lambda settings: both.ports())
    return both


@pytest.fixture
def ports(world: BothWorlds) -> Ports:
    """The same for the verifier."""
    return world.ports()


@pytest.fixture
def college(world: BothWorlds) -> Any:
    """The other school."""
    return simulated.School(world, "college.example")


@pytest.fixture
def endorse(college: Any) -> Any:
    """Its endorsement of a node, or of an id alone."""

    def make(node: Any, *, content: bool = True, **members: Any) -> Any:
        college.serial += 1
        subject = {
            "id": node["id"],
            "type": ["EndorsementSubject"],
            "endorsementComment": "Set as we set it ourselves.",
            **({"digestSRI": content_digest(node)} if content else {}),
        }
        return college.sign(
            {
                "@context": [simulated.VC2, simulated.OB3],
                "id": f"urn:uuid:e0000000-31a5-4a7a-9f7e-{college.serial:012d}",
                "type": ["VerifiableCredential", "EndorsementCredential"],
                "issuer": {"id": college.did, "type": ["Profile"], "name": "The College"},
                "name": "Endorsement",
                "validFrom": simulated.stamp(simulated.ISSUED),
                "credentialSubject": subject,
                **members,
            }
        )

    return make


@pytest.fixture
def saved(tmp_path: Path) -> Any:
    """Writes a document to a file with its own spacing, and says which."""

    def save(document: Any, name: str = "endorsement.json") -> Path:
        path = tmp_path / name
        text = document if isinstance(document, str) else json.dumps(document, indent=3) + "\n\n"
        path.write_text(text, encoding="utf-8")
        return path

    return save
