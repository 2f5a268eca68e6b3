"""Errors that several features of the issuer share."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar

from schemas.errors import Fault, TouchstoneError


class IssuerError(TouchstoneError):
    """Root of the issuer's own errors."""

    code: ClassVar[str] = "issuer.error"


class NotFound(IssuerError):
    """Something was asked for by an id that names nothing here."""

    code: ClassVar[str] = "issuer.not-found"


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing that is wrong with imported data, and where.

    Args:
        code: stable and dotted, such as ``case.cycle``.
        file: name of the file, without its directory; '' if there is only one.
        line: 1-based line of a CSV file; None for JSON.
        column: name of a CSV column, or the JSON pointer; '' if it is the whole file or line.
        sentence: what is wrong, for a person.
        hint: what to do; '' if the sentence says it all.
    """

    code: str
    file: str
    line: int | None
    column: str
    sentence: str
    hint: str = ""

    def where(self) -> str:
        """Such as ``users.csv, line 3, column email``."""
        line = "" if self.line is None else f"line {self.line}"
        column = f"column {self.column}" if self.column and self.line is not None else self.column
        return ", ".join(part for part in (self.file, line, column) if part)

    def __str__(self) -> str:
        """One line for the terminal."""
        return self._line(f"{self.code}: {self.sentence}")

    def text(self) -> str:
        """The same without the code, for where that is told already."""
        return self._line(self.sentence)

    def _line(self, what: str) -> str:
        return f"{self.where()}: {what} {self.hint}".strip().removeprefix(": ")


class ImportProblems(IssuerError):
    """Imported data has problems; nothing of it was kept.

    The error's own ``code`` is that of its first problem when all have the same, and
    ``import.problems`` when they differ, so that a program can tell a cycle from a typing error.
    """

    code: ClassVar[str] = "import.problems"
    fault: ClassVar[Fault] = Fault.CONTENT

    def __init__(self, problems: Iterable[ImportProblem], *, more: int = 0) -> None:
        """All problems found; ``more`` counts those beyond the cap."""
        self.problems = tuple(problems)
        self.more = more
        count = len(self.problems) + more
        first = self.problems[0].text() if self.problems else ""
        sentence = first if count == 1 else f"{count:,} problems; the first is: {first}"
        super().__init__(
            sentence,
            "Nothing was imported. Correct the file and import it again.",
            details={"problems": [asdict(problem) for problem in self.problems], "more": more},
        )
        codes = {problem.code for problem in self.problems}
        if len(codes) == 1:
            self.code = codes.pop()  # type: ignore[misc]  # a set with one member names this error


class ProblemList:
    """Gathers problems up to a cap, then only counts them."""

    def __init__(self, cap: int = 1_000) -> None:
        self.problems: list[ImportProblem] = []
        self.more = 0
        self.cap = cap

    @property
    def count(self) -> int:
        """How many problems there are, those beyond the cap included."""
        return len(self.problems) + self.more

    def add(
        self,
        code: str,
        sentence: str,
        hint: str = "",
        *,
        file: str = "",
        line: int | None = None,
        column: str = "",
    ) -> None:
        """Note one problem."""
        if len(self.problems) < self.cap:
            self.problems.append(ImportProblem(code, file, line, column, sentence, hint))
        else:
            self.more += 1

    def raise_if_any(self) -> None:
        """Raises ImportProblems with everything noted so far."""
        if self.problems:
            raise ImportProblems(self.problems, more=self.more)
