"""`make bench`: credentials minted and verified per second, beside other people's programs.

One run measures everything: our code and the peers, taking turns on the same one core, in memory
(no network, no chain), warmed up, median of several rounds. A second is a second of
that core's work, so that what else runs on the machine does not count. Prints one table and writes
build/bench.json; `--json` prints that instead. The targets are ratios: what is said of one machine
holds for others.
"""

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import machine
import many
import one_of_a_million
from rich.console import Console
from rich.table import Table
from school import School, Task, minted_school

HERE = Path(__file__).parent
OUTPUT = HERE.parents[1] / "build" / "bench.json"
OURS = "Touchstone"
WARM_UP = 2
PATIENCE = 60.0
"""Seconds that the npm peers may take to end."""


@dataclass(frozen=True)
class Row:
    """One of our tasks and the peers' tasks that it stands beside, as peers.mjs names them."""

    task: str
    title: str
    peers: Mapping[str, str]
    targets: Mapping[str, float] = field(default_factory=dict)
    """How many times as fast as a peer ours has to be, by the peer's task."""
    at_least: float | None = None
    """How many a second ours has to do, where that is the target."""


CANONICALISERS = {
    "pyld": "pyld canonicalise",
    "@digitalbazaar cryptosuite": "digitalbazaar canonicalise",
}
ROWS = (
    Row(
        "canonicalise, 40 quads",
        "Canonicalise a badge of 40 quads",
        {"pyld": "pyld canonicalise, 40 quads"},
        {"pyld canonicalise, 40 quads": 30},
    ),
    Row("canonicalise", "Canonicalise a badge as the school makes them", CANONICALISERS),
    Row("canonicalise, new shape", "Canonicalise, every shape new", CANONICALISERS),
    Row(
        "sign",
        "Sign: canonicalise and prove",
        {"@digitalbazaar/vc": "digitalbazaar sign"},
        {"digitalbazaar sign": 12},
    ),
    Row(
        "sign a batch",
        "Sign a batch: canonicalise, tree, prove",
        {"PyPI cert-issuer, on files": "cert-issuer sign"},
        {"cert-issuer sign": 25},
    ),
    Row(
        "mint many",
        "Mint {many:,} to SQLite: everything but the chain",
        {
            "its bare parts: canonicalise, Ed25519, one insert": many.BARE,
            "PyPI cert-issuer, on files": many.CERT_ISSUER,
            "@digitalbazaar/vc: signs, stores nothing": "digitalbazaar sign",
        },
        {many.BARE: 0.5, many.CERT_ISSUER: 25},
    ),
    Row("proof", "Prove one of {leaves:,} by its stored tree", {}, at_least=200),
    Row(
        "verify",
        "Verify: every check",
        {
            "@digitalbazaar/vc": "digitalbazaar verify",
            "@digitalbazaar/vc, status unread": "digitalbazaar verify, signature only",
            "@digitalcredentials/verifier-core": "verifier-core verify",
            "@blockcerts/cert-verifier-js": "blockcerts verify",
        },
        {"digitalbazaar verify": 10, "blockcerts verify": 10},
    ),
)
TABLE_WIDTH = 132
TENTHS_ENOUGH = 2
"""Ratios below this are shown with two decimals."""


@dataclass(frozen=True)
class Timing:
    """One task: the processor's seconds for each round of ``count`` credentials."""

    seconds: tuple[float, ...]
    count: int

    @property
    def per_second(self) -> float:
        """Credentials a second, by the median round."""
        return self.count / statistics.median(self.seconds)

    def to_json(self) -> dict[str, Any]:
        """This timing as JSON."""
        return {
            "per_second": round(self.per_second, 2),
            "credentials": self.count,
            "seconds": [round(seconds, 6) for seconds in self.seconds],
        }


def measure(school: School, peer_credentials: int, rounds: int) -> dict[str, Timing]:
    """Every program's tasks: ``WARM_UP`` rounds, then ``rounds`` that count.

    A round does each task of each program once. Taking turns, they share what the machine has for
    them: a machine that is slower for a while is slower for all.
    """
    seconds: dict[str, list[float]] = defaultdict(list)
    tasks = {f"{OURS} {name}": task for name, task in school.tasks().items()}
    tasks |= school.python_peers()
    with npm_peers(school.for_peers(peer_credentials)) as peers:
        for number in range(WARM_UP + rounds):
            say(f"Round {number + 1} of {WARM_UP + rounds}")
            for name, task in tasks.items():
                seconds[name].append(one_round(task))
            for name, taken in one_round_of(peers).items():
                seconds[name].append(taken)
    ours = len(school.credentials)
    theirs = min(peer_credentials, ours)
    return {
        name: Timing(tuple(taken[WARM_UP:]), ours if name in tasks else theirs)
        for name, taken in seconds.items()
    }


def measure_many(school: School, count: int, rounds: int, leaves: int) -> dict[str, Timing]:
    """Minting thousands beside its bare parts and cert-issuer's; one proof of a large batch."""
    say(f"Minting {count:,} credentials")
    found = many.measure(school, count, rounds)
    timings = {name: Timing(tuple(seconds), count) for name, seconds in found.items()}
    say(f"Proving one of {leaves:,}")
    timings[f"{OURS} proof"] = Timing(tuple(one_of_a_million.measure(leaves)), 1)
    return timings


