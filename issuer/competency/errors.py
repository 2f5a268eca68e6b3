"""What can go wrong in the competency store besides problems in imported data."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound
from schemas.errors import Fault


class EvidenceUnreadable(IssuerError):
    """There is no evidence file where one was named."""

    code: ClassVar[str] = "evidence.unreadable"


class CanvasUnreadable(IssuerError):
    """There is no report of Canvas, or no list of outcomes, where one was named."""

    code: ClassVar[str] = "canvas.unreadable"


class CaseUnreadable(IssuerError):
    """There is no CASE package where one was named."""

    code: ClassVar[str] = "case.unreadable"


class RulesUnreadable(IssuerError):
    """There is no rule file where one was named."""

    code: ClassVar[str] = "rules.unreadable"


class RuleChanged(IssuerError):
    """A rule's name and version were used before for another rule."""

    code: ClassVar[str] = "rules.changed"


class UnknownCompetency(NotFound):
    """No competency has this identifier."""

    code: ClassVar[str] = "competency.not-found"


class UnknownFramework(NotFound):
    """No framework has this identifier, title or URI."""

    code: ClassVar[str] = "framework.not-found"


class UnknownFrameworkVersion(NotFound):
    """The framework has no version of this number."""

    code: ClassVar[str] = "framework.version-not-found"


class UnknownCaseObject(NotFound):
    """No CFItem, CFAssociation or CFRubric has this identifier."""

    code: ClassVar[str] = "case.not-found"
    minor = "unknownobject"


class CaseRequestInvalid(IssuerError):
    """A list was asked for by members that its objects do not have."""

    code: ClassVar[str] = "case.request-invalid"

    def __init__(self, sentence: str, kind: str) -> None:
        """``kind`` is ``sort`` or ``selection``: CASE names the two apart."""
        super().__init__(sentence, "Name members of the CFDocument.")
        self.minor = f"invalid_{kind}_field"


class UnknownCaseVersion(IssuerError):
    """CASE has no such version."""

    code: ClassVar[str] = "case.unknown-version"


class AmbiguousName(IssuerError):
    """Several frameworks or competencies have the name that was given."""

    code: ClassVar[str] = "competency.ambiguous-name"


class UnknownJudgment(NotFound):
    """No judgment has this identifier."""

    code: ClassVar[str] = "judgment.not-found"


class UnknownRubric(NotFound):
    """No work was scored twice on a rubric of this name."""

    code: ClassVar[str] = "rubric.not-found"


class BadgeRefused(IssuerError):
    """Our own verifier refuses a badge of another issuer, so it is no evidence."""

    code: ClassVar[str] = "badge.refused"
    fault: ClassVar[Fault] = Fault.CONTENT


class BadgeUndecided(IssuerError):
    """Our own verifier could not decide about a badge of another issuer."""

    code: ClassVar[str] = "badge.undecided"
    fault: ClassVar[Fault] = Fault.TRANSPORT


class BadgeUnfit(IssuerError):
    """A file is no badge that can be taken in as evidence, whether it is genuine or not."""

    code: ClassVar[str] = "badge.unfit"
    fault: ClassVar[Fault] = Fault.CONTENT


class BadgeTaken(IssuerError):
    """A badge is evidence of another learner already."""

    code: ClassVar[str] = "badge.taken"
    fault: ClassVar[Fault] = Fault.CONTENT


class NoProposal(IssuerError):
    """The judgment does not wait for a person's decision."""

    code: ClassVar[str] = "judgment.no-proposal"


class DecisionIncomplete(IssuerError):
    """A decision names nobody who made it, gives no reason, or a level that is none."""

    code: ClassVar[str] = "judgment.decision-incomplete"


class OwnProposal(IssuerError):
    """A learner would decide on the proposed judgment of his or her own evidence."""

    code: ClassVar[str] = "judgment.own-proposal"
    fault: ClassVar[Fault] = Fault.CONTENT
