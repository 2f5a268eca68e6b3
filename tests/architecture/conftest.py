"""What the architecture tests look at: the files that belong to the project."""

import subprocess
from pathlib import Path

import pytest

PRODUCT = ("schemas", "contracts", "keys", "credentials", "verifier", "issuer")


@pytest.fixture(scope="session")
def project_files(repository: Path) -> list[Path]:
    """Every file that is, or is about to be, in the repository, relative to its root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so the project's files cannot be told from others")
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    return [Path(name) for name in names if (repository / name).is_file()]


@pytest.fixture(scope="session")
def python_files(project_files: list[Path]) -> list[Path]:
    """All Python sources."""
    return [path for path in project_files if path.suffix == ".py"]


@pytest.fixture(scope="session")
def product_files(python_files: list[Path]) -> list[Path]:
    """The Python sources that are installed: neither tests nor demo nor tools."""
    return [path for path in python_files if path.parts[0] in PRODUCT]
