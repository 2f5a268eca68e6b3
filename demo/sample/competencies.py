"""What learners of the sample can be judged on: the leaves of a CASE package."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credentials.strict_json import JsonLimits, loads
from demo.errors import SampleFrameworkError
from schemas.errors import TouchstoneError

JsonObject = dict[str, Any]

DEFAULT_SCORES = (1.0, 2.0, 3.0, 4.0)
"""The scale where a framework brings no rubric: four levels, as in our own."""

LIMITS = JsonLimits(max_bytes=64 * 1024 * 1024, max_values=4_000_000)
"""As large as a framework that the issuer would import."""

TITLE_LENGTH = 80
"""Characters of a statement that serve as the title of a task."""


@dataclass(frozen=True)
class Course:
    """What is taught: a course of the school."""

    code: str
    title: str


@dataclass(frozen=True)
class Competency:
    """A leaf of the framework.

    Attributes:
        identifier: the GUID of its CFItem.
        number: its place among the leaves, from 1.
        title: a short name for tasks and line items.
        course: which course teaches it.
        scores: the scores of its rubric's levels, lowest first.
        code: its humanCodingScheme; '' if it has none.
        twice_scored: whether two teachers score each piece of work on it.
        uri: the address of its CFItem.
    """

    identifier: str
    number: int
    title: str
    course: Course
    scores: tuple[float, ...]
    code: str = ""
    twice_scored: bool = False
    uri: str = ""


def read_package(path: Path) -> JsonObject:
    """The CFPackage in a file, with or without the ``CFPackage`` envelope some servers add.

    Raises:
        SampleFrameworkError: not readable as JSON, or without items.
    """
    try:
        package = loads(path.read_bytes(), LIMITS)
    except (OSError, TouchstoneError) as error:
        raise SampleFrameworkError(
            f"{path} cannot be read as a CASE package.", "Name a JSON file with a CFPackage."
        ) from error
    if isinstance(package, dict) and isinstance(package.get("CFPackage"), dict):
        package = package["CFPackage"]
    if not isinstance(package, dict) or not package.get("CFItems"):
        raise SampleFrameworkError(
            f"{path} holds no CFItems.", "Name a JSON file with a whole CFPackage."
        )
    return package


def competencies_of(
    package: JsonObject, courses: Mapping[str, Course], twice_scored: Sequence[str] = ()
) -> list[Competency]:
    """The leaves of the tree, in the order of the file.

    Args:
        package: a CFPackage.
        courses: CFItem identifier → course; it holds for that item and all below it. Leaves
            that no entry covers are taught in a course named after their topmost item.
        twice_scored: codes of the items below which two teachers score each piece of work.
    """
    tree = _Tree(package)
    scales = _scales(package)
    leaves = (item for item in package["CFItems"] if item["identifier"] in tree.leaves)
    found = [
        Competency(
            identifier=item["identifier"],
            number=number,
            title=title_of(item),
            course=tree.course(item["identifier"], courses),
            scores=scales.get(item["identifier"], DEFAULT_SCORES),
            code=str(item.get("humanCodingScheme", "")),
            uri=str(item.get("uri", "")),
            twice_scored=str(item.get("humanCodingScheme", "")).startswith(
                tuple(f"{code}." for code in twice_scored)
            ),
        )
        for number, item in enumerate(leaves, 1)
    ]
    if not found:
        raise SampleFrameworkError(
            "The framework has no item at the end of an isChildOf branch.",
            "Name a framework with a tree of items.",
        )
    return found


def title_of(item: JsonObject) -> str:
    """The shortest good name of an item."""
    statement = str(item.get("fullStatement", "")).split("\n")[0].strip()
    short = statement if len(statement) <= TITLE_LENGTH else _cut(statement)
    return str(item.get("abbreviatedStatement") or short or item["identifier"])


def _cut(statement: str) -> str:
    """The statement up to the last whole word that fits."""
    return statement[:TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + " …"


class _Tree:
    """The isChildOf tree of a package."""

    def __init__(self, package: JsonObject) -> None:
        self.items: dict[str, JsonObject] = {i["identifier"]: i for i in package["CFItems"]}
        self.parents: dict[str, list[str]] = defaultdict(list)
        for association in package.get("CFAssociations", []):
            if association.get("associationType") == "isChildOf":
                child = association["originNodeURI"]["identifier"]
                self.parents[child].append(association["destinationNodeURI"]["identifier"])
        inner = {parent for parents in self.parents.values() for parent in parents}
        hanging = set(self.parents) or set(self.items)
        self.leaves = (hanging & set(self.items)) - inner

    def course(self, leaf: str, courses: Mapping[str, Course]) -> Course:
        """The course given for the nearest ancestor, or one named after the topmost."""
        node, seen = leaf, {leaf}
        while node not in courses:
            above = [p for p in self.parents[node] if p in self.items and p not in seen]
            if not above:
                return self._branch(node)
            node = above[0]
            seen.add(node)
        return courses[node]

    def _branch(self, top: str) -> Course:
        item = self.items[top]
        code = str(item.get("humanCodingScheme") or top[:8])
        return Course(code=code, title=f"{code} {title_of(item)}".strip())


def _scales(package: JsonObject) -> dict[str, tuple[float, ...]]:
    """CFItem identifier → the scores of its rubric criterion's levels, lowest first."""
    scales: dict[str, tuple[float, ...]] = {}
    for rubric in package.get("CFRubrics") or []:
        for criterion in rubric.get("CFRubricCriteria") or []:
            levels = criterion.get("CFRubricCriterionLevels") or []
            scores = sorted({float(level["score"]) for level in levels if "score" in level})
            item = (criterion.get("CFItemURI") or {}).get("identifier")
            if item and len(scores) > 1:
                scales[item] = tuple(scores)
    return scales