def one_round(task: Task) -> float:
    """Seconds of the processor that a task takes for all credentials."""
    with task() as run:
        start = time.process_time()
        run()
        return time.process_time() - start


@contextmanager
def npm_peers(request: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The npm peers in one Node process (peers.mjs), which does a round for each line."""
    with subprocess.Popen(
        ["node", str(HERE / "peers.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            write_line(process, json.dumps(request))
            yield process
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)
        finally:
            process.kill()


def one_round_of(peers: subprocess.Popen[str]) -> dict[str, float]:
    """Seconds of the processor that each of the peers' tasks takes."""
    write_line(peers, "round")
    assert peers.stdout is not None
    line = peers.stdout.readline()
    if not line:
        sys.exit("The npm peers ended early; what they said stands above.")
    return dict(json.loads(line))


def write_line(process: subprocess.Popen[str], line: str) -> None:
    """A line for a process."""
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def ratios(timings: dict[str, Timing]) -> dict[str, dict[str, float]]:
    """How many times as fast as each peer's task ours is, by task."""
    return {
        row.task: {
            peer: round(timings[f"{OURS} {row.task}"].per_second / timings[peer].per_second, 2)
            for peer in row.peers.values()
        }
        for row in ROWS
    }


def targets(found: dict[str, dict[str, float]], timings: dict[str, Timing]) -> list[dict[str, Any]]:
    """Each target with what was measured: a ratio to a peer, or how many a second."""
    rates = [
        {
            "task": row.task,
            "at_least": row.at_least,
            "per_second": round(timings[f"{OURS} {row.task}"].per_second, 2),
            "met": timings[f"{OURS} {row.task}"].per_second >= row.at_least,
        }
        for row in ROWS
        if row.at_least is not None
    ]
    return rates + [
        {
            "task": row.task,
            "peer": peer,
            "at_least": least,
            "ratio": found[row.task][peer],
            "met": found[row.task][peer] >= least,
        }
        for row in ROWS
        for peer, least in row.targets.items()
    ]


def report(timings: dict[str, Timing], pinned: bool, leaves: int) -> dict[str, Any]:
    """The run as JSON."""
    found = ratios(timings)
    return {
        "machine": machine.describe() | {"pinned_to_one_core": pinned},
        "many": timings[many.MINT].count,
        "leaves": leaves,
        "timings": {name: timing.to_json() for name, timing in timings.items()},
        "ratios": found,
        "targets": targets(found, timings),
    }


def table(result: dict[str, Any]) -> Table:
    """The one table: a row a program and task, figures a second and as a ratio."""
    about = result["machine"]
    shown = Table(
        title="Credentials a second on one core",
        caption=f"{about['cpu']}, {about['cores']} cores · Python {about['python']}, "
        f"Node {about['node']} · {about['date']}",
    )
    shown.add_column("Task")
    shown.add_column("Program")
    shown.add_column("A second", justify="right")
    shown.add_column("Touchstone is", justify="right")
    shown.add_column("Target", justify="right")
    for row in ROWS:
        ours = result["timings"][f"{OURS} {row.task}"]["per_second"]
        title = row.title.format(many=result["many"], leaves=result["leaves"])
        target = "" if row.at_least is None else judged(ours, row.at_least)
        shown.add_row(title, OURS, f"{ours:,.1f}", "", target, style="bold")
        for name, peer in row.peers.items():
            figure = result["timings"][peer]["per_second"]
            ratio = result["ratios"][row.task][peer]
            least = row.targets.get(peer)
            target = "" if least is None else judged(ratio, least)
            times = f"{ratio:.1f}" if ratio >= TENTHS_ENOUGH else f"{ratio:.2f}"
            shown.add_row("", name, f"{figure:,.1f}", f"{times} times as fast", target)
        shown.add_section()
    return shown


def judged(figure: float, least: float) -> str:
    """Whether a target was met."""
    return f"{'met' if figure >= least else 'MISSED'}: {least:g}"


def say(what: str) -> None:
    """Tell whoever waits."""
    sys.stderr.write(f"{what} …\n")


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--learners", type=int, default=30, help="learners of the school")
    parser.add_argument("--peer-credentials", type=int, default=30, help="how many the peers get")
    parser.add_argument("--rounds", type=int, default=7, help="rounds that count")
    parser.add_argument("--many", type=int, default=10_000, help="credentials of the large run")
    parser.add_argument("--many-rounds", type=int, default=3, help="rounds of the large run")
    parser.add_argument("--leaves", type=int, default=1 << 20, help="credentials of a large batch")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="where the JSON is written")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        say("Founding a school and minting its credentials")
        school = minted_school(Path(directory), options.learners)
        # What founding a school left in memory is no part of any task; the peers have none of it.
        gc.collect()
        gc.freeze()
        pinned = machine.pin_to_one_core()
        say(f"Timing all programs on its {len(school.credentials)} credentials")
        timings = measure(school, options.peer_credentials, options.rounds)
        timings |= measure_many(school, options.many, options.many_rounds, options.leaves)
    result = report(timings, pinned, options.leaves)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if options.json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        terminal = sys.stdout.isatty()
        Console(width=None if terminal else TABLE_WIDTH).print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
