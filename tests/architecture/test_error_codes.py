"""Errors are part of the product: each has a code of its own, and the page lists them all."""

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

CODE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+")


@pytest.fixture(scope="module")
def generator(repository: Path) -> ModuleType:
    """docs/list_errors.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "list_errors", repository / "docs" / "list_errors.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_error_has_a_code_of_its_own(generator: ModuleType) -> None:
    without = [
        f"{cls.__module__}.{cls.__qualname__}"
        for cls in generator.error_classes()
        if "code" not in vars(cls) and not cls.__subclasses__()
    ]
    assert without == []


def test_codes_are_unique_and_dotted(generator: ModuleType) -> None:
    codes = [cls.code for cls in generator.error_classes() if "code" in vars(cls)]
    assert [code for code, times in Counter(codes).items() if times > 1] == []
    assert [code for code in codes if not CODE.fullmatch(code)] == []


def test_every_error_says_what_it_means(generator: ModuleType) -> None:
    silent = [cls.code for cls in generator.error_classes() if not generator.meaning(cls)]
    assert silent == []


def test_the_page_is_up_to_date(generator: ModuleType) -> None:
    written = generator.PAGE.read_text(encoding="utf-8")
    assert written == generator.page(), "the error codes have changed: make docs"
