"""``python -m conformance``: issuer and verifier for conformance suites, until interrupted.

One line of JSON on standard output says where they are, who signs, and how tokens are signed and
verified in files. Warnings go to standard error.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from conformance.announcement import announcement
from conformance.mode import InsecureConformanceWarning, check_loopback, warn_insecure_conformance
from conformance.services import serve
from schemas.errors import TouchstoneError

EXIT_ERROR: Final = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the services; the exit code."""
    asked = _parser().parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        check_loopback(asked.host)
        _warn()
        with tempfile.TemporaryDirectory(prefix="touchstone-conformance-") as folder:
            _run(Path(folder), asked, ended)
    except TouchstoneError as error:
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        return EXIT_ERROR
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance",
        description=(
            "Run issuer and verifier over https on loopback, without tokens, for conformance "
            "suites. Prints one JSON object and runs until interrupted."
        ),
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address, and no other")
    parser.add_argument("--port-issuer", type=int, default=0, metavar="PORT", help="0: a free one")
    parser.add_argument("--port-verifier", type=int, default=0, metavar="PORT", help="0: likewise")
    parser.add_argument(
        "--ready-file", type=Path, metavar="FILE", help="written with the JSON once both answer"
    )
    return parser


def _warn() -> None:
    """Say it as one line that nobody can take for a fault of the program."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", InsecureConformanceWarning)
        warn_insecure_conformance()
    for warning in caught:
        print(f"warning[insecure-conformance]: {warning.message}", file=sys.stderr, flush=True)


def _run(folder: Path, asked: argparse.Namespace, ended: threading.Event) -> None:
    with serve(
        folder,
        host=asked.host,
        port_issuer=asked.port_issuer,
        port_verifier=asked.port_verifier,
    ) as services:
        text = json.dumps(announcement(services))
        print(text, flush=True)
        if asked.ready_file is not None:
            _write_whole(asked.ready_file, text + "\n")
        while not ended.wait(timeout=1.0):
            pass


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever waits for it never reads half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


if __name__ == "__main__":
    sys.exit(main())
