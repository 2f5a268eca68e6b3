"""Endorsements of what is shown: each is checked like any credential, and shown as whose it is.

They are looked at after everything else, so that no endorsement costs a record the time or the
hosts that its own checks need; and they decide nothing: a record stands or falls without them. An
endorsement's own endorsements are not followed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from credentials.json_types import JsonObject
from credentials.models.endorsement import content_digests, endorsed_digests, is_endorsement
from credentials.models.related_resource import Digest
from schemas.errors import TouchstoneError
from verifier.json_access import identifier, listed, objects, text
from verifier.names import host_of
from verifier.opening import Opened, Received, open_received
from verifier.policy import DEFAULT, Policy, Verdict, decide
from verifier.report import Endorsement, EndorsementStanding, Report
from verifier.words import plain

MAX_ENDORSEMENTS: Final = 20
"""Endorsements that one run checks: each may name hosts of its own."""
MAX_LISTED: Final = 100
"""Endorsements beside the records that are told of where they concern none of them."""
CREDENTIAL, ACHIEVEMENT, ISSUER = "credential", "achievement", "issuer"
POLICY: Final = Policy(required=DEFAULT.required, may_stay_open=frozenset({"anchor", "trust"}))
"""Signed by whom it names, in order, within its dates, not withdrawn. An anchor is more than an
endorsement needs, and whether a network knows the endorser is said and not asked."""

Records = Sequence[tuple[Report, JsonObject]]
"""Reports on records whose own signature holds, each with its document."""
CheckOne = Callable[[Opened], Report]
"""Checks one endorsement as the credential that it is."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something in a record that can be endorsed.

    Args:
        kind: CREDENTIAL, ACHIEVEMENT or ISSUER.
        id: as the record gives it.
        node: what the record says of it.
    """

    kind: str
    id: str
    node: JsonObject


@dataclass(frozen=True, slots=True)
class _Found:
    """An endorsement and what it should be of; it is opened when its turn comes."""

    received: Received
    key: str
    target: Target


def targets_of(document: JsonObject) -> list[Target]:
    """What of a record can be endorsed: itself, its achievements, its issuer."""
    if is_endorsement(document):
        return []
    found = [Target(CREDENTIAL, text(document, "id"), document)]
    for subject in objects(document.get("credentialSubject")):
        for node in objects(subject.get("achievement")):
            found.append(Target(ACHIEVEMENT, identifier(node), node))
    issuer = document.get("issuer")
    node = issuer if isinstance(issuer, dict) else {"id": issuer}
    found.append(Target(ISSUER, identifier(node), node))
    return [target for target in found if target.id]


def endorsed_id(endorsement: JsonObject) -> str:
    """What an endorsement names; empty if it names nothing, or several things."""
    names = {identifier(node) for node in listed(endorsement.get("credentialSubject"))}
    return names.pop() if len(names) == 1 else ""


def concerns(endorsement: JsonObject, documents: Sequence[JsonObject]) -> bool:
    """Whether an endorsement names something in one of the records, by its id."""
    named = endorsed_id(endorsement)
    return any(target.id == named for one in documents for target in targets_of(one))


class EndorsementChecks:
    """Adds to a run's report what others say of the records in it.

    Args:
        records: the records that count.
        beside: endorsements that came beside the records.
        check: checks one endorsement.
        is_spent: whether the run's computing time is used up.
    """

    def __init__(
        self,
        records: Records,
        beside: Sequence[Opened],
        check: CheckOne,
        is_spent: Callable[[], bool],
    ) -> None:
        self._documents = {id(report): document for report, document in records}
        self._kept = records  # so that no other report gets the id of one of these
        self._beside = [
            (one, _key(one.token.text if one.token else one.document)) for one in beside
        ]
        self._check = check
        self._is_spent = is_spent
        self._left = MAX_ENDORSEMENTS
        self._reports: dict[str, Report] = {}
        self._placed: set[str] = set()

    def applied(self, report: Report) -> Report:
        """The report with every record's endorsements, and those beside that concern none."""
        whole = self._walk(report)
        strays = [one for one, key in self._beside if key not in self._placed][:MAX_LISTED]
        if not strays or not self._kept:
            return whole  # where no record is shown, nobody's word of it is either
        extra = tuple(
            _of_other(None, one.document, "It names nothing that is shown here.") for one in strays
        )
        return replace(whole, endorsements=(*whole.endorsements, *extra))

    def _walk(self, report: Report) -> Report:
        nested = tuple(self._walk(one) for one in report.nested)
        document = self._documents.get(id(report))
        found = () if document is None else tuple(self._of(document))
        if not found and nested == report.nested:
            return report
        return replace(report, nested=nested, endorsements=found)

    def _of(self, document: JsonObject) -> Iterator[Endorsement]:
        """The endorsements of one record; what is more than we check is counted."""
        judging = _Judging(document, self._checked)
        seen: set[tuple[str, str, str]] = set()
        unchecked = 0
        for found in self._found(document):
            identity = (found.key, found.target.kind, found.target.id)
            if identity in seen:
                continue
            seen.add(identity)
            if self._may_check(found.key):
                yield judging.judge(found)
            else:
                unchecked += 1
        if unchecked:
            yield _not_checked(text(document, "id"), unchecked)

    def _found(self, document: JsonObject) -> Iterator[_Found]:
        targets = targets_of(document)
        for target in targets:
            for received in _inside(target.node):
                yield _Found(received, _key(received), target)
        for opened, key in self._beside:
            named = endorsed_id(opened.document)
            for target in targets:
                if target.id == named:
                    self._placed.add(key)
                    yield _Found(opened, key, target)

    def _may_check(self, key: str) -> bool:
        if key in self._reports:
            return True
        if self._left <= 0 or self._is_spent():
            return False
        self._left -= 1
        return True

    def _checked(self, key: str, opened: Opened) -> Report:
        if key not in self._reports:
            self._reports[key] = self._check(opened)
        return self._reports[key]


