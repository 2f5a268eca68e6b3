"""No file of the project says where packages come from, or where it was made.

Whoever sets it up decides on the registry. The strings looked for are put together here, so that
this file does not contain them.
"""

import json
import re
import tomllib
from pathlib import Path

DOT = "."
REGISTRY_HOSTS = [
    DOT.join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
]
FLAGS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "--trusted" + "-host"]
PLACES = ["/work/" + "shared", "/work/" + "main", "/root" + "/"]
TEXT_LIMIT_BYTES = 20_000_000


def texts(files: list[Path], repository: Path) -> dict[str, str]:
    """Every text file's content, by path."""
    found = {}
    for path in files:
        data = (repository / path).read_bytes()
        if len(data) <= TEXT_LIMIT_BYTES and b"\0" not in data[:8192]:
            found[path.as_posix()] = data.decode("utf-8", "replace")
    return found


def test_no_file_names_a_registry_host(project_files: list[Path], repository: Path) -> None:
    named = [
        (path, host)
        for path, text in texts(project_files, repository).items()
        for host in REGISTRY_HOSTS
        if host in text
    ]
    assert named == []


def test_no_file_names_the_place_it_was_made_at(
    project_files: list[Path], repository: Path
) -> None:
    named = [
        (path, place)
        for path, text in texts(project_files, repository).items()
        for place in PLACES
        if place in text
    ]
    assert named == []


def test_python_locks_have_digests_and_no_address(repository: Path) -> None:
    locks = [repository / "requirements.lock", *(repository / "requirements").glob("*.lock")]
    assert {lock.stem for lock in locks} >= {"requirements", "dev", "verifier", "uv"}
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert not any(flag in text for flag in FLAGS)
        entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
        assert [entry for entry in entries if "==" not in entry or "--hash=" not in entry] == []


def test_every_environment_has_the_same_versions(repository: Path) -> None:
    def pinned(name: str) -> dict[str, str]:
        text = (repository / name).read_text(encoding="utf-8")
        return dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+)", text))

    dev = pinned("requirements/dev.lock").items()
    assert pinned("requirements.lock").items() <= dev
    assert pinned("requirements/verifier.lock").items() <= pinned("requirements.lock").items()


def test_npm_locks_have_no_download_address(project_files: list[Path], repository: Path) -> None:
    locks = [path for path in project_files if path.name == "package-lock.json"]
    assert locks
    for lock in locks:
        packages = json.loads((repository / lock).read_text(encoding="utf-8"))["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []
        # Other machines' builds of the chain carry no digest: docs/decisions/0004.
        undigested = {n for n, e in packages.items() if n and "integrity" not in e}
        assert {name for name in undigested if "@foundry-rs/anvil-" not in name} == set()


def test_the_wheels_ask_for_what_the_locks_hold(repository: Path) -> None:
    """A dependency of the project is a line of runtime.in; the verifier's, of verifier.in."""
    for project, source in (("pyproject.toml", "runtime"), ("verifier/pyproject.toml", "verifier")):
        table = tomllib.loads((repository / project).read_text(encoding="utf-8"))["project"]
        asked = {re.split(r"[<>=!~\[; ]", entry)[0].lower() for entry in table["dependencies"]}
        assert asked <= inputs(repository / "requirements" / f"{source}.in")


def inputs(path: Path) -> set[str]:
    """The packages an .in file names, those of the files it includes among them."""
    names: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            names |= inputs(path.parent / line[3:].strip())
        elif line.strip() and not line.startswith("#"):
            names.add(re.split(r"[<>=!~\[; #]", line.strip())[0].lower())
    return names
