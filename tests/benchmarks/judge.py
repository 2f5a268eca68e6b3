"""`make bench-judge`: 100,000 learners on PostgreSQL, a tenth of that on SQLite, judged.

For each database: it is filled (20 million pieces of evidence, 2 million on SQLite), a straight
loop judges some learners, everybody is judged as `issuer judge` does it, judged again with nothing
new, and 300 learners' pages are asked for. Each step is a process of its own (judge_steps.py), so
that none begins with another's memory. Prints what it finds and writes build/bench-judge.json.

On a machine that does other work, only seconds of the processor say something.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import judge_school
import machine

HERE: Final = Path(__file__).parent
OUTPUT: Final = HERE.parents[1] / "build" / "bench-judge.json"
LEARNERS: Final = 100_000
SQLITE_LEARNERS: Final = 10_000
NAIVE_LEARNERS: Final = 20
BYTES_A_LEARNER: Final = 300_000
"""Of disk, on PostgreSQL, for evidence, judgments, indexes and the write-ahead log."""


def step(name: str, url: str, *counts: int) -> dict[str, Any]:
    """Run a step of judge_steps.py in a process of its own; what it found."""
    command = [sys.executable, str(HERE / "judge_steps.py"), name, url, *map(str, counts)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed; what it said stands above.")
    found: dict[str, Any] = json.loads(done.stdout)
    say(f"  {name}: {json.dumps(found)}")
    return found


def measure(name: str, url: str, learners: int, at_most: int) -> dict[str, Any]:
    """Everything on one database."""
    judged = min(at_most or learners, learners)
    say(f"{name}: {learners:,} learners, of whom {judged:,} are judged")
    found: dict[str, Any] = {"database": name, "learners": learners}
    found["fill"] = step("fill", url, learners)
    found["naive"] = step("naive", url, min(NAIVE_LEARNERS, learners))
    found["judge"] = step("judge", url, judged)
    found["again"] = step("judge", url, judged)
    found["page"] = step("page", url, learners, judged)
    per_second = "per_processor_second"
    found["ratio"] = round(found["judge"][per_second] / found["naive"][per_second], 1)
    say(f"  {found['ratio']} times the straight loop, by seconds of our process")
    return found


def on_postgresql(directory: Path, learners: int, at_most: int) -> dict[str, Any]:
    """On a server of its own, which ends afterwards."""
    sys.path.insert(0, str(HERE.parent))
    from simulators.postgres import Server  # noqa: PLC0415 - only where it is wanted

    folder = directory / "postgresql"
    folder.mkdir()
    server = Server(folder)
    try:
        server.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        server.execute("SELECT pg_reload_conf()")
        return measure("PostgreSQL", server.url(server.create()), learners, at_most)
    finally:
        server.stop()


def main() -> None:
    """Measure, print, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    parser.add_argument(
        "--learners", type=int, default=LEARNERS, help="on PostgreSQL; 0: leave out"
    )
    parser.add_argument(
        "--sqlite-learners", type=int, default=SQLITE_LEARNERS, help="on SQLite; 0: none"
    )
    parser.add_argument(
        "--judge-at-most", type=int, default=0, help="learners to judge of them; 0: all"
    )
    parser.add_argument("--directory", type=Path, help="where the databases are made")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.directory, ignore_cleanup_errors=True) as made:
        directory = Path(made)
        directory.chmod(0o755)  # the PostgreSQL server may run as another user
        machine.check_room(directory, (asked.learners + asked.sqlite_learners) * BYTES_A_LEARNER)
        results = []
        if asked.sqlite_learners:
            url = str(directory / "school.db")
            results.append(measure("SQLite", url, asked.sqlite_learners, asked.judge_at_most))
        if asked.learners:
            results.append(on_postgresql(directory, asked.learners, asked.judge_at_most))
    OUTPUT.parent.mkdir(exist_ok=True)
    found = {**machine.describe(), "mixture": judge_school.MIXTURE, "results": results}
    OUTPUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(f"The mixture: {judge_school.MIXTURE}.")
    say(f"Written to {OUTPUT}.")


class _Plain(argparse.RawDescriptionHelpFormatter):
    """Keeps the text's own lines."""


def say(line: str) -> None:
    """To whoever waits."""
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
