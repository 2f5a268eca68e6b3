"""Check a bundle offline: its proofs, its signature, then every credential as any other.

The bundle gets one report, with the reports on its credentials inside. Its own findings come
under the name "bundle"; as long as one of them is FAILED nothing that it says is looked at.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from credentials.canonical import without_proof
from credentials.json_types import JsonObject
from credentials.models.bundle import Bundle
from credentials.proofs import eddsa_jcs_2022
from credentials.proofs.data_integrity import DataIntegrityProof, parse_date_time_stamp
from credentials.proofs.unsecured import Unsecured
from keys.did import did_of, verification_key
from schemas.errors import TouchstoneError
from verifier.bundle.anchors import prove_anchors
from verifier.bundle.errors import BundleProofWrong, DidDocumentUnknown
from verifier.bundle.given import Given
from verifier.bundle.ports import BundleWorld, bundle_ports
from verifier.bundle.reading import parse_bundle, read_bundle_file
from verifier.bundle.recognition import CLOCK_SKEW, Recognition
from verifier.effort import Effort
from verifier.errors import FileUnreadable, KeyNotTheIssuers, ProofOutOfDate
from verifier.fetch.registry import FileRegistry
from verifier.intake import read_document
from verifier.json_access import identifier, listed
from verifier.key_times import ASSERTION
from verifier.policy import DEFAULT, Decision, Policy, Verdict, decide
from verifier.ports import TrustRegistry
from verifier.report import Finding, Outcome, Report, day, timestamp
from verifier.session import FileResult
from verifier.settings import VerifierSettings
from verifier.signatures import check_purpose_and_time
from verifier.verify import report_of, verify_credential
from verifier.words import finding

KIND = "bundle"
MAX_SECONDS = 60.0
"""Computing time for the credentials of one bundle; the largest needs a quarter of it."""
NAME = "bundle"
OFFLINE = replace(DEFAULT, accept=frozenset({"status.snapshot"}))
"""The default policy, for whoever chose to ask nobody: that a record stood when the bundle was made
is enough, and the report says when that was. A policy of the reader's own decides for itself."""


@dataclass(frozen=True, slots=True)
class Offline:
    """How bundles are checked.

    Args:
        given: what the reader trusts beforehand.
        trust: the reader's registry, if there is one.
        settings: policy and holder; nothing in them is asked over a network.
    """

    given: Given
    trust: TrustRegistry | None
    settings: VerifierSettings

    @property
    def policy(self) -> Policy:
        """The reader's own, or the one for checking offline."""
        return OFFLINE if self.settings.policy == DEFAULT else self.settings.policy


def open_offline(settings: VerifierSettings, given: Given) -> Offline:
    """Everything that checking offline takes; reads the registry's file and opens nothing else.

    Raises:
        RegistryInvalid: the file cannot be used.
    """
    trust = FileRegistry.from_file(settings.registry) if settings.registry else None
    return Offline(given, trust, settings)


def check_bundle_file(path: Path, offline: Offline, now: datetime) -> FileResult:
    """Check one bundle. A file that is none is undecided: nothing was checked.

    Raises:
        FileUnreadable: there is no such file.
        CheckpointsInvalid: the reader's list of blocks contradicts a block.
    """
    try:
        bundle, document = parse_bundle(read_bundle_file(path))
    except FileUnreadable:
        raise
    except TouchstoneError as error:
        reasons = (f"{error.sentence} Nothing was checked.",)
        return FileResult(str(path), None, Decision(Verdict.UNDECIDED, reasons), error=error)
    report = check_bundle(bundle, document, offline, now)
    return FileResult(str(path), report, decide(report, offline.policy))


def check_bundle(bundle: Bundle, document: JsonObject, offline: Offline, now: datetime) -> Report:
    """Check a bundle and every credential in it.

    Args:
        bundle, document: the same, as :func:`verifier.bundle.reading.parse_bundle` gives them.
        offline: what the reader trusts and asks for.
        now: the present moment, with time zone.

    Raises:
        CheckpointsInvalid: the reader's list of blocks contradicts a block.
    """
    try:
        anchors = prove_anchors(bundle)
        recognition = Recognition(bundle, anchors, offline.given, offline.trust, now)
    except BundleProofWrong as error:
        wrong = finding(NAME, "bundle.proof-wrong", cause=error.sentence, details=_cause(error))
        return report_of(KIND, now, (wrong,), "")
    except TouchstoneError as error:
        if error.code != "bundle.malformed":
            raise
        altered = finding(NAME, "bundle.altered", cause=error.sentence, details=_cause(error))
        return report_of(KIND, now, (altered,), "")
    own = [_signature(bundle, document, recognition, now), *_foreign(bundle)]
    failed = tuple(it for it in own if it.outcome is Outcome.FAILED)
    if failed:
        return report_of(KIND, now, failed, "")
    nested = _check_credentials(bundle, recognition, offline, now)
    return _report(own, nested, now)


