"""What can go wrong in the competency store besides problems in imported data."""

from typing import ClassVar

from issuer.errors import IssuerError, NotFound


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


class UnknownJudgment(NotFound):
    """No judgment has this identifier."""

    code: ClassVar[str] = "judgment.not-found"
