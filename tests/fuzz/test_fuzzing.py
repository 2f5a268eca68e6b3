"""Nothing that a sender can write ends in a fault, a hang or a 5xx."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).resolve().parent
FINDS = HERE.parent / "vectors" / "fuzz"
SECONDS = 25
"""For each target in `make test-slow`."""
NAMES = [
    "documents",
    "changed_documents",
    "proofs",
    "tokens",
    "keys",
    "status_lists",
    "verify_bytes",
    "verify_credential",
    "verify_presentation",
]


@pytest.fixture(scope="session")
def targets():
    """tests/fuzz/targets.py as a module."""
    spec = importlib.util.spec_from_file_location("touchstone_fuzz_targets", HERE / "targets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_target_is_run_here(targets):
    assert sorted(targets.TARGETS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
@settings(
    max_examples=60,
    deadline=2_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.binary(max_size=60))
def test_bytes_of_any_kind(targets, name, data):
    targets.run(name, data)


@pytest.mark.parametrize(
    "path", sorted(FINDS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_finds_stay_mended(targets, path):
    targets.run(path.parent.name, path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_guided_by_coverage(name, tmp_path):
    pytest.importorskip("atheris", reason="atheris has no build for this machine")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    command = [sys.executable, str(HERE / "run.py"), name, f"-max_total_time={SECONDS}"]
    command += ["-timeout=5", "-rss_limit_mb=2048", f"-artifact_prefix={tmp_path}/", str(corpus)]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=SECONDS * 8 + 120,
        check=False,
        cwd=HERE.parents[1],
        env=os.environ,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
