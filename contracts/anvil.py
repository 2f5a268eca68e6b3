"""Where the program that runs the local chain lies: Anvil, from an npm package, or one's own."""

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from contracts.errors import AnvilMissing

ANVIL_VARIABLE = "TOUCHSTONE_ANVIL"
"""Environment variable that names an anvil binary; wins over every other place."""

_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def find_anvil() -> Path:
    """Return the anvil binary: the variable's, the npm package's, or the one on the PATH.

    The npm package is looked for in ``node_modules`` beside this package and in every folder
    above. Its binary runs as it is; the package's install script is not needed.

    Raises:
        AnvilMissing: none of the three places has an executable file.
    """
    named = os.environ.get(ANVIL_VARIABLE)
    if named:
        if _is_program(Path(named)):
            return Path(named)
        raise AnvilMissing(
            f"{ANVIL_VARIABLE} names {named}, which is not an executable file.",
            f"Correct the variable, or unset {ANVIL_VARIABLE} to use the npm package's binary.",
        )
    for candidate in _candidates():
        if _is_program(candidate):
            return candidate
    raise AnvilMissing(
        "The local chain's program, anvil, is not installed.",
        "Run npm ci in the project's folder, or set "
        f"{ANVIL_VARIABLE} to an anvil binary (https://getfoundry.sh).",
    )


def _candidates() -> Iterator[Path]:
    machine = _MACHINES.get(platform.machine().lower())
    package = f"anvil-{sys.platform}-{machine}"
    for folder in Path(__file__).resolve().parents:
        yield folder / "node_modules" / "@foundry-rs" / package / "bin" / "anvil"
    on_path = shutil.which("anvil")
    if on_path:
        yield Path(on_path)


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
