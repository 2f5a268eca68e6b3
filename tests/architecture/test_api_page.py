"""docs/openapi.json and the table in docs/api.md are what the app says of itself."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def lister(repository: Path) -> ModuleType:
    """docs/list_api.py as a module."""
    spec = importlib.util.spec_from_file_location("list_api", repository / "docs" / "list_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_regenerate_to_themselves(lister: ModuleType) -> None:
    made = lister.described()
    text = lister.PAGE.read_text(encoding="utf-8")
    assert lister.BEGIN in text
    assert lister.page(text, made) == text, "run `make docs`"
    assert lister.DESCRIPTION.read_text(encoding="utf-8") == lister.description(made), (
        "run `make docs`"
    )


def test_a_call_that_is_not_in_the_table_is_found(lister: ModuleType) -> None:
    made = lister.described()
    text = lister.PAGE.read_text(encoding="utf-8")
    made["paths"]["/api/v1/new"] = {"get": {"summary": "New", "security": [{"apiToken": ["x"]}]}}
    assert lister.page(text, made) != text
