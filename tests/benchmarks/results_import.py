"""Importing a million OneRoster results, each on a learning objective: seconds and peak memory.

``python tests/benchmarks/results_import.py [--results 1000000]`` writes a set of its own, imports
it into SQLite, imports it again, and says what both took, with the most memory the process held.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from issuer.competency import service
from issuer.db import engine as make_engine
from issuer.db import migrate, session_scope

NOW: Final = datetime(2026, 6, 30, tzinfo=UTC)
COMPETENCIES: Final = 40
RESULTS_A_LEARNER: Final = 200
LINE_ITEMS: Final = 1_000
MANIFEST: Final = (
    "propertyName,value",
    "oneroster.version,1.2",
    "file.users,bulk",
    "file.lineItems,bulk",
    "file.results,bulk",
    "file.resultLearningObjectiveIds,bulk",
)


def _guid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"results-import/{name}"))


def _framework() -> dict[str, Any]:
    def node(name: str) -> dict[str, Any]:
        address = f"https://school.example/{_guid(name)}"
        changed = "2026-01-01T00:00:00Z"
        return {"identifier": _guid(name), "uri": address, "lastChangeDateTime": changed}

    items = [
        node(f"C{place}") | {"fullStatement": f"Does {place}.", "humanCodingScheme": f"C{place}"}
        for place in range(COMPETENCIES)
    ]
    document = node("D") | {"title": "Results", "creator": "A school"}
    return {"CFDocument": document, "CFItems": items, "CFAssociations": []}


def write_set(folder: Path, results: int) -> tuple[Path, Path]:
    """A framework and a OneRoster set with this many results, each on one learning objective.

    Returns:
        the framework's file and the set's directory.
    """
    case = folder / "framework.json"
    case.write_text(json.dumps(_framework()), encoding="utf-8")
    target = folder / "set"
    target.mkdir()
    learners = max(1, results // RESULTS_A_LEARNER)
    users = (f"user-{one},Given{one},Family{one}" for one in range(learners))
    items = (f"item-{one},Task {one},0,100" for one in range(LINE_ITEMS))
    scores = (
        f"result-{one},item-{one % LINE_ITEMS},user-{one % learners},fully graded,"
        f"{one * 37 % 101},2026-05-{one % 28 + 1:02}"
        for one in range(results)
    )
    objectives = (
        f"objective-{one},result-{one},case,{_guid(f'C{one % COMPETENCIES}')}"
        for one in range(results)
    )
    _write(target / "manifest.csv", MANIFEST[0], iter(MANIFEST[1:]))
    _write(target / "users.csv", "sourcedId,givenName,familyName", users)
    _write(target / "lineItems.csv", "sourcedId,title,resultValueMin,resultValueMax", items)
    header = "sourcedId,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate"
    _write(target / "results.csv", header, scores)
    header = "sourcedId,resultSourcedId,source,learningObjectiveId"
    _write(target / "resultLearningObjectiveIds.csv", header, objectives)
    return case, target


def _write(path: Path, header: str, rows: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{header}\n")
        stream.writelines(f"{row}\n" for row in rows)


def measure(folder: Path, results: int, *, again: bool = True) -> dict[str, float]:
    """What the first import took, and the same again: seconds of the clock and of the processor;
    and the peak of memory in MiB."""
    case, target = write_set(folder, results)
    database = make_engine(folder / "touchstone.db")
    migrate(database)
    with session_scope(database) as session:
        service.import_case(session, case, NOW)
    seconds, processor = [], []
    for added in (results, 0) if again else (results,):
        start, used = time.perf_counter(), time.process_time()
        with session_scope(database) as session:
            report = service.import_oneroster(session, target, NOW)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
        if report.evidence.added != added:
            raise RuntimeError(f"{report.evidence.added} pieces of evidence, not {added}")
    database.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "first_s": seconds[0],
        "first_processor_s": processor[0],
        "again_s": seconds[-1],
        "again_processor_s": processor[-1],
        "peak_mib": peak,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, default=1_000_000)
    count = parser.parse_args().results
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), count)
    sys.stdout.write(
        f"{count:,} results: {found['first_s']:.1f} s ({found['first_processor_s']:.1f} of the "
        f"processor), the same again {found['again_s']:.1f} s ({found['again_processor_s']:.1f}), "
        f"peak {found['peak_mib']:.0f} MiB\n"
    )


if __name__ == "__main__":
    main()
