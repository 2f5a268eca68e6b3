"""`make bench-million`: 10,000, 100,000 and 1,000,000 credentials, each in one transaction.

For each count a school's database is filled, and a new process mints all of it: the very stages
that `issuer mint` and `issuer worker` go through (reserve, sign chunk by chunk, tree), then anchors
the root on the local chain, and lets the school's own verifier check one chunk. The other chunks'
self-checks are left out: each takes as long as the first.

A machine may be half as fast again in one minute as in the next. So while a large school is minted,
small ones are minted in other processes, and they take turns, chunk by chunk: neither works while
the other does, and both had the same machine. Growth is how much longer a credential of the large
one took than one of the small ones.

Prints what it finds and writes build/bench-million.json: seconds by the clock and of the processor,
each process's peak memory, and whether time grew linearly. This process only starts others, so that
none begins with its memory.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import machine

from issuer.minting.models import CHUNK

HERE: Final = Path(__file__).parent
OUTPUT: Final = HERE.parents[1] / "build" / "bench-million.json"
COUNTS: Final = (10_000, 100_000, 1_000_000)
SMALL_RUNS: Final = 10
"""How many small schools are minted beside a large one, all of it taking turns."""
GROWTH: Final = 1.1
"""Ten times the credentials may take at most eleven times as long."""
ADDED: Final = ("seconds", "processor_seconds", "anchoring_seconds")
MEMORY_MIB: Final = 500
BYTES_A_CREDENTIAL: Final = 26_000
"""Of disk, evidence and write-ahead log included."""


def school_step(*arguments: str) -> dict[str, Any]:
    """Run a step of million_school.py in a process of its own; what it found."""
    done = subprocess.run(command(*arguments), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"{arguments[0]} failed; what it said stands above.")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def command(*arguments: str) -> list[str]:
    """What runs a step."""
    return [sys.executable, str(HERE / "million_school.py"), *arguments]


class Minting:
    """A process that mints a filled school, chunk by chunk, whenever it is its turn.

    Args:
        base: the founded school.
        home: where its copy is made.
        count: the credentials.

    Attributes:
        found: what the process found, when it has ended.
    """

    def __init__(self, base: Path, home: Path, count: int) -> None:
        self._home = home
        school_step("fill", str(base), str(home), str(count))
        self._process = subprocess.Popen(
            command("mint", str(base), str(home), str(count)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.found: dict[str, Any] | None = None
        self._said()

    def turn(self) -> bool:
        """Mint one chunk; whether there is more to do."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        said = self._said()
        if said.startswith("{"):
            self.found = json.loads(said)
            self.end()
            shutil.rmtree(self._home)
        return self.found is None

    def end(self) -> None:
        """Give no more turns, and wait until the process has ended its chain and itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _said(self) -> str:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            sys.exit("Minting failed; what it said stands above.")
        return said


def run(directory: Path, counts: list[int], learners: int) -> list[dict[str, Any]]:
    """Found a school, and mint each count in a copy of it, the smallest beside all others."""
    base = directory / "school"
    say("Founding a school")
    school_step("found", str(base), str(learners))
    smallest, *larger = counts
    return [beside_small_ones(directory, base, count, smallest) for count in larger]


def beside_small_ones(directory: Path, base: Path, count: int, smallest: int) -> dict[str, Any]:
    """Mint a large school; beside it small ones, one chunk whenever so much of it is done."""
    say(f"{count:,}: filling the database")
    small = Smaller(base, directory, smallest)
    with ExitStack() as whatever_happens:
        large = Minting(base, directory / str(count), count)
        whatever_happens.callback(large.end)
        whatever_happens.callback(small.end)
        say(f"{count:,}: minting, and {SMALL_RUNS} times {smallest:,} in turn with it")
        turns = chunks = 0
        while large.turn():
            turns += 1
            while chunks < small.chunks * turns / -(-count // CHUNK):
                small.turn()
                chunks += 1
        small.finish()
    assert large.found is not None
    found = {**large.found, "beside": small.all_found()}
    say(json.dumps(found))
    return found


class Smaller:
    """Small schools, minted one after the other.

    Args:
        base: the founded school.
        directory: where they are made.
        count: credentials of each.
    """

    def __init__(self, base: Path, directory: Path, count: int) -> None:
        self._made = (base, directory / "small", count)
        self.chunks = SMALL_RUNS * -(-count // CHUNK)
        self._now: Minting | None = None
        self._found: list[dict[str, Any]] = []

    def turn(self) -> None:
        """One chunk, of the next school where the last is done; nothing when all are."""
        if self._now is None and len(self._found) < SMALL_RUNS:
            self._now = Minting(*self._made)
        if self._now is not None and not self._now.turn():
            assert self._now.found is not None
            self._found.append(self._now.found)
            self._now = None

    def finish(self) -> None:
        """What is left of them."""
        while len(self._found) < SMALL_RUNS:
            self.turn()

    def end(self) -> None:
        """End the one that is being minted, if any."""
        if self._now is not None:
            self._now.end()

    def all_found(self) -> dict[str, Any]:
        """All of them together: figures of one, on the average."""
        total = {name: sum(one[name] for one in self._found) for name in ADDED}
        return {
            "times": SMALL_RUNS,
            "credentials": self._made[2],
            **{name: round(total[name] / SMALL_RUNS, 3) for name in ADDED},
            "peak_memory_mib": max(one["peak_memory_mib"] for one in self._found),
            "transactions": sorted({one["transactions"] for one in self._found}),
        }


def report(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The runs, the growth from each to the next, and the targets."""
    beside = [1.0, *(dearer(one, "seconds") for one in runs)]
    processor = [1.0, *(dearer(one, "processor_seconds") for one in runs)]
    counts = [runs[0]["beside"]["credentials"], *(one["credentials"] for one in runs)]
    growth = [
        {
            "from": counts[number],
            "to": counts[number + 1],
            "times_as_many": counts[number + 1] / counts[number],
            **{
                name: round(counts[number + 1] / counts[number] * one[number + 1] / one[number], 2)
                for name, one in (("times_as_long", beside), ("times_the_processor", processor))
            },
        }
        for number in range(len(runs))
    ]
    everything = [*runs, *(one["beside"] for one in runs)]
    return {
        "machine": machine.describe(),
        "runs": runs,
        "growth": growth,
        "targets": {
            "linear": all(one["times_as_long"] <= GROWTH * one["times_as_many"] for one in growth),
            "memory": all(one["peak_memory_mib"] < MEMORY_MIB for one in everything),
            "one_transaction": all(one["transactions"] in (1, [1]) for one in everything),
        },
    }


def dearer(run: dict[str, Any], seconds: str) -> float:
    """How much longer a credential took than one of the small schools beside it."""
    small = run["beside"]
    return float(run[seconds] / run["credentials"] / (small[seconds] / small["credentials"]))


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
    if len(set(options.counts)) < 2:
        parser.error("--counts: a small one and at least one that is larger.")
    with tempfile.TemporaryDirectory(dir=options.directory) as directory:
        machine.check_room(Path(directory), max(options.counts) * BYTES_A_CREDENTIAL)
        result = report(run(Path(directory), sorted(set(options.counts)), options.learners))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=2) + "\n"
    options.output.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
