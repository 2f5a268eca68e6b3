"""Set-up says what a machine lacks, and takes the package index from whoever runs it."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = ("sh", "cat", "cksum", "tr", "find", "sort", "rm", "touch", "awk")


@pytest.fixture(scope="module")
def install(repository: Path) -> ModuleType:
    """requirements/install.py as a module."""
    path = repository / "requirements" / "install.py"
    spec = importlib.util.spec_from_file_location("install", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def machine(tmp_path: Path, repository: Path) -> tuple[Path, Path]:
    """(checkout, commands): a clone without environments, on a machine with few commands."""
    commands, checkout = tmp_path / "bin", tmp_path / "a checkout"
    commands.mkdir()
    (checkout / "requirements").mkdir(parents=True)
    shutil.copy(repository / "Makefile", checkout)
    shutil.copy(repository / "requirements/install.py", checkout / "requirements")
    for tool in TOOLS:
        (commands / tool).symlink_to(str(shutil.which(tool)))
    return checkout, commands


def make(target: str, machine: tuple[Path, Path]) -> "subprocess.CompletedProcess[str]":
    checkout, commands = machine
    return subprocess.run(
        [str(shutil.which("make")), target],
        cwd=checkout,
        env={"PATH": str(commands), "HOME": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def command(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_without_python_it_says_so(machine: tuple[Path, Path]) -> None:
    done = make("setup", machine)
    assert done.returncode != 0
    assert "no Python 3.11 or newer was found" in done.stderr


def test_an_old_python_is_passed_over(machine: tuple[Path, Path]) -> None:
    command(machine[1] / "python3", "exit 1")
    done = make("setup", machine)
    assert done.returncode != 0
    assert "no Python 3.11 or newer was found" in done.stderr


def test_a_newer_one_under_its_own_name_is_found(machine: tuple[Path, Path]) -> None:
    command(machine[1] / "python3", "exit 1")
    command(machine[1] / "python3.12", 'case "$1" in -c) exit 0;; *) echo "took $*"; exit 9;; esac')
    assert "took requirements/install.py venv .venv" in make("setup", machine).stdout


@pytest.mark.parametrize(
    ("version", "sentence"),
    [("v18.20.1", "this is v18.20.1"), ("", "none was found")],
)
def test_an_old_or_missing_node_is_named(
    version: str,
    sentence: str,
    install: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if version:
        command(tmp_path / "node", f"echo {version}")
        command(tmp_path / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(install.SetupProblem, match=re.escape(sentence)):
        install.check_node()


def test_every_target_is_explained(repository: Path) -> None:
    text = (repository / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"(?m)^\.PHONY: (.*)$", text)[1].split())  # type: ignore[index]
    done = subprocess.run(
        ["make", "help"], cwd=repository, capture_output=True, text=True, check=True
    )
    assert set(re.findall(r"(?m)^  make (\S+)", done.stdout)) == phony


def test_uv_is_told_what_pip_was_told(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [*os.environ]:
        if name.startswith(("PIP_", "UV_", "SSL_")):
            monkeypatch.delenv(name)
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://mirror.example/simple\n"
        "extra-index-url =\n  https://one.example/simple\n  https://two.example/simple\n"
        "timeout = 7\n[install]\nfind-links = /wheels /more-wheels\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("PIP_TIMEOUT", "9")
    monkeypatch.setenv("UV_INDEX", "https://mine.example/simple")
    told = install.uv_env()
    assert told["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert told["UV_FIND_LINKS"] == "/wheels,/more-wheels"
    assert told["UV_HTTP_TIMEOUT"] == "9"
    assert "UV_INDEX" not in told, "what the user told uv itself goes first"
    monkeypatch.delenv("UV_INDEX")
    assert install.uv_env()["UV_INDEX"].split() == [
        "https://one.example/simple",
        "https://two.example/simple",
    ]


def test_a_failure_shows_no_password(install: ModuleType) -> None:
    with pytest.raises(install.SetupProblem) as caught:
        install.run(["sh", "-c", "echo reading https://user:secret@mirror.example/simple; exit 2"])
    assert "https://***@mirror.example/simple" in str(caught.value)
    assert "secret" not in str(caught.value)
