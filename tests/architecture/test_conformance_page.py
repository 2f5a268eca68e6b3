"""docs/conformance.md names a test for every feature; every test that it names exists."""

import ast
import re
from pathlib import Path

NAMED = re.compile(r"((?:unit|integration|interop|attacks|fuzz)/[\w/]+\.py)(?:::(test_\w+))?")


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_on_the_page_exists(repository: Path) -> None:
    page = (repository / "docs/conformance.md").read_text(encoding="utf-8")
    named = NAMED.findall(page)
    assert len(named) > 50
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (repository / "tests" / file).is_file()
        or (name and name not in _functions(repository / "tests" / file))
    ]
    assert missing == []


def test_every_row_of_a_feature_names_one_or_says_that_it_is_not_there(repository: Path) -> None:
    page = (repository / "docs/conformance.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "|---" not in line]
    features = [row for row in rows if not row.startswith("| feature |")]
    assert [row for row in features if not NAMED.search(row) and "| no | no |" not in row] == []
