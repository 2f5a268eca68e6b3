"""Fuzz one target with atheris: python tests/fuzz/run.py TARGET [libFuzzer options] [corpus]."""

import importlib.util
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["credentials", "keys", "schemas", "verifier"]):
    _SPEC = importlib.util.spec_from_file_location(
        "touchstone_fuzz_targets", Path(__file__).with_name("targets.py")
    )
    targets = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(targets)

if __name__ == "__main__":
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, lambda data: targets.run(name, data))
    atheris.Fuzz()