class _Judging:
    """Judges the endorsements of one record."""

    def __init__(self, document: JsonObject, check: Callable[[str, Opened], Report]) -> None:
        self._document = document
        self._check = check
        self._digests: dict[tuple[str, str], frozenset[Digest]] = {}

    def judge(self, found: _Found) -> Endorsement:
        """What becomes of one endorsement: first whether it is of this, then whether it holds."""
        opened, target = open_received(found.received), found.target
        endorsement = opened.document
        if opened.problem is not None or not is_endorsement(endorsement):
            return _refused(target, endorsement, "What stands in its place is no endorsement.")
        if endorsed_id(endorsement) != target.id:
            return _of_other(target, endorsement, "It names something else.")
        try:
            digests = endorsed_digests(endorsement, target.id)
            is_same = not digests or set(digests) <= self._digests_of(target)
        except (ValueError, TouchstoneError):
            return _of_other(target, endorsement, "It gives no readable digest of its content.")
        if not is_same:
            reason = f"It was given for another content of this {target.kind}."
            return _of_other(target, endorsement, reason)
        report = self._check(found.key, opened)
        if decide(report, POLICY).verdict is not Verdict.VERIFIED or not report.facts:
            return replace(_refused(target, endorsement, report.headline), findings=report.findings)
        endorser = _endorser(self._document, endorsement, report)
        return _confirmed(target, endorser, report, bool(digests))

    def _digests_of(self, target: Target) -> frozenset[Digest]:
        key = (target.kind, target.id)
        if key not in self._digests:
            self._digests[key] = content_digests(target.node)
        return self._digests[key]


def _inside(node: JsonObject) -> list[JsonObject]:
    """The endorsements that stand inside something (OB 3.0 ``endorsement``).

    No published context defines ``endorsementJwt``, so a record that has one is refused before.
    """
    return objects(node.get("endorsement"))


def _key(received: JsonObject | str) -> str:
    """The same for the same endorsement: it is checked once a run, wherever it stands."""
    return received if isinstance(received, str) else json.dumps(received, sort_keys=True)


