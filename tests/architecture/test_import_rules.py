"""Each import rule of pyproject.toml breaks when it is broken: a rule that cannot fail is none.

That the rules hold is a step of `make lint`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOTS = ("schemas", "contracts", "keys", "credentials", "verifier", "issuer", "demo")
PLANTED = {
    "credentials/planted.py": "import httpx\nimport issuer.errors\n",
    "credentials/proofs/eddsa_rdfc_2022.py": "import credentials.proofs.merkle_proof_2019\n",
    "verifier/planted.py": "import httpx\nimport keys.signers\nimport web3\n",
    "verifier/checks/planted.py": "import verifier.checks.structure\n",
    "issuer/planted.py": "import verifier.report\n",
    "issuer/minting/planted.py": "import issuer.equity.service\n",
    "issuer/learners/planted.py": "import issuer.minting\n",
}


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """The packages' sources somewhere else."""
    only_sources = shutil.ignore_patterns("__pycache__", "*.json*", "static", "templates", "sample")
    for root in ROOTS:
        shutil.copytree(repository / root, tmp_path / root, ignore=only_sources)
    shutil.copy(repository / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_rule_can_break(copy: Path) -> None:
    for name, text in PLANTED.items():
        with (copy / name).open("a", encoding="utf-8") as file:
            file.write(text)
    said = _lint(copy)
    kept = [line for line in said.splitlines() if line.endswith("KEPT")]
    assert kept == []
    assert said.count("BROKEN") >= (copy / "pyproject.toml").read_text().count(
        "[[tool.importlinter.contracts]]"
    )


CHECKING = ["minting/self_check.py", "competency/badge_check.py", "endorsements/checking.py"]


@pytest.mark.parametrize("module", CHECKING)
def test_three_modules_may_import_the_verifier(copy: Path, module: str) -> None:
    (copy / "issuer" / module).write_text("import verifier.report\n")
    rule = "The issuer meets the verifier where it checks what it releases and what it takes in"
    assert f"{rule} KEPT" in _lint(copy)


def _lint(folder: Path) -> str:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    environment = {**os.environ, "COLUMNS": "200"}
    child = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert "Contracts:" in child.stdout, child.stdout + child.stderr
    return child.stdout
