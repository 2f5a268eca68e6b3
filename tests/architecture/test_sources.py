"""House rules a reader can hold in the head: short functions, honest names, nothing unfinished.

Limits are those of CONTRIBUTING.md. They guard against the outlier, which is what repels.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

LONGEST_FUNCTION_LINES = 80
LONG_FUNCTION_LINES_P90 = 45
QUESTIONED_MODULE_LINES = 400
NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
# Put together here so that this file does not contain the words it looks for.
UNFINISHED = re.compile(
    r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b"
    r"|\braise Not" + r"ImplementedError\b|\b(?i:st" + r"ub|place" + r"holder)\b"
)
CASES_ABOUT_WORDS = {"place" + 'holder="'}
"""An HTML attribute is not a confession."""


def functions(path: Path, repository: Path) -> Iterator[tuple[int, str]]:
    """(lines, place) of every function of a file."""
    tree = ast.parse((repository / path).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield lines, f"{path}:{node.lineno} {node.name}"


def test_no_function_is_too_long(python_files: list[Path], repository: Path) -> None:
    lengths = [found for path in python_files for found in functions(path, repository)]
    assert [found for found in lengths if found[0] > LONGEST_FUNCTION_LINES] == []


def test_most_functions_are_short(product_files: list[Path], repository: Path) -> None:
    lengths = sorted(lines for path in product_files for lines, _ in functions(path, repository))
    assert lengths[len(lengths) * 9 // 10] <= LONG_FUNCTION_LINES_P90


def test_a_long_module_has_a_reason(product_files: list[Path], repository: Path) -> None:
    """A module past 400 lines is questioned once; the answer stands in long_modules.toml."""
    answers = tomllib.loads(
        (repository / "tests/architecture/long_modules.toml").read_text(encoding="utf-8")
    )["reasons"]
    lines = {
        path.as_posix(): (repository / path).read_text(encoding="utf-8").count("\n")
        for path in product_files
    }
    questioned = {path: n for path, n in lines.items() if n > QUESTIONED_MODULE_LINES}
    assert {path: n for path, n in questioned.items() if not answers.get(path)} == {}
    assert [path for path in answers if path not in questioned] == [], "answers no one asked for"


def test_nothing_is_left_unfinished(python_files: list[Path], repository: Path) -> None:
    found = []
    for path in python_files:
        for number, line in enumerate((repository / path).read_text("utf-8").splitlines(), 1):
            for word in CASES_ABOUT_WORDS:
                line = line.replace(word, "")  # noqa: PLW2901
            if UNFINISHED.search(line):
                found.append(f"{path}:{number} {line.strip()}")
    assert found == []


def test_names_say_what_a_thing_is(project_files: list[Path]) -> None:
    parts = {part for path in project_files for part in (*path.parts[:-1], path.stem)}
    assert parts & NAMES_THAT_SAY_NOTHING == set()


def test_tests_are_no_package(project_files: list[Path]) -> None:
    """With tests/verifier/__init__.py, `import verifier` inside a test would mean the tests."""
    found = [p for p in project_files if p.parts[0] == "tests" and p.name == "__init__.py"]
    assert found == []


def test_test_files_have_names_of_their_own(project_files: list[Path]) -> None:
    names = Counter(p.name for p in project_files if p.match("tests/**/test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_decisions_are_numbered_without_a_gap(repository: Path) -> None:
    pages = sorted((repository / "docs/decisions").glob("[0-9]*.md"))
    numbers = [int(page.name[:4]) for page in pages]
    assert numbers[:1] == [1]
    assert all(after == before + 1 for before, after in pairwise(numbers))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for heading in ("Context", "Decision", "What it costs", "What would make us change it"):
            assert f"## {heading}" in text, f"{page.name} lacks {heading!r}"
