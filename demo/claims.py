"""Five claims about one learner, chosen from the record so that every kind of answer is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.errors import NotAsExpected

SUPPORTED = "SUPPORTED"
CONTRADICTED = "CONTRADICTED"
UNSUPPORTED = "UNSUPPORTED"
UNDETERMINED = "UNDETERMINED"

LEAST_CREDENTIALS = 3


@dataclass(frozen=True)
class Holding:
    """What one exported credential says.

    Attributes:
        credential: its id.
        code: the competency's code, or its address where it has none.
        required: name of the level at which mastery starts, or None.
    """

    credential: str
    code: str
    required: str | None

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Holding":
        """Read an OpenBadgeCredential (OB 3.0 §4)."""
        subject = document["credentialSubject"]
        alignment = subject["achievement"]["alignment"][0]
        return cls(
            credential=document["id"],
            code=alignment.get("targetCode") or alignment["targetUrl"],
            required=_required_level(subject["achievement"]),
        )


def _required_level(achievement: dict[str, Any]) -> str | None:
    names = [
        level["name"]
        for description in achievement.get("resultDescription", [])
        for level in description.get("rubricCriterionLevel", [])
        if level["id"] == description.get("requiredLevel")
    ]
    return str(names[0]) if names else None


@dataclass(frozen=True)
class Question:
    """A claim as the verifier's claims file has it, and the answer that is due.

    Attributes:
        claim: members of the claims file.
        answer: what an honest verifier has to answer.
    """

    claim: dict[str, Any]
    answer: str


def choose(
    holdings: Sequence[Holding],
    *,
    below: str,
    withdrawn: Holding,
    issuer: str,
    year: int,
    network: str,
) -> list[Question]:
    """The five claims.

    Args:
        holdings: what the learner's credentials say.
        below: a competency on which the learner has evidence but no credential.
        withdrawn: the holding whose credential the school has withdrawn.
        issuer: the school's DID.
        year: the year in which the batch was anchored.
        network: a network of schools whose list nobody gave to the verifier.

    Raises:
        NotAsExpected: too few credentials to choose from.
    """
    standing = [holding for holding in holdings if holding != withdrawn]
    if len(standing) < LEAST_CREDENTIALS:
        raise NotAsExpected(
            f"The learner has {len(standing)} standing credentials; the five claims need "
            f"{LEAST_CREDENTIALS}.",
            "Use more learners or another seed.",
        )
    first, second, third = standing[:3]
    at_least = {"at_least": first.required} if first.required else {}
    return [
        Question({"competency": first.code, **at_least}, SUPPORTED),
        Question({"competency": second.code, "by": str(year), "issuer": issuer}, SUPPORTED),
        Question({"competency": below}, UNSUPPORTED),
        Question({"competency": withdrawn.code}, CONTRADICTED),
        Question({"competency": third.code, "accredited_by": network}, UNDETERMINED),
    ]


def compare(questions: Sequence[Question], replies: Sequence[dict[str, Any]]) -> None:
    """Holds the verifier's replies against the answers that are due.

    Raises:
        NotAsExpected: a reply differs, or a claim is SUPPORTED without evidence or anchor time.
    """
    if len(replies) != len(questions):
        raise NotAsExpected(f"{len(questions)} claims were made, {len(replies)} answered.")
    for question, reply in zip(questions, replies, strict=True):
        if reply["answer"] != question.answer:
            raise NotAsExpected(
                f"The claim {reply['claim']!r} was answered {reply['answer']}; "
                f"{question.answer} was due. {reply['sentence']}"
            )
        details = reply["details"]
        if question.answer == SUPPORTED and not (details["evidence"] and details["anchoredAt"]):
            raise NotAsExpected(
                f"The claim {reply['claim']!r} is supported, but without evidence or anchor time."
            )
