"""`make bench-million`: 10,000, 100,000 and 1,000,000 credentials, each in one transaction.

For each count a school's database is filled, and a new process mints all of it: the very stages
that `issuer mint` and `issuer worker` go through (reserve, sign chunk by chunk, tree), then anchors
the root on the local chain, and lets the school's own verifier check one chunk. The other chunks'
self-checks are left out: each takes as long as the first. Prints what it finds and writes
build/bench-million.json: seconds by the clock and of the processor, the process's peak memory,
and whether time grew linearly. A machine that is busy for minutes may become slower than it was in
the first seconds; so after each thousand a fixed piece of work is done and timed, and growth is
judged in units of it. Both are printed.

This process only starts others, so that none begins with its memory.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import machine

HERE: Final = Path(__file__).parent
OUTPUT: Final = HERE.parents[1] / "build" / "bench-million.json"
COUNTS: Final = (10_000, 100_000, 1_000_000)
TIMES: Final = ((50_000, 1), (0, 3))
"""From this count on, how often it is minted."""
GROWTH: Final = 1.1
"""Ten times the credentials may take at most eleven times as long."""
MEMORY_MIB: Final = 500
BYTES_A_CREDENTIAL: Final = 26_000
"""Of disk, evidence and write-ahead log included."""


def school_step(*arguments: str) -> dict[str, Any]:
    """Run a step of million_school.py in a process of its own; what it found."""
    command = [sys.executable, str(HERE / "million_school.py"), *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{arguments[0]} failed; what it said stands above.")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(directory: Path, counts: list[int], learners: int) -> list[dict[str, Any]]:
    """Found a school, and mint each count in a copy of it."""
    base = directory / "school"
    say("Founding a school")
    school_step("found", str(base), str(learners))
    return [median_run(directory, base, count) for count in counts]


def median_run(directory: Path, base: Path, count: int) -> dict[str, Any]:
    """Mint a count, the smaller ones several times: the run that took neither long nor short."""
    runs = []
    for number in range(next(times for least, times in TIMES if count >= least)):
        home = directory / f"{count}-{number}"
        say(f"{count:,}: filling the database")
        filled = school_step("fill", str(base), str(home), str(count))
        say(f"{count:,}: minting (the database was filled in {filled['seconds']:.0f} s)")
        runs.append(school_step("mint", str(base), str(home), str(count)))
        say(json.dumps(runs[-1]))
        shutil.rmtree(home)
    runs.sort(key=lambda one: one["seconds"])
    return runs[len(runs) // 2]


def report(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The runs, the growth from each to the next, and the targets."""
    growth = [
        {
            "from": few["credentials"],
            "to": more["credentials"],
            "times_as_many": more["credentials"] / few["credentials"],
            "times_as_long": round(more["seconds"] / few["seconds"], 3),
            "times_the_processor": round(more["processor_seconds"] / few["processor_seconds"], 3),
            "times_the_fixed_work": round(
                more["fixed_work_seconds"] / few["fixed_work_seconds"], 3
            ),
            "times_the_work": round(work(more) / work(few), 3),
        }
        for few, more in pairwise(runs)
    ]
    return {
        "machine": machine.describe(),
        "runs": runs,
        "growth": growth,
        "targets": {
            "linear": all(one["times_the_work"] <= GROWTH * one["times_as_many"] for one in growth),
            "memory": all(one["peak_memory_mib"] < MEMORY_MIB for one in runs),
            "one_transaction": all(one["transactions"] == 1 for one in runs),
        },
    }


def work(run: dict[str, Any]) -> float:
    """How many times the fixed piece of work minting took, done on the same machine meanwhile."""
    return float(run["processor_seconds"]) / float(run["fixed_work_seconds"])


def say(what: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{what}\n")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--counts", type=int, nargs="+", default=list(COUNTS), help="credentials of each run"
    )
    parser.add_argument("--learners", type=int, default=30, help="learners that are copied")
    parser.add_argument("--directory", type=Path, help="where the databases are made, for a while")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        machine.check_room(Path(directory), max(options.counts) * BYTES_A_CREDENTIAL)
        result = report(run(Path(directory), sorted(options.counts), options.learners))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2) + "\n"
    options.output.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
