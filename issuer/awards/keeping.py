"""The award set that holds; each version of an achievement means one thing for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlmodel import Session

from issuer.awards import repository
from issuer.awards.definitions import AwardSet, CompetencyLeaf, Definition
from issuer.awards.errors import AwardChanged, AwardsUnreadable
from issuer.awards.progress import Named
from issuer.awards.reader import MAX_FILE_BYTES, read_awards, read_definition, read_kept
from issuer.competency.frameworks import Frameworks
from issuer.errors import ProblemList

SHORT: Final = 80
"""Characters of a statement that stand for a competency in a sentence."""


def read_file(path: Path) -> AwardSet:
    """Read a TOML or JSON file.

    Raises:
        AwardsUnreadable: there is no such file, or it is far too large.
        ImportProblems: codes awards.*, all at once.
    """
    if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
        raise AwardsUnreadable(
            f"There is no award file {path.name} of at most {MAX_FILE_BYTES >> 20} MiB.",
            "Give a TOML or JSON file.",
        )
    return read_awards(path.read_bytes(), path.name)


def use_awards(session: Session, award_set: AwardSet, now: datetime, file: str = "") -> bool:
    """Let these achievements be awarded from now on; awards that were made stay.

    Returns:
        True if they differ from those that were awarded.

    Raises:
        ImportProblems: awards.unknown-competency.
        AwardChanged: a key and version were used before for something else.
    """
    _check_names(session, award_set, file)
    known = repository.definitions(session)
    for one in award_set.definitions:
        was = known.get((one.key, one.version))
        if was is None:
            repository.add_definition(session, one.key, one.version, one.document, now)
        elif was != one.document and read_definition(was) != one:
            raise AwardChanged(
                f"Achievement {one.key} version {one.version} was used before, and said "
                "something else.",
                f"Give the changed achievement version {one.version + 1}.",
            )
    newest = repository.newest_set(session)
    if newest is not None and newest.document == award_set.document():
        return False
    repository.add_set(session, award_set.document(), now)
    return True


def current_awards(session: Session) -> AwardSet | None:
    """The award set that holds; None if there is none."""
    row = repository.newest_set(session)
    return None if row is None else read_kept(row.document)


def kept_definitions(session: Session) -> dict[tuple[str, int], Definition]:
    """Every version of every achievement that was ever defined."""
    found = repository.definitions(session)
    return {key: read_definition(document) for key, document in found.items()}


def _check_names(session: Session, award_set: AwardSet, file: str) -> None:
    """Every competency that is required has to be one, and only one."""
    names = Names(Frameworks(session))
    problems = ProblemList()
    for index, one in enumerate(award_set.definitions):
        for leaf in set(leaves_of(one)):
            found = names.all(leaf)
            if len(found) != 1:
                what = "no competency" if not found else f"the code of {len(found)} competencies"
                problems.add(
                    "awards.unknown-competency",
                    f"Achievement {one.key}: {leaf.competency[:255]} is {what}.",
                    "Import its framework first, or name the framework or the identifier.",
                    file=file,
                    column=f"/achievements/{index}/requires",
                )
    problems.raise_if_any()


def leaves_of(definition: Definition) -> list[CompetencyLeaf]:
    """The competencies that an achievement requires itself."""
    leaves = definition.requires.leaves() if definition.requires is not None else iter(())
    return [leaf for leaf in leaves if isinstance(leaf, CompetencyLeaf)]


class Names:
    """Competencies by identifier, URI and code."""

    def __init__(self, frameworks: Frameworks) -> None:
        self.frameworks = frameworks
        self._by_name: dict[str, set[UUID]] = {}
        for row in frameworks.rows.values():
            if not row.removed:
                for name in {str(row.id), row.code, row.uri} - {""}:
                    self._by_name.setdefault(name, set()).add(row.id)

    def all(self, leaf: CompetencyLeaf) -> list[UUID]:
        """Every competency that is named so."""
        wanted = leaf.competency
        found = self._by_name.get(wanted) or self._by_name.get(wanted.lower()) or set()
        return sorted(key for key in found if self._is_in(key, leaf.framework))

    def one(self, leaf: CompetencyLeaf) -> Named | None:
        """The competency that is named; None if that is not exactly one."""
        found = self.all(leaf)
        return Named(found[0], self.name(found[0])) if len(found) == 1 else None

    def name(self, competency_id: UUID) -> str:
        """A competency as people call it: its code and what it says."""
        row = self.frameworks.rows[competency_id]
        line = " ".join((row.short_statement or row.statement).split())
        short = line if len(line) <= SHORT else f"{line[: SHORT - 1].rpartition(' ')[0]}…"
        return f"{row.code} ({short})" if row.code and short else row.code or short

    def _is_in(self, competency_id: UUID, framework: str) -> bool:
        row = self.frameworks.frameworks[self.frameworks.rows[competency_id].framework_id]
        return (
            not framework or framework.lower() == str(row.id) or framework in {row.title, row.uri}
        )


@dataclass(frozen=True)
class Catalogue:
    """What is awarded now, with the competencies that it names, read once a run.

    Attributes:
        award_set: the achievements.
        definitions: every version that ever was, by key and version.
        names: competencies by what requirements call them.
        competencies: those that any requirement names.
    """

    award_set: AwardSet
    definitions: Mapping[tuple[str, int], Definition]
    names: Names
    competencies: Mapping[CompetencyLeaf, Named]

    @classmethod
    def of(cls, session: Session) -> "Catalogue | None":
        """None where the school never defined any achievement."""
        award_set = current_awards(session)
        if award_set is None:
            return None
        definitions = kept_definitions(session)
        names = Names(Frameworks(session))
        leaves = {leaf for one in definitions.values() for leaf in leaves_of(one)}
        found = {leaf: names.one(leaf) for leaf in leaves}
        named = {leaf: one for leaf, one in found.items() if one is not None}
        return cls(award_set, definitions, names, named)

    def covering(self, competency_id: UUID, *, is_cluster: bool) -> Definition | None:
        """What covers a judgment; None if nothing does, and it is minted as it is."""
        key = (competency_id, is_cluster)
        if key not in self._covering:
            place = self.names.frameworks.place(competency_id)
            fits = (
                one
                for one in self.award_set.covering()
                if one.covers is not None and one.covers.fits(place, is_cluster=is_cluster)
            )
            self._covering[key] = next(fits, None)
        return self._covering[key]

    _covering: dict[tuple[UUID, bool], Definition | None] = field(default_factory=dict)
