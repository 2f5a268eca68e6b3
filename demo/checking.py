"""The college's side: ``verifier`` as a process of its own.

It gets files, the address of a chain's node, and what the school publishes over HTTP; neither the
school's directory nor anything else of this process.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.children import bare_environment, run
from demo.errors import NotAsExpected

VERIFIER = ("-m", "verifier.cli")
VERIFIED = "VERIFIED"
REFUSED = "REFUSED"


@dataclass(frozen=True)
class CollegeCommands:
    """Runs the verifier for one college.

    Attributes:
        directory: where it works; all that it is given lies below.
        chain_id: the chain it may read (EIP-155).
        rpc_url: where it reads that chain.
    """

    directory: Path
    chain_id: int
    rpc_url: str

    def check(self, *files: Path) -> list[dict[str, Any]]:
        """What was found in each file."""
        results: list[dict[str, Any]] = self._run("check", *map(str, files))["results"]
        return results

    def claims(self, credentials: Path, claims: Path) -> dict[str, Any]:
        """The answers to a file of claims, from a folder of credentials."""
        return self._run("claims", str(credentials), "--claims", str(claims))

    def _run(self, *arguments: str) -> dict[str, Any]:
        options = ("--rpc", f"{self.chain_id}={self.rpc_url}", "--insecure-loopback", "--json")
        finished = run(
            [*VERIFIER, *arguments, *options],
            directory=self.directory,
            environment=bare_environment(),
        )
        try:
            answer: dict[str, Any] = json.loads(finished.output)
        except ValueError as error:
            raise NotAsExpected(
                f"`verifier {arguments[0]}` gave no answer (exit code {finished.exit_code}).",
                f"It said: {finished.errors.strip()[-1_000:]}",
            ) from error
        return answer
