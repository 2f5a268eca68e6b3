"""Compile the contracts: ``python -m contracts.compile`` writes, ``--check`` only compares.

The ABI and bytecode are checked in, so that nobody who runs Touchstone needs the compiler; this
module is for those who change a contract, and for the test that holds both equal.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from contracts.artifacts import CONTRACTS
from contracts.errors import CompilerMissing
from schemas.errors import TouchstoneError

VYPER_VERSION = "0.4.3"
"""The one version that the sources' pragma allows; another writes other bytecode."""

_ROOT = Path(__file__).parent
_SOURCE = _ROOT / "src"


def compile_contract(name: str) -> dict[Path, str]:
    """Compile ``src/{name}.vy``.

    The ABI is that of the contract and, where there is one, of ``src/interfaces/I{name}.vyi``
    together: what ``__default__`` answers by itself has no function in the contract's own ABI.

    Returns:
        The files to check in: path → text.

    Raises:
        CompilerMissing: vyper, or exactly version ``VYPER_VERSION`` of it, is not installed.
    """
    source = _SOURCE / f"{name}.vy"
    interfaces = [path for path in [_SOURCE / "interfaces" / f"I{name}.vyi"] if path.is_file()]
    contract = _vyper(source, ["abi", "layout", "bytecode", "bytecode_runtime", "settings_dict"])
    abi = [*contract["abi"]]
    for interface in interfaces:
        abi += _vyper(interface, ["abi"])["abi"]
    build = {
        "contract": name,
        "compiler": f"vyper {VYPER_VERSION}",
        "evm_version": contract["settings_dict"]["evm_version"],
        "source_sha256": source_sha256(source, *interfaces),
        "storage_layout": {
            variable: entry["slot"]
            for variable, entry in contract["layout"].get("storage_layout", {}).items()
        },
        "bytecode": contract["bytecode"],
        "runtime": contract["bytecode_runtime"],
    }
    return {
        _ROOT / "abi" / f"{name}.json": _as_text(abi),
        _ROOT / "bytecode" / f"{name}.json": _as_text(build),
    }


def source_sha256(*sources: Path) -> str:
    """Return the SHA-256, hexadecimal, of the sources' bytes one after the other."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 if everything is up to date or was written, 1 on a difference or a typed error.
    """
    parser = argparse.ArgumentParser(prog="python -m contracts.compile", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 on a difference")
    check = bool(parser.parse_args(arguments).check)
    try:
        outputs: dict[Path, str] = {}
        for name in CONTRACTS:
            outputs |= compile_contract(name)
    except TouchstoneError as error:
        sys.stderr.write(f"error[{error.code}]: {error}\n")
        return 1
    changed = [path for path, text in outputs.items() if _on_disk(path) != text]
    for path in changed:
        sys.stdout.write(f"{'differs' if check else 'written'}: {path.relative_to(_ROOT.parent)}\n")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(outputs[path], encoding="utf-8")
    return int(check and bool(changed))


def _vyper(source: Path, formats: list[str]) -> dict[str, Any]:
    try:
        # By name, because vyper is a tool of those who change a contract, not of those who use
        # one, and carries no types.
        vyper = import_module("vyper")
        compiler = import_module("vyper.compiler")
        input_bundle = import_module("vyper.compiler.input_bundle")
    except ImportError as error:
        raise _compiler_missing("is not installed") from error
    if vyper.__version__.split("+")[0] != VYPER_VERSION:
        raise _compiler_missing(f"is installed in version {vyper.__version__}")
    bundle = input_bundle.FilesystemInputBundle([_SOURCE])
    return dict(
        compiler.compile_from_file_input(
            bundle.load_file(source.relative_to(_SOURCE)),
            input_bundle=bundle,
            # No compiler trailer: the same source gives the same bytes from any folder.
            no_bytecode_metadata=True,
            output_formats=formats,
        )
    )


def _compiler_missing(how: str) -> CompilerMissing:
    return CompilerMissing(
        f"The compiler vyper {how}, and the contracts need version {VYPER_VERSION}.",
        f"Install it: pip install vyper=={VYPER_VERSION}",
    )


def _as_text(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"


def _on_disk(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