def _check_credentials(
    bundle: Bundle, recognition: Recognition, offline: Offline, now: datetime
) -> tuple[Report, ...]:
    world = BundleWorld(bundle, recognition)
    made_at = parse_date_time_stamp(bundle.created)
    ports = bundle_ports(world, offline.trust, now=now, made_at=made_at)
    # Blocks are counted on a chain; here the reader vouches for one that has the anchor behind it.
    settings = replace(offline.settings.for_checks(), min_confirmations=1)
    reports, effort = [], Effort(MAX_SECONDS)
    for credential in bundle.credentials:
        if effort.is_spent:
            found = finding("proof", "check.too-long", check="proof")
            reports.append(report_of("credential", now, (found,), ""))
            continue
        try:
            received = read_document(json.dumps(credential).encode("utf-8"))
        except TouchstoneError as error:
            found = finding("structure", "structure.invalid", cause=error.sentence)
            reports.append(report_of("credential", now, (found,), ""))
            continue
        reports.append(verify_credential(received, ports, settings))
    return tuple(reports)


def _report(own: list[Finding], nested: tuple[Report, ...], now: datetime) -> Report:
    """The headline is the gravest of the bundle's own and of all the records' findings."""
    everything = (*own, *(it for report in nested for it in report.everything()))
    name = next((it.facts["issuerName"] for it in nested if "issuerName" in it.facts), "")
    whole = report_of(KIND, now, everything, name or "its issuer")
    return replace(whole, findings=tuple(own), nested=nested)


def _signature(
    bundle: Bundle, document: JsonObject, recognition: Recognition, now: datetime
) -> Finding:
    """The school's signature over the whole bundle (eddsa-jcs-2022)."""
    try:
        _verify_signature(bundle, document, recognition, now)
    except DidDocumentUnknown as error:
        words = {"cause": error.sentence, "remedy": error.remedy}
        return finding(NAME, "bundle.keys-unknown", details=_cause(error), **words)
    except TouchstoneError as error:
        return finding(NAME, "bundle.altered", cause=error.sentence, details=_cause(error))
    made_at = parse_date_time_stamp(bundle.created)
    details = {"bundledAt": timestamp(made_at), "credentials": len(bundle.credentials)}
    return finding(NAME, "bundle.passed", date=day(made_at), details=details)


def _verify_signature(
    bundle: Bundle, document: JsonObject, recognition: Recognition, now: datetime
) -> None:
    members = DataIntegrityProof.read(bundle.proof)
    check_purpose_and_time(members, ASSERTION, now)
    made_at = parse_date_time_stamp(bundle.created)
    if made_at > now + CLOCK_SKEW or members.created != made_at:
        raise ProofOutOfDate("The bundle is dated in the future, or has two dates.")
    if did_of(members.verification_method) != bundle.issuer:
        raise KeyNotTheIssuers("It is signed by somebody else than the school that it names.")
    owner = recognition.did_document()
    key = verification_key(
        owner, members.verification_method, purpose=ASSERTION, at=made_at, now=now
    )
    eddsa_jcs_2022.verify(Unsecured(without_proof(document)), bundle.proof, key)


def _foreign(bundle: Bundle) -> list[Finding]:
    """A credential of another school, or about another person, than the bundle is of."""
    for credential in bundle.credentials:
        subjects = {identifier(it) for it in listed(credential.get("credentialSubject"))}
        if subjects != {bundle.subject}:
            return [finding(NAME, "bundle.other-person")]
        if identifier(credential.get("issuer")) != bundle.issuer:
            return [finding(NAME, "bundle.other-issuer")]
    return []


def _cause(error: TouchstoneError) -> dict[str, Any]:
    return {"cause": error.code}
