"""What every test has: a session that reaches no further than loopback, and the reference data."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent
GUARD = TESTS / "guard"


def _load_guard() -> ModuleType:
    """Import the guard by its path: there are no packages under tests."""
    spec = importlib.util.spec_from_file_location("touchstone_guard", GUARD / "sitecustomize.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_load_guard()


def _put_first(variable: str, entry: str, separator: str) -> None:
    present = os.environ.get(variable, "")
    if entry not in present:
        os.environ[variable] = separator.join(filter(None, [entry, present]))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--run-slow` runs the slow tests with the others; `-m slow` runs them alone."""
    parser.addoption("--run-slow", action="store_true", help="run the tests marked slow as well")


def pytest_configure(config: pytest.Config) -> None:
    """Guard every child process from here on, xdist's workers and what they start included."""
    _put_first("PYTHONPATH", str(GUARD), os.pathsep)
    _put_first("NODE_OPTIONS", f'--require "{GUARD / "guard.cjs"}"', " ")
    # A test that starts a command must not pick up the school of the person who runs the tests.
    kept = {"TOUCHSTONE_SHARED", "TOUCHSTONE_GUARD_LOG"}
    for name in set(os.environ) - kept:
        if name == "INSECURE_LOOPBACK" or name.startswith("TOUCHSTONE_"):
            del os.environ[name]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests out unless they are asked for."""
    if config.getoption("--run-slow") or "slow" in config.getoption("-m"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session", autouse=True)
def _refusals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file to which this process and its children write what the guard refused."""
    log = tmp_path_factory.mktemp("guard") / "refused.txt"
    log.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOUCHSTONE_GUARD_LOG", str(log))
        yield log


@pytest.fixture(autouse=True)
def _nothing_refused(_refusals: Path) -> Iterator[None]:
    """Fail the test that tried to reach out, also where the code under test hid the refusal."""
    before = _refusals.stat().st_size
    yield
    refused = _refusals.read_text(encoding="utf-8")[before:]
    if refused:
        pytest.fail(refused.strip(), pytrace=False)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data that the project does not copy in: official vectors, contexts, samples.

    Found in $TOUCHSTONE_SHARED or in ../shared beside the checkout; tests that need it are skipped
    where it is absent.
    """
    folder = Path(os.environ.get("TOUCHSTONE_SHARED") or REPOSITORY.parent / "shared")
    if not (folder / "standards").is_dir():
        pytest.skip(f"no reference data at {folder} (set TOUCHSTONE_SHARED)")
    return folder


if sys.flags.isolated or sys.flags.ignore_environment:
    raise pytest.UsageError("Run the tests without -I or -E: child processes need the guard.")
