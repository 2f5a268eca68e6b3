"""Which tables hold what about a person, how to find it, and what a deletion does with it.

Every table of the issuer stands in one of the two lists here; a test sees to that. Whoever adds a
table that has anything to do with people adds a line to ``HOLDINGS``: export and deletion read it
from there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import SQLModel, col

from issuer.api.models import ApiToken
from issuer.awards.models import Award, AwardDecision, ReceivedCredential
from issuer.competency.models import Evidence, EvidenceErasure, Judgment, JudgmentDecision
from issuer.endorsements.models import Endorsement
from issuer.equity.models import LearnerGroup
from issuer.learners.models import (
    Demographic,
    Enrollment,
    Person,
    PersonRole,
    Result,
    ResultObjective,
)
from issuer.minting.models import BatchItem, Credential
from issuer.status.models import StatusChange, StatusEntry

Condition = ColumnElement[bool]
BLANK: Final = "removed with the person"
"""Stands for words that a deletion takes away from rows that it keeps."""


class Fate(Enum):
    """What a deletion does with the rows."""

    REMOVED = "removed"
    BLANKED = "kept without the school's words"


@dataclass(frozen=True)
class Holding:
    """One table that holds something about people.

    Attributes:
        model: the table.
        what: for the person who reads the archive.
        of: which rows are about the person with this id.
        points: the columns by which a row leads to the person it is about.
        fate: what a deletion does with them.
        blanked: columns whose words go although the row is kept.
        elsewhere: columns that the archive has in a better form, and the raw record leaves out.
    """

    model: type[SQLModel]
    what: str
    of: Callable[[UUID], Condition]
    points: frozenset[str]
    fate: Fate = Fate.REMOVED
    blanked: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def table(self) -> str:
        """Its name in the database."""
        return str(self.model.__tablename__)


@dataclass(frozen=True)
class Mention:
    """A column in which a person stands in records about others.

    Attributes:
        model: the table.
        column: holds a name that the school's systems gave the person, as text.
        about: which records are about the person with this id.
        where: equalities that say that a person is meant; any value if there are none.
    """

    model: type[SQLModel]
    column: str
    about: Callable[[UUID], Condition]
    where: Mapping[str, str] = field(default_factory=dict)


def _judgments(person: UUID) -> Any:
    return select(col(Judgment.id)).where(col(Judgment.learner_id) == person)


def _credentials(person: UUID) -> Any:
    return select(col(Credential.id)).where(col(Credential.learner_id) == person)


def _endorsements_of(person: UUID) -> Condition:
    return col(Endorsement.target_id).in_(_credentials(person))


def _awards(person: UUID) -> Any:
    return select(col(Award.id)).where(col(Award.learner_id) == person)


def _award_decisions_of(person: UUID) -> Condition:
    return col(AwardDecision.award_id).in_(_awards(person))


def _decisions_of(person: UUID) -> Condition:
    return col(JudgmentDecision.judgment_id).in_(_judgments(person))


def _entries_of(person: UUID) -> Condition:
    return col(StatusEntry.credential_id).in_(_credentials(person))


def _changes_of(person: UUID) -> Condition:
    entry, change = StatusEntry, StatusChange
    return (
        select(col(entry.list_id))
        .where(
            col(entry.list_id) == col(change.list_id),
            col(entry.position) == col(change.position),
            _entries_of(person),
        )
        .exists()
    )


def _reservations_of(person: UUID) -> Condition:
    return or_(
        col(BatchItem.judgment_id).in_(_judgments(person)),
        col(BatchItem.judgment_id).in_(_awards(person)),
        col(BatchItem.credential_id).in_(_credentials(person)),
    )


def _objectives_of(person: UUID) -> Condition:
    results = select(col(Result.sourced_id)).where(col(Result.person_id) == person)
    return col(ResultObjective.result_sourced_id).in_(results)


HOLDINGS: Final = (
    Holding(
        StatusChange,
        "Every change of the standing of your credentials: withdrawn, put on hold, lifted.",
        _changes_of,
        frozenset({"list_id", "position"}),
        Fate.BLANKED,
        blanked=("reason",),
    ),
    Holding(
        StatusEntry,
        "The places of your credentials in the public status lists.",
        _entries_of,
        frozenset({"credential_id"}),
        Fate.BLANKED,
        blanked=("reason",),
    ),
    Holding(
        Endorsement,
        "What others, or the school, signed in support of your credentials.",
        _endorsements_of,
        frozenset({"target_id", "credential_id"}),
    ),
    Holding(
        BatchItem,
        "Which judgment became which credential, and its place in its batch.",
        _reservations_of,
        frozenset({"judgment_id", "credential_id"}),
    ),
    Holding(
        Credential,
        "Your credentials as the school's book lists them; the documents are in credentials/.",
        lambda person: col(Credential.learner_id) == person,
        frozenset({"learner_id"}),
        elsewhere=("document", "proof"),
    ),
    Holding(
        AwardDecision,
        "What a person decided about awards that waited for approval, and why.",
        _award_decisions_of,
        frozenset({"award_id"}),
    ),
    Holding(
        Award,
        "What you were awarded, or are to be: diplomas, micro-credentials, badges.",
        lambda person: col(Award.learner_id) == person,
        frozenset({"learner_id", "judgment_id", "superseded_by"}),
    ),
    Holding(
        ReceivedCredential,
        "Credentials of other issuers that count for your awards.",
        lambda person: col(ReceivedCredential.learner_id) == person,
        frozenset({"learner_id", "credential_id"}),
    ),
    Holding(
        JudgmentDecision,
        "What a person decided about judgments that were proposed, and why.",
        _decisions_of,
        frozenset({"judgment_id", "proposal_id"}),
    ),
    Holding(
        Judgment,
        "The judgments about you as they are kept; explained in judgments.json.",
        lambda person: col(Judgment.learner_id) == person,
        frozenset({"learner_id", "superseded_by", "proposal_id"}),
    ),
    Holding(
        Evidence,
        "The evidence that judgments were made from, with every correction.",
        lambda person: col(Evidence.learner_id) == person,
        frozenset({"learner_id", "corrects", "second_rating_of"}),
    ),
    Holding(
        EvidenceErasure,
        "That your evidence is being deleted; there is nothing here unless it is.",
        lambda person: col(EvidenceErasure.learner_id) == person,
        frozenset({"learner_id"}),
    ),
    Holding(
        ResultObjective,
        "What your results say about single learning objectives.",
        _objectives_of,
        frozenset({"result_sourced_id"}),
    ),
    Holding(
        Result,
        "Your results, as the school's information system sent them.",
        lambda person: col(Result.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        Enrollment,
        "The classes you are or were in.",
        lambda person: col(Enrollment.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        PersonRole,
        "What you are or were at the school.",
        lambda person: col(PersonRole.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        ApiToken,
        "Tokens by which programs may read or add to your record, without the tokens themselves.",
        lambda person: col(ApiToken.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        Demographic,
        "Demographics that the school chose to import.",
        lambda person: col(Demographic.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        LearnerGroup,
        "Groups that the school counts you in for its view of equity.",
        lambda person: col(LearnerGroup.person_id) == person,
        frozenset({"person_id"}),
    ),
    Holding(
        Person,
        "Your names, numbers and addresses.",
        lambda person: col(Person.id) == person,
        frozenset(),
    ),
)
"""Those that others refer to, or are found by, stand after the others, so that rows can be removed
in this order."""

MENTIONS: Final = (
    Mention(
        Evidence,
        "assessor_id",
        lambda person: col(Evidence.learner_id) == person,
        {"assessor_kind": "person"},
    ),
    Mention(JudgmentDecision, "decided_by", _decisions_of),
    Mention(AwardDecision, "decided_by", _award_decisions_of),
)
"""A deletion puts a pseudonym there; an archive of the record's own person does the same."""

