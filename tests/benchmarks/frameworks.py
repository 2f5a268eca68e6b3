"""How long large frameworks take to import, to replace and to export, and in how much memory.

Run it as ``python tests/benchmarks/frameworks.py [ITEMS [ASSOCIATIONS]]``: one JSON line. Each
import runs in a process of its own, whose peak memory is its own.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from issuer.competency import service
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope

ITEMS: Final = 20_000
ASSOCIATIONS: Final = 40_000
_BASE: Final = "https://case.district.example/ims/case/v1p1"
_TIME: Final = "2026-01-01T00:00:00+00:00"
_CHILDREN: Final = 10
_KIB: Final = 1024


def made_up(items: int, associations: int, edition: str = "1") -> dict[str, Any]:
    """A framework with a tree of ten children each, the rest crosswalks to another framework.

    Its members are those of a real published framework; a letter outside Latin-1 is among them.
    """
    document = _link("CFDocuments", "document")
    return {
        "CFDocument": _node("CFDocuments", "document")
        | {"title": "Made-up framework", "creator": "District", "version": edition},
        "CFItems": [
            _node("CFItems", f"item {place}")
            | {
                "CFDocumentURI": document,
                "fullStatement": f"Statement {place} of edition {edition}: " + "a ≤ b, and " * 12,
                "abbreviatedStatement": f"Statement {place}",
                "humanCodingScheme": f"M.{place}",
                "CFItemType": "Standard",
                "CFItemTypeURI": _link("CFItemTypes", "Standard"),
                "educationLevel": ["09", "10"],
                "listEnumeration": str(place),
            }
            for place in range(items)
        ],
        "CFAssociations": [_association(place, items, document) for place in range(associations)],
    }


def _association(place: int, items: int, document: dict[str, str]) -> dict[str, Any]:
    origin = _link("CFItems", f"item {place % items}")
    if place < items:
        kind = "isChildOf"
        top = place < _CHILDREN
        end = document if top else _link("CFItems", f"item {place // _CHILDREN}")
    else:
        kind = "exactMatchOf" if place % 2 else "isRelatedTo"
        end = _link("CFItems", f"elsewhere {place}")
    return _node("CFAssociations", f"association {place}") | {
        "CFDocumentURI": document,
        "associationType": kind,
        "originNodeURI": origin,
        "destinationNodeURI": end,
    }


def _node(kind: str, name: str) -> dict[str, Any]:
    link = _link(kind, name)
    return {"identifier": link["identifier"], "uri": link["uri"], "lastChangeDateTime": _TIME}


def _link(kind: str, name: str) -> dict[str, str]:
    identifier = str(uuid5(NAMESPACE_URL, name))
    return {"title": name, "identifier": identifier, "uri": f"{_BASE}/{kind}/{identifier}"}


def measured(work: str, database: Path, file: Path) -> dict[str, float]:
    """Seconds, seconds of processor time and peak MiB of one import or export, in a process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (work, database, file))


def _measure(work: str, database: Path, file: Path) -> dict[str, float]:
    engine = make_engine(database)
    migrate(engine)
    wall, processor = time.perf_counter(), time.process_time()
    if work == "export":
        with session_scope(engine, read_only=True) as session:
            [framework] = service.frameworks(session)
            file.write_text(json.dumps(service.export_case(session, framework.id)))
    else:
        with session_scope(engine) as session:
            service.import_case(session, file, datetime.now(UTC))
    return {
        "seconds": round(time.perf_counter() - wall, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
        "peak_mib": round(_peak_kib() / _KIB),
    }


def _peak_kib() -> int:
    """The most memory that this process had; getrusage tells that of the one it came from too."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    [line] = [one for one in status.splitlines() if one.startswith("VmHWM:")]
    return int(line.split()[1])


def measure(items: int = ITEMS, associations: int = ASSOCIATIONS) -> dict[str, Any]:
    """A framework imported, replaced by another edition in every word, and exported."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "frameworks.db"
        first, second = Path(folder) / "first.json", Path(folder) / "second.json"
        for edition, file in (("1", first), ("2", second)):
            text = json.dumps(made_up(items, associations, edition), ensure_ascii=False)
            file.write_text(text, encoding="utf-8")
        out = Path(folder) / "out.json"
        figures = {
            "items": items,
            "associations": associations,
            "package_mib": round(first.stat().st_size / _KIB**2, 1),
            "import": measured("import", database, first),
            "replace": measured("import", database, second),
            "export": measured("export", database, out),
        }
        if json.loads(out.read_bytes()) != json.loads(second.read_bytes()):
            raise AssertionError("what was exported is not what was imported")
        return figures


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(*map(int, sys.argv[1:]))) + "\n")
