"""What the two wheels hold: all of what is needed, none of what is not meant for its reader."""

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ISSUER_ROOTS = ("schemas", "keys", "credentials", "contracts", "verifier", "issuer")
NOT_IN_THE_VERIFIER = (
    "issuer/",
    "keys/signers/",
    "contracts/src/",
    "contracts/compile.py",
    "contracts/anvil.py",
    "contracts/local_chain.py",
    "demo/",
    "tests/",
)
BUILD_FILE = "verifier/pyproject.toml"


@pytest.fixture(scope="module")
def wheels(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels, built from the checkout without reaching anything."""
    built = {}
    for name, folder in (("touchstone", repository), ("verifier", repository / "verifier")):
        target = tmp_path_factory.mktemp(name)
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (built[name],) = target.glob("*.whl")
    return built


def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def on_disk(repository: Path, *roots: str) -> set[str]:
    """What of the checkout a wheel should hold: everything but caches."""
    return {
        path.relative_to(repository).as_posix()
        for root in roots
        for path in (repository / root).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } - {BUILD_FILE}


def test_the_issuer_wheel_holds_all_of_the_product(
    wheels: dict[str, Path], repository: Path
) -> None:
    held = {name for name in names(wheels["touchstone"]) if ".dist-info/" not in name}
    assert held == on_disk(repository, *ISSUER_ROOTS)


def test_the_verifier_wheel_holds_what_checking_needs(
    wheels: dict[str, Path], repository: Path
) -> None:
    held = names(wheels["verifier"])
    assert on_disk(repository, "verifier", "credentials", "schemas", "contracts/abi") <= held
    modules = {f"keys/{path.name}" for path in (repository / "keys").glob("*.py")}
    assert modules <= held, "a new module of keys goes into verifier/pyproject.toml"
    assert "verifier/LICENSE" in held


def test_the_verifier_wheel_holds_nothing_of_a_school(wheels: dict[str, Path]) -> None:
    held = names(wheels["verifier"])
    assert [name for name in held if name.startswith(NOT_IN_THE_VERIFIER)] == []


@pytest.mark.parametrize("wheel", ["touchstone", "verifier"])
def test_bundled_contexts_are_inside(wheel: str, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[wheel]) as archive:
        held = archive.namelist()
        contexts = [name for name in held if name.startswith("schemas/contexts/")]
        assert len(contexts) >= 2
        for name in contexts:
            assert "@context" in json.loads(archive.read(name))


def test_both_say_the_same_version(repository: Path) -> None:
    versions = {
        tomllib.loads((repository / name).read_text(encoding="utf-8"))["project"]["version"]
        for name in ("pyproject.toml", BUILD_FILE)
    }
    assert len(versions) == 1