LINKS: Final = ((Evidence, "corrects"), (Evidence, "second_rating_of"))
"""Columns by which a row about one person may name a row about another; a deletion clears them."""

NOT_ABOUT_PEOPLE: Final = {
    "academic_session": "a term",
    "achievement": "what anybody can earn",
    "anchor": "a batch's root on the chain",
    "anchor_account": "an account of the school",
    "anchor_attempt": "a signed transaction that holds a root",
    "anchor_nonce": "a count of transactions",
    "association": "part of a framework",
    "audit_event": "what was done, by ids that lead to nobody once the person is gone",
    "award_definition": "what anybody can be awarded",
    "award_set": "what a school awards",
    "batch": "how many credentials were anchored together, and when",
    "batch_chunk": "positions in a batch",
    "category": "a kind of line item",
    "competency": "part of a framework",
    "competency_version": "part of a framework",
    "course": "a course",
    "departed_person": "a keyed hash, by which an import recognises who was deleted",
    "did_document_version": "public keys of the school",
    "framework": "a framework",
    "framework_version": "a framework",
    "level_scale": "levels of a framework",
    "line_item": "something that a class is scored on",
    "mastery_rule": "a rule",
    "minting_attempt": "how work on a batch ended; it names credentials by their ids at most",
    "org": "a school or district",
    "rubric": "part of a framework",
    "rubric_criterion": "part of a framework",
    "rubric_level": "part of a framework",
    "rule_set": "which rules apply to what",
    "school_class": "a class",
    "score_scale": "a scale of marks",
    "signing_key": "a key of the school",
    "status_list": "bits by numbers, signed",
    "tree_nodes": "hashes over signed documents, which holders need",
    "worker_slot": "a process",
}
"""Every other table, with what it holds instead."""
