"""Reading an award file, TOML or JSON: an array ``achievements``, every problem at once.

awards.schema.json says the same as a JSON Schema, as far as a schema can say it.
"""

import tomllib
from typing import Any, Final

from credentials.strict_json import loads
from issuer.awards.definitions import AchievementLeaf, AwardSet, Definition, needs
from issuer.awards.entry import AwardEntry
from issuer.errors import ProblemList
from schemas.errors import TouchstoneError

MAX_ACHIEVEMENTS: Final = 1_000
MAX_FILE_BYTES: Final = 1 << 20
MAX_WHOLE: Final = 2_000
"""Ends of a tree of requirements with those of the achievements that it requires."""


def read_awards(data: bytes, file: str) -> AwardSet:
    """Read an award file.

    Args:
        data: TOML, or JSON where the name ends in ``.json``.
        file: its name.

    Raises:
        ImportProblems: awards.not-readable, awards.missing-member, awards.bad-value,
            awards.unknown-member, awards.duplicate, awards.unreachable, awards.unknown-key,
            awards.cycle; all at once.
    """
    problems = ProblemList()
    entries = _entries(data, file, problems)
    problems.raise_if_any()
    found = read_entries(entries, file, problems)
    problems.raise_if_any()
    return found


def read_kept(document: dict[str, Any]) -> AwardSet:
    """An award set that was kept, which is as it stood in its file."""
    problems = ProblemList()
    found = read_entries(document["achievements"], "", problems)
    problems.raise_if_any()
    return found


def read_definition(document: dict[str, Any]) -> Definition:
    """One achievement that was kept."""
    return AwardEntry(document, 0, "", ProblemList()).definition()


def _entries(data: bytes, file: str, problems: ProblemList) -> list[Any]:
    document: dict[str, Any] = {}
    if len(data) > MAX_FILE_BYTES:
        problems.add("awards.not-readable", "The award file has more than 1 MiB.", file=file)
        return []
    try:
        is_json = file.endswith(".json")
        document = loads(data) if is_json else tomllib.loads(data.decode("utf-8"))
    except (TouchstoneError, ValueError, RecursionError) as error:  # also: not UTF-8, not TOML
        reason = str(error).rstrip(".")
        problems.add("awards.not-readable", f"The awards cannot be read: {reason}.", file=file)
        return []
    listed = document.get("achievements")
    others = [member for member in document if member != "achievements"]
    if others or not isinstance(listed, list) or not 0 < len(listed) <= MAX_ACHIEVEMENTS:
        problems.add(
            "awards.missing-member",
            f"There is not just one array 'achievements', with 1 to {MAX_ACHIEVEMENTS:,} of them.",
            "Write each achievement under [[achievements]].",
            file=file,
        )
        return []
    return listed


def read_entries(entries: list[Any], file: str, problems: ProblemList) -> AwardSet:
    """Read the members of the array; what is wrong is noted."""
    found: list[tuple[AwardEntry, Definition]] = []
    for index, value in enumerate(entries):
        entry = AwardEntry(value if isinstance(value, dict) else {}, index, file, problems)
        if isinstance(value, dict):
            found.append((entry, entry.definition()))
        else:
            entry.bad("", "is not a table")
    _check_together(found)
    return AwardSet(tuple(definition for _, definition in found))


def _check_together(found: list[tuple[AwardEntry, Definition]]) -> None:
    keys: set[str] = set()
    earned = {one.key for _, one in found if one.requires is not None}
    catch_all = ""
    for entry, one in found:
        if one.key in keys:
            entry.add(
                "awards.duplicate",
                "key",
                f"{entry.title} is there twice.",
                "Give the second another key; an older version needs not be in the file.",
            )
        keys.add(one.key)
        if one.covers is not None and catch_all:
            sentence = f"{entry.title} covers nothing: {catch_all} before it covers everything."
            entry.add("awards.unreachable", "applies_to", sentence, "Put it before.")
        for key in sorted(needs(one) - earned):
            entry.add(
                "awards.unknown-key",
                "requires",
                f"{entry.title} requires the achievement {key[:100]!r}, which is none with "
                "requirements in this file.",
                "Name the key of one that has 'requires'; what covers judgments is required as "
                "the competency.",
            )
        everything = one.covers is not None and one.covers.clusters is None
        if everything and one.covers is not None and one.covers.places.everything():
            catch_all = catch_all or entry.title
    _check_cycles(found)


def _check_cycles(found: list[tuple[AwardEntry, Definition]]) -> None:
    """Note achievements that require themselves, by whatever way."""
    ahead = {one.key: needs(one) for _, one in found}
    sizes: dict[str, int] = {}
    by_key = {one.key: one for _, one in found}
    while ready := [key for key, wanted in ahead.items() if not wanted & set(ahead)]:
        for key in ready:
            del ahead[key]
            sizes[key] = _size(by_key[key], sizes)
    for entry, one in found:
        if sizes.get(one.key, 0) > MAX_WHOLE:
            what = f"asks, with all that it requires in turn, for more than {MAX_WHOLE:,} things"
            entry.bad("requires", what, "Divide it.")
        if one.key in ahead:
            entry.add(
                "awards.cycle",
                "requires",
                f"{entry.title} requires itself, or something that does.",
                "Take one requirement of the circle out.",
            )


def _size(definition: Definition, sizes: dict[str, int]) -> int:
    leaves = definition.requires.leaves() if definition.requires is not None else iter(())
    below = (
        sizes.get(leaf.achievement, 0) if isinstance(leaf, AchievementLeaf) else 0
        for leaf in leaves
    )
    return min(sum(1 + one for one in below), MAX_WHOLE + 1)
