"""What can go wrong in the competency store besides problems in imported data."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound


class EvidenceUnreadable(IssuerError):
    """There is no evidence file where one was named."""

    code: ClassVar[str] = "evidence.unreadable"


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


class UnknownJudgment(NotFound):
    """No judgment has this identifier."""

    code: ClassVar[str] = "judgment.not-found"


class NoProposal(IssuerError):
    """The judgment does not wait for a person's decision."""

    code: ClassVar[str] = "judgment.no-proposal"


class DecisionIncomplete(IssuerError):
    """A decision names nobody who made it, gives no reason, or a level that is none."""

    code: ClassVar[str] = "judgment.decision-incomplete"
