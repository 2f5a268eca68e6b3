"""What others signed, checked by our own verifier before the school stands beside it.

The second place, with issuer.minting.self_check, that imports the verifier: an endorsement that
is taken in has to be one that a reader will be shown, and a credential that is endorsed one that a
reader would accept. What is fetched goes through the verifier's one outbound door.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from credentials.json_types import JsonObject
from credentials.models.endorsement import endorsed_digests, is_endorsement
from credentials.models.related_resource import read_digests
from credentials.models.rules import moment, types_of
from credentials.strict_json import loads
from issuer.endorsements.errors import (
    EndorsementRefused,
    TargetForeign,
    TargetRefused,
    TargetSilent,
    TargetUnreadable,
)
from issuer.endorsements.models import Kind
from issuer.endorsements.targets import CheckedEndorsement, Target, is_storable, target_of
from issuer.settings import Settings
from schemas.errors import Fault, TouchstoneError
from verifier.endorsements import POLICY, endorsed_id
from verifier.fetch.doors import open_ports
from verifier.intake import read_received
from verifier.json_access import identifier, objects, text
from verifier.opening import Opened, open_received
from verifier.policy import Verdict, decide
from verifier.ports import Ports
from verifier.report import Report
from verifier.settings import VerifierSettings
from verifier.verify import verify_credential

MAX_TARGET_BYTES: Final = 1024 * 1024
"""Largest achievement or profile that is fetched to be endorsed."""
OwnTarget = Callable[[str], Target | None]
"""Finds what of this school has an id."""


def open_world(settings: Settings) -> Ports:
    """The outside world as the verifier's own command sees it (TOUCHSTONE_REGISTRY and so on).

    Raises:
        SettingInvalid, RegistryInvalid, PolicyInvalid: the environment cannot be understood.
    """
    found = VerifierSettings.from_environment()
    loopback = found.insecure_loopback or settings.insecure_loopback
    return open_ports(replace(found, insecure_loopback=loopback))


def check_received(data: bytes, own: OwnTarget, ports: Ports) -> CheckedEndorsement:
    """Read an endorsement that was sent to the school, and check it as a reader would.

    Args:
        data: a JSON document or a token.
        own: finds what of this school it names.
        ports: the outside world.

    Raises:
        EndorsementRefused: it is no endorsement, of another content, or does not hold; says why.
        TargetForeign: it names nothing of this school.
    """
    opened = _opened(data, EndorsementRefused)
    document = opened.document
    if not is_endorsement(document):
        raise EndorsementRefused(
            "The file holds no EndorsementCredential.", "Ask for an Open Badges 3.0 endorsement."
        )
    target = _own_target(document, own)
    names_content = _check_content(document, target)
    report = verify_credential(opened, ports)
    _check_accepted(report, "endorsement", EndorsementRefused)
    return _checked(data, document, target, names_content=names_content)


def file_target(data: bytes, ports: Ports) -> Target:
    """What a file holds that is to be endorsed; a credential has to be one that readers accept.

    Raises:
        TargetUnreadable: the file is nothing that can be endorsed.
        TargetRefused: our own verifier does not accept the credential; says why.
    """
    opened = _opened(data, TargetUnreadable)
    target = target_of(opened.document)
    if target.kind is Kind.CREDENTIAL:
        _check_accepted(verify_credential(opened, ports), "credential", TargetRefused)
    return target


def fetched_target(url: str, ports: Ports) -> Target:
    """An achievement, or an issuer by its profile, that another host publishes.

    Raises:
        TargetSilent: the host did not answer.
        TargetUnreadable: what stands there is neither, or is that of another address.
    """
    try:
        document = loads(ports.documents.fetch(url, max_bytes=MAX_TARGET_BYTES))
    except TouchstoneError as error:
        kind = TargetUnreadable if error.fault is Fault.CONTENT else TargetSilent
        raise kind(f"{url} cannot be endorsed: {error.sentence}", "Correct the address.") from error
    if "VerifiableCredential" in types_of(document):
        raise TargetUnreadable(
            f"{url} is a credential.", "Save it to a file and endorse the file, which is checked."
        )
    target = target_of(document)
    if target.kind is Kind.ACHIEVEMENT and target.id != url:
        raise TargetUnreadable(
            f"What stands at {url} is the achievement {target.id[:200]}.", "Name that address."
        )
    return target


def _opened(data: bytes, refused: type[EndorsementRefused | TargetUnreadable]) -> Opened:
    try:
        opened = open_received(read_received(data))
    except TouchstoneError as error:
        raise refused(f"The file cannot be read: {error.sentence}", error.remedy) from error
    if opened.problem is not None:
        raise refused(f"The file cannot be read: {opened.problem.sentence}", "Get it again.")
    return opened


def _own_target(document: JsonObject, own: OwnTarget) -> Target:
    subjects = objects(document.get("credentialSubject"))
    named = endorsed_id(document) if len(subjects) == 1 else ""
    target = own(named) if named else None
    if target is None:
        raise TargetForeign(
            f"The endorsement is of {named[:200]!r}, which this school did not publish.",
            "Take in endorsements of your own credentials, achievements and DID only.",
        )
    return target


def _check_content(document: JsonObject, target: Target) -> bool:
    """Whether it gives a digest, which has then to be that of what the school has."""
    known = set(read_digests({"digestSRI": target.digest} if target.digest else {}))
    try:
        # A digest by another function is none that we made, so we could not tell it is the same.
        digests = set(endorsed_digests(document, target.id))
    except ValueError:
        digests = {("", b"")}
    if not digests <= known:
        raise EndorsementRefused(
            f"The endorsement was given for another content of the {target.kind} {target.id}.",
            "Ask its signer to endorse what the school publishes today.",
        )
    return bool(digests)


def _check_accepted(
    report: Report, what: str, refused: type[EndorsementRefused | TargetRefused]
) -> None:
    decision = decide(report, POLICY)
    if decision.verdict is not Verdict.VERIFIED:
        raise refused(
            f"Our own verifier does not accept the {what}: {decision.reasons[0]}",
            "See what `verifier check` says of it.",
        )


def _checked(
    data: bytes, document: JsonObject, target: Target, *, names_content: bool
) -> CheckedEndorsement:
    """What the school keeps of it beside its bytes."""
    issuer, own_id = document.get("issuer"), text(document, "id")
    begins, endorser = moment(document.get("validFrom")), identifier(issuer)
    if begins is None or not is_storable(own_id) or not is_storable(endorser):
        raise EndorsementRefused(
            "The endorsement has no date, or no id of ordinary length.", "Ask its signer."
        )
    [subject] = objects(document.get("credentialSubject"))
    return CheckedEndorsement(
        data=data,
        credential_id=own_id,
        endorser=endorser,
        comment=_kept(text(subject, "endorsementComment")),
        official=_kept(text(issuer, "official")),
        target=target,
        valid_from=begins,
        valid_until=moment(document.get("validUntil")),
        names_content=names_content,
    )


def _kept(words: str) -> str:
    """Text for our lists, without what a database cannot keep; the bytes beside it have it all."""
    return words.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