def _confirmed(
    target: Target, endorser: dict[str, Any], report: Report, names_content: bool
) -> Endorsement:
    comment = str(report.facts["endorsement"]["comment"])
    sentence = plain(comment) if comment else f"It says nothing more of the {target.kind}."
    if not names_content and target.kind != ISSUER:
        sentence += f" (It names the {target.kind} by its id, and not its content.)"
    return Endorsement(
        of=target.kind,
        endorsed=target.id,
        standing=EndorsementStanding.CONFIRMED,
        headline=_headline(endorser),
        sentence=sentence,
        endorser=endorser,
        comment=comment,
        names_content=names_content,
        findings=report.findings,
    )


def _endorser(record: JsonObject, endorsement: JsonObject, report: Report) -> dict[str, Any]:
    """Who signed it. Only a registry vouches for a name; what they call themselves is said so."""
    issuer = endorsement.get("issuer")
    own_id = identifier(issuer)
    codes = {it.code for it in report.of("trust")}
    known = {"trust.passed": True, "trust.not-listed": False}
    recognised = next((known[code] for code in sorted(codes & known.keys())), None)
    return {
        "id": own_id,
        "host": host_of(own_id),
        "name": report.facts.get("issuerName"),
        "recognised": recognised,
        "callsItself": text(issuer, "name") or None,
        "official": text(issuer, "official") or None,
        "is": _relation(record, own_id),
        "endorsedAt": report.facts.get("validFrom"),
    }


def _relation(document: JsonObject, endorser: str) -> str:
    """Whether somebody speaks for himself."""
    if endorser == identifier(document.get("issuer")):
        return "issuer"
    subjects = {identifier(node) for node in listed(document.get("credentialSubject"))}
    return "subject" if endorser in subjects else "other"


_RELATIONS = {
    "issuer": "the issuer itself, no second voice",
    "subject": "the very person it is about",
}
_RECOGNISED = {True: "recognised", False: "not recognised", None: "recognition not asked"}


def _headline(endorser: dict[str, Any]) -> str:
    """“Endorsed by X (recognised)”, with whatever its reader has to know about X."""
    name = endorser["name"] if endorser["recognised"] else endorser["host"]
    notes = [_RECOGNISED[endorser["recognised"]]]
    if not endorser["recognised"] and endorser["callsItself"]:
        notes.append(f"calls itself {plain(endorser['callsItself'])}")
    if endorser["is"] in _RELATIONS:
        notes.insert(0, _RELATIONS[endorser["is"]])
    signed_for = f", for {plain(endorser['official'])}" if endorser["official"] else ""
    return f"Endorsed by {plain(name)}{signed_for} ({'; '.join(notes)})"


def _refused(target: Target, endorsement: JsonObject, reason: str) -> Endorsement:
    """Its comment is withheld; whose it would be is nobody's word but its own."""
    return _not_shown(
        target, EndorsementStanding.NOT_CONFIRMED, endorsement, "is not confirmed", reason
    )


def _of_other(target: Target | None, endorsement: JsonObject, reason: str) -> Endorsement:
    return _not_shown(
        target, EndorsementStanding.OF_OTHER, endorsement, "is of nothing shown here", reason
    )


def _not_shown(
    target: Target | None,
    standing: EndorsementStanding,
    endorsement: JsonObject,
    what: str,
    reason: str,
) -> Endorsement:
    named = plain(host_of(identifier(endorsement.get("issuer")))) or "nobody"
    return Endorsement(
        of=target.kind if target else "",
        endorsed=target.id if target else plain(endorsed_id(endorsement)),
        standing=standing,
        headline=f"An endorsement in the name of {named} {what}",
        sentence=f"We do not show what it says. {reason}",
    )


def _not_checked(credential_id: str, count: int) -> Endorsement:
    return Endorsement(
        of=CREDENTIAL,
        endorsed=credential_id,
        standing=EndorsementStanding.NOT_CHECKED,
        headline=f"{count:,} more endorsements were not checked",
        sentence=f"We check {MAX_ENDORSEMENTS} at once, and show nothing that the others say.",
    )
