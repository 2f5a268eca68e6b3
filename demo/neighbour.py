"""A museum, a second issuer of its own: it gives a badge to a volunteer and endorses the school.

It has a home, keys, a chain and a site apart from the school's. What passes between the two are
files, and what each publishes over HTTP.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.children import HOST, bare_environment, free_port, serving
from demo.errors import NotAsExpected
from demo.issuing import ISSUER, SchoolCommands
from demo.places import Places
from demo.sample.museum import MuseumSample

SITE_PORT = 8001
CHAIN_PORT = 8546
CHAIN_ID = 11_155_111
COMMENT = (
    "We worked with this student for a year. What the school says here is what our visitors saw."
)


@dataclass(frozen=True)
class Badge:
    """A badge as its holder carries it.

    Attributes:
        credential: its id.
        file: the signed document.
    """

    credential: str
    file: Path


class Neighbour:
    """The museum at work.

    Args:
        places: where its home lies, and where its files go.
    """

    def __init__(self, places: Places) -> None:
        self.site_url = f"http://{HOST}:{free_port(SITE_PORT)}"
        self.rpc = f"{CHAIN_ID}=http://{HOST}:{free_port(CHAIN_PORT)}"
        self._places = places
        self._issuer = SchoolCommands(places.museum, places.passphrase, warned=True)

    @property
    def did(self) -> str:
        """Its DID (did:web, with its port percent-encoded)."""
        return f"did:web:{self.site_url.removeprefix('http://').replace(':', '%3A')}"

    def found(self, name: str) -> None:
        """DID, keys, account and contract, on a chain of its own."""
        port = self.rpc.rsplit(":", 1)[1]
        self._issuer.run(
            *("init", "--name", name, "--base-url", self.site_url, "--chain-port", port)
        )

    @contextmanager
    def published_site(self) -> Iterator[Callable[[], None]]:
        """Its public documents, served for as long as the block; gives what waits for them."""
        port = self.site_url.rsplit(":", 1)[1]
        with serving(
            [*ISSUER, "serve", "--host", HOST, "--port", port, *self._issuer.options],
            health=f"{self.site_url}/health",
            log=self._places.museum_log,
            environment=bare_environment(),
        ) as wait_until_ready:
            yield wait_until_ready

    def award(self, sample: MuseumSample) -> Badge:
        """Judge the volunteer's work by the rule that holds without another, and mint the badge.

        Raises:
            NotAsExpected: it is not one badge that comes of it.
        """
        self._issuer.run("import", "case", str(sample.framework))
        self._issuer.run("import", "oneroster", str(sample.roster))
        self._issuer.run("import", "evidence", str(sample.evidence))
        self._issuer.run("judge")
        self._issuer.run("mint")
        directory = self._places.root / "carried"
        rows = self._issuer.listing("export", sample.volunteer, str(directory))
        if len(rows) != 1:
            raise NotAsExpected(f"The museum's volunteer has {len(rows)} badges; one was due.")
        return Badge(rows[0]["id"], Path(rows[0]["file"]))

    def endorse(self, credential: Path) -> Path:
        """An endorsement of a credential of the school's that the volunteer showed."""
        file = self._places.root / "carried" / "endorsement.json"
        self._issuer.run("endorse", str(credential), "--comment", COMMENT, "-o", str(file))
        return file
