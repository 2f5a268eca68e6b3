"""The benchmark runs and says what it should; how fast is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("bench.py")
PEERS = Path(__file__).parents[2] / ".peers"
needs_peers = pytest.mark.skipif(
    not (PEERS / "cert_issuer").is_dir(), reason="no Python programs to compare with (make bench)"
)
TASKS = {
    "Touchstone canonicalise",
    "Touchstone canonicalise, new shape",
    "Touchstone canonicalise, 40 quads",
    "Touchstone mint many",
    "Touchstone proof",
    "bare parts of minting",
    "cert-issuer sign many",
    "Touchstone sign",
    "Touchstone sign a batch",
    "Touchstone verify",
    "digitalbazaar canonicalise",
    "digitalbazaar sign",
    "digitalbazaar verify",
    "digitalbazaar verify, signature only",
    "verifier-core verify",
    "blockcerts verify",
    "cert-issuer sign",
    "pyld canonicalise",
    "pyld canonicalise, 40 quads",
}


def run(*arguments: str, output: Path) -> str:
    small = ["--learners", "1", "--peer-credentials", "2", "--rounds", "1"]
    small += ["--many", "20", "--many-rounds", "1", "--leaves", "3000"]
    command = [sys.executable, str(BENCH), *small, "--output", str(output), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@needs_peers
@pytest.mark.slow
def test_prints_json_and_writes_the_same(tmp_path):
    output = tmp_path / "bench.json"
    printed = json.loads(run("--json", output=output))
    assert printed == json.loads(output.read_text(encoding="utf-8"))
    assert set(printed["timings"]) == TASKS
    assert all(timing["per_second"] > 0 for timing in printed["timings"].values())
    assert {(one["task"], one["at_least"]) for one in printed["targets"]} == {
        ("canonicalise, 40 quads", 30),
        ("sign", 12),
        ("sign a batch", 25),
        ("mint many", 0.5),
        ("mint many", 25),
        ("proof", 200),
        ("verify", 10),
    }
    assert {"cpu", "cores", "python", "node", "date"} <= set(printed["machine"])


@needs_peers
@pytest.mark.slow
def test_prints_one_table(tmp_path):
    printed = run(output=tmp_path / "bench.json")
    assert printed.count("Touchstone is") == 1
    assert "@blockcerts/cert-verifier-js" in printed
