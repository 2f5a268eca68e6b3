"""A module of tables imports those that it refers to: a command may load no others."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import issuer

MODULES = [
    f"{feature.name}.models"
    for feature in pkgutil.iter_modules(issuer.__path__, "issuer.")
    if feature.ispkg and (Path(issuer.__path__[0]) / feature.name[7:] / "models.py").is_file()
]


def homes() -> dict[str, str]:
    """The module of each table."""
    found = {}
    for name in MODULES:
        for one in vars(importlib.import_module(name)).values():
            if isinstance(one, type) and issubclass(one, SQLModel) and hasattr(one, "__table__"):
                found[str(one.__table__.name)] = one.__module__
    return found


def imported(module: str) -> set[str]:
    """What a module's source imports."""
    source = Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8")
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
    return names


@pytest.mark.parametrize("module", MODULES)
def test_what_is_referred_to_is_imported(module: str) -> None:
    home, missing = homes(), set()
    for one in vars(importlib.import_module(module)).values():
        table = getattr(one, "__table__", None)
        if table is None or one.__module__ != module:
            continue
        aims = {key.target_fullname.partition(".")[0] for key in table.foreign_keys}
        missing |= {home[aim] for aim in aims} - {module} - imported(module)
    assert not missing


def test_the_tables_are_found() -> None:
    assert {"person", "evidence", "judgment", "award", "api_token"} <= set(homes())
