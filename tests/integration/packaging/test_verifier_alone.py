"""The verifier's wheel does its work where there is neither an issuer nor a private-key backend.

`make setup-dev` makes that environment from requirements/verifier.lock and the wheel, and nothing
else. A school is played by the test: its key, its documents on a loopback host, its credential.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.proofs import data_integrity, eddsa_rdfc_2022
from credentials.proofs.unsecured import Unsecured
from credentials.status_list import Bitstring
from keys.signers.file import FileSigner

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VERIFIED, REFUSED, UNDECIDED = 0, 1, 2
REVOKED_INDEX = 7


class School:
    """Signs credentials and publishes its documents on the given host."""

    def __init__(self, host) -> None:
        self.base_url = f"http://127.0.0.1:{host.port}"
        self.did = f"did:web:127.0.0.1%3A{host.port}"
        self._signer = FileSigner.generate()
        self._now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
        host.documents["/.well-known/did.json"] = self._did_document()
        host.documents["/status/1"] = self._status_list()

    def credential(self, index: int) -> dict[str, Any]:
        """A signed badge whose status is the bit at ``index``."""
        achievement = f"{self.base_url}/achievements/ratios"
        return self._signed(
            {
                "@context": [VC, OB],
                "id": "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
                "type": ["VerifiableCredential", "OpenBadgeCredential"],
                "issuer": {"id": self.did, "type": ["Profile"], "name": "A school"},
                "validFrom": self._time(),
                "name": "Ratios",
                "credentialSubject": {
                    "id": "urn:uuid:7c9e6679-7425-40de-944b-e07fc1f90ae7",
                    "type": ["AchievementSubject"],
                    "achievement": {
                        "id": achievement,
                        "type": ["Achievement"],
                        "name": "Ratios",
                        "description": "Uses ratios.",
                        "criteria": {"narrative": "Solves problems with ratios."},
                    },
                },
                "credentialStatus": {
                    "id": f"{self.base_url}/status/1#{index}",
                    "type": "BitstringStatusListEntry",
                    "statusPurpose": "revocation",
                    "statusListIndex": str(index),
                    "statusListCredential": f"{self.base_url}/status/1",
                },
            }
        )

    def _did_document(self) -> dict[str, Any]:
        method = {
            "id": f"{self.did}#key-1",
            "type": "Multikey",
            "controller": self.did,
            "publicKeyMultibase": self._signer.public_key.to_multikey(),
        }
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": self.did,
            "verificationMethod": [method],
            "assertionMethod": [method["id"]],
        }

    def _status_list(self) -> dict[str, Any]:
        bits = Bitstring()
        bits.set(REVOKED_INDEX, True)
        return self._signed(
            {
                "@context": [VC],
                "id": f"{self.base_url}/status/1",
                "type": ["VerifiableCredential", "BitstringStatusListCredential"],
                "issuer": self.did,
                "validFrom": self._time(),
                "credentialSubject": {
                    "id": f"{self.base_url}/status/1#list",
                    "type": "BitstringStatusList",
                    "statusPurpose": "revocation",
                    "encodedList": bits.encode(),
                },
            }
        )

    def _signed(self, document: dict[str, Any]) -> dict[str, Any]:
        options = data_integrity.options("eddsa-rdfc-2022", f"{self.did}#key-1", self._now)
        proof = eddsa_rdfc_2022.create(Unsecured(document), options, self._signer.sign)
        return {**document, "proof": proof}

    def _time(self) -> str:
        return data_integrity.format_date_time_stamp(self._now)


@pytest.fixture
def school(host) -> School:
    return School(host)


@pytest.fixture
def check(run_alone, tmp_path: Path):
    """`verifier check` on one credential, in the environment of the verifier alone."""

    def run(credential: dict[str, Any], *options: str):
        path = tmp_path / "credential.json"
        path.write_text(json.dumps(credential), encoding="utf-8")
        return run_alone("verifier", "check", path, *options)

    return run


def test_it_holds_nothing_but_its_own(run_alone, repository: Path) -> None:
    listing = (
        "import importlib.metadata as m; print(*{d.name for d in m.distributions()}, sep='\\n')"
    )
    installed = {plain(name) for name in run_alone("python", "-c", listing).stdout.split()}
    lock = (repository / "requirements/verifier.lock").read_text(encoding="utf-8")
    locked = {plain(name) for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", lock)}
    assert "touchstone-verifier" in installed
    assert installed - locked == {"touchstone-verifier"}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("module", ["issuer", "keys.signers", "web3", "sqlalchemy", "demo", "pip"])
def test_it_has_no(module: str, run_alone) -> None:
    child = run_alone("python", "-c", f"import {module}")
    assert child.returncode != 0
    assert "ModuleNotFoundError" in child.stderr


def test_every_module_of_it_imports(run_alone, repository: Path) -> None:
    """Also those that no test below happens to need."""
    script = (
        "import importlib, pkgutil, verifier, credentials, keys, schemas, contracts\n"
        "for package in (verifier, credentials, keys, schemas, contracts):\n"
        "    assert '.venv-verifier' in package.__path__[0], package.__path__\n"
        "    for m in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
    )
    child = run_alone("python", "-W", "error", "-c", script)
    assert child.returncode == 0, child.stderr


def test_it_lists_its_checks(run_alone) -> None:
    child = run_alone("verifier", "checks", "--json")
    assert child.returncode == 0, child.stderr
    assert "status" in child.stdout


def test_it_verifies_a_credential(check, school: School) -> None:
    child = check(school.credential(1), "--insecure-loopback")
    assert child.returncode == VERIFIED, child.stdout + child.stderr
    assert "INSECURE_LOOPBACK" in child.stderr


def test_it_refuses_one_changed_character(check, school: School) -> None:
    credential = school.credential(1)
    credential["name"] = "Rations"
    child = check(credential, "--insecure-loopback")
    assert child.returncode == REFUSED, child.stdout + child.stderr


def test_it_refuses_what_was_withdrawn(check, school: School) -> None:
    child = check(school.credential(REVOKED_INDEX), "--insecure-loopback")
    assert child.returncode == REFUSED, child.stdout + child.stderr


def test_without_its_host_it_does_not_decide(check, school: School, host) -> None:
    credential = school.credential(1)
    host.stop()
    child = check(credential, "--insecure-loopback")
    assert child.returncode == UNDECIDED, child.stdout + child.stderr


def test_without_the_switch_it_reads_no_loopback_host(check, school: School) -> None:
    child = check(school.credential(1))
    assert child.returncode != VERIFIED
    assert "Traceback" not in child.stderr
