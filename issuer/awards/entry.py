"""One achievement of an award file: what it says, and every problem of it."""

import difflib
import re
from enum import StrEnum
from typing import Any, Final, TypeVar, get_args

from contracts.words import check_address
from credentials.models.open_badge import AchievementType
from issuer.awards.condition_entry import read_conditions
from issuer.awards.definitions import (
    NETWORK,
    AchievementLeaf,
    CompetencyLeaf,
    Covers,
    CredentialLeaf,
    Definition,
    Group,
    Leaf,
    Policy,
)
from issuer.competency.rules import AppliesTo
from issuer.competency.slug import is_slug
from issuer.errors import ProblemList

MAX_VERSION: Final = 1_000_000
MAX_TITLE: Final = 160
"""Characters, as the names of credentials have."""
MAX_DESCRIPTION: Final = 4_000
MAX_NAME: Final = 2_000
"""Characters of a code, URI, DID or title that names something."""
MAX_DEPTH: Final = 3
MAX_LEAVES: Final = 200
"""Ends of one tree of requirements."""
MAX_NAMED: Final = 1_000
MEMBERS: Final = (
    *("key", "version", "type", "title", "description", "award"),
    *("applies_to", "requires", "conditions", "accredited_by"),
)
_PLACES: Final = ("frameworks", "item_types", "competencies", "within")
_LEAVES: Final = ("competency", "achievement", "credential")
_CREDENTIAL: Final = (
    *("achievement_id", "achievement_type", "target_url", "target_code", "level"),
    *("issuers", "accredited"),
)
ACHIEVEMENT_TYPES: Final[tuple[str, ...]] = get_args(AchievementType)[1].values
_EXTENSION: Final = re.compile(r"ext:[A-Za-z0-9._-]{1,100}")
_Choice = TypeVar("_Choice", bound=StrEnum)


class AwardEntry:
    """One achievement as written; what is wrong is noted, and something harmless stands in."""

    def __init__(self, value: dict[str, Any], index: int, file: str, problems: ProblemList) -> None:
        self.value = value
        self.pointer = f"/achievements/{index}"
        self.file = file
        self.problems = problems
        self.leaves = 0
        key = value.get("key")
        self.title = f"Achievement {key}" if is_slug(key) else f"Achievement number {index + 1}"

    def add(self, code: str, at: str, sentence: str, hint: str = "") -> None:
        """Note a problem at a place under the entry; '' is the whole of it."""
        column = f"{self.pointer}/{at}" if at else self.pointer
        self.problems.add(code, sentence, hint, file=self.file, column=column)

    def bad(self, at: str, what: str, hint: str = "") -> None:
        """Note that a member says something that cannot be."""
        self.add("awards.bad-value", at, f"{self.title}: {at} {what}.", hint)

    def missing(self, at: str, hint: str = "") -> None:
        """Note that a member is not there."""
        self.add("awards.missing-member", at, f"{self.title}: {at} is missing.", hint)

    def definition(self) -> Definition:
        """The achievement; what is wrong in it has been noted."""
        self.check_members(self.value, MEMBERS, "")
        covers, requires = self._covers(), self._requires()
        policy = self._choice("award", Policy, Policy.AUTOMATIC)
        definition = Definition(
            key=self._key(),
            version=self.whole(self.value.get("version"), "version", MAX_VERSION),
            type=self._type(self.value.get("type"), "type"),
            title=self._words("title", MAX_TITLE, self._names_itself(covers)),
            description=self._words("description", MAX_DESCRIPTION, self._names_itself(covers)),
            policy=policy,
            covers=covers,
            requires=requires,
            conditions=read_conditions(self),
            accredited_by=self._registry(self.value, "accredited_by", ""),
            document=self.value,
        )
        if policy is Policy.NEVER and definition.asks_chain:
            self.bad("award", "is never, so nothing asks for conditions", "Remove one of the two.")
        return definition

    def _names_itself(self, covers: Covers | None) -> bool | None:
        """Whether title and description have to be there (True), may (None), or may not."""
        if covers is None:
            return True
        return None if len(covers.places.competencies) == 1 else False

    def check_members(self, value: dict[str, Any], known: tuple[str, ...], under: str) -> None:
        """Note members that mean nothing."""
        for member in value:
            if member not in known:
                guess = difflib.get_close_matches(member[:100], known, 1)
                self.add(
                    "awards.unknown-member",
                    f"{under}{member[:100]}",
                    f"{self.title}: {member[:100]!r} means nothing here.",
                    f"Did you mean '{guess[0]}'?" if guess else "Remove it.",
                )

    def _key(self) -> str:
        value = self.value.get("key")
        if value is None:
            self.missing("key")
        elif not is_slug(value):
            self.bad("key", "is not made of lower-case letters, digits and hyphens, at most 50")
        else:
            return value
        return ""

    def _type(self, value: object, at: str) -> str:
        if value is None:
            self.missing(at, "Such as Badge, MicroCredential or Diploma.")
        elif isinstance(value, str) and (value in ACHIEVEMENT_TYPES or _EXTENSION.fullmatch(value)):
            return value
        else:
            hint = "Use one of Open Badges 3.0 (achievementType), or one that begins with 'ext:'."
            if isinstance(value, str):
                guess = difflib.get_close_matches(value[:100], ACHIEVEMENT_TYPES, 1)
                hint = f"Did you mean '{guess[0]}'?" if guess else hint
            self.bad(at, "is no type of achievement", hint)
        return "Achievement"

    def _words(self, member: str, most: int, wanted: bool | None) -> str:
        value = self.value.get(member)
        if value is None:
            if wanted:
                self.missing(member)
        elif wanted is False:
            self.bad(
                member,
                "would be the same for every competency that it covers",
                "Remove it, or name one competency in applies_to.competencies.",
            )
        elif not _is_words(value, most):
            self.bad(member, f"is not a text of 1 to {most:,} characters")
        else:
            return str(value)
        return ""

    def _choice(self, member: str, kind: type[_Choice], default: _Choice) -> _Choice:
        value = self.value.get(member, default.value)
        if isinstance(value, str) and value in set(kind):
            return kind(value)
        self.bad(member, f"is none of {', '.join(kind)}")
        return default

    def whole(self, value: object, at: str, most: int) -> int:
        """A whole number from 1 to ``most``; 1 where it is none, which is noted."""
        if value is None:
            self.missing(at)
        elif isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        else:
            self.bad(at, f"is not a whole number from 1 to {most:,}")
        return 1

    def _name(self, value: dict[str, Any], member: str, under: str) -> str:
        """A text that names something; '' if it is not there."""
        found = value.get(member, "")
        if member in value and not _is_words(found, MAX_NAME):
            self.bad(f"{under}{member}", f"is not a text of 1 to {MAX_NAME:,} characters")
            return ""
        return str(found)

    def _names(self, value: dict[str, Any], member: str, under: str) -> tuple[str, ...]:
        found = value.get(member, [])
        if (
            not isinstance(found, list)
            or len(found) > MAX_NAMED
            or not all(_is_words(one, MAX_NAME) for one in found)
        ):
            self.bad(f"{under}{member}", f"is not an array of up to {MAX_NAMED:,} texts")
            return ()
        return tuple(sorted(set(found)))

    def _covers(self) -> Covers | None:
        both = ("applies_to" in self.value) + ("requires" in self.value)
        if both != 1:
            self.add(
                "awards.missing-member" if not both else "awards.bad-value",
                "",
                f"{self.title}: it says neither applies_to nor requires."
                if not both
                else f"{self.title}: it says both applies_to and requires.",
                "Say one: which judgments it covers, or what it requires.",
            )
        value = self.value.get("applies_to")
        if value is None:
            return None
        if not isinstance(value, dict):
            self.bad("applies_to", "is not a table")
            return Covers(AppliesTo())
        self.check_members(value, (*_PLACES, "clusters"), "applies_to/")
        clusters = value.get("clusters")
        if clusters is not None and not isinstance(clusters, bool):
            self.bad("applies_to/clusters", "is not true or false")
            clusters = None
        names = {one: frozenset(self._names(value, one, "applies_to/")) for one in _PLACES}
        return Covers(AppliesTo(**names), clusters)

    def _requires(self) -> Group | None:
        value = self.value.get("requires")
        if value is None:
            return None
        found = self._node(value, "requires", 1)
        if self.leaves > MAX_LEAVES:
            self.bad("requires", f"names more than {MAX_LEAVES} things")
        if isinstance(found, Group):
            return found
        return Group(1, () if found is None else (found,))

    def _node(self, value: object, at: str, depth: int) -> Leaf | Group | None:
        if not isinstance(value, dict):
            self.bad(at, "is not a table")
            return None
        if "all" in value or "of" in value or "k" in value:
            return self._group(value, at, depth)
        self.leaves += 1
        kinds = [kind for kind in _LEAVES if kind in value]
        if len(kinds) != 1:
            self.bad(
                at,
                "asks for nothing, or for several things",
                "Write all = […], k = … with of = […], competency, achievement or credential.",
            )
            return None
        if self.leaves > MAX_LEAVES:
            return None  # said once, for the whole tree
        return self._leaf(kinds[0], value, at)

    def _group(self, value: dict[str, Any], at: str, depth: int) -> Group | None:
        self.check_members(value, ("all", "k", "of", "required"), f"{at}/")
        if depth > MAX_DEPTH:
            self.bad(at, f"is more than {MAX_DEPTH} groups deep")
            return None
        name = "all" if "all" in value else "of"
        if name == "all" and ("k" in value or "of" in value):
            self.bad(at, "has all beside k or of", "Keep one: all = […], or k = … with of = […].")
        listed = value.get(name)
        if not isinstance(listed, list) or not 0 < len(listed) <= MAX_LEAVES:
            self.bad(f"{at}/{name}", f"is not an array of 1 to {MAX_LEAVES} requirements")
            return None
        k = len(listed) if name == "all" else self.whole(value.get("k"), f"{at}/k", len(listed))
        found = [self._node(one, f"{at}/{name}/{i}", depth + 1) for i, one in enumerate(listed)]
        required = tuple(i for i, one in enumerate(listed) if self._is_required(one, at, name, i))
        if len(required) > k:
            self.bad(f"{at}/{name}", f"has more required members than the {k} that are asked for")
        return Group(k, tuple(one for one in found if one is not None), required)

    def _is_required(self, value: object, at: str, name: str, place: int) -> bool:
        if not isinstance(value, dict) or "required" not in value:
            return False
        if value["required"] is not True and value["required"] is not False:
            self.bad(f"{at}/{name}/{place}/required", "is not true or false")
        return value["required"] is True

    def _leaf(self, kind: str, value: dict[str, Any], at: str) -> Leaf | None:
        under = f"{at}/"
        if kind == "competency":
            self.check_members(value, ("competency", "framework", "level", "required"), under)
            names = {one: self._name(value, one, under) for one in (kind, "framework", "level")}
            return CompetencyLeaf(**names)
        self.check_members(value, (kind, "required"), under)
        if kind == "achievement":
            return AchievementLeaf(self._name(value, kind, under))
        found = value[kind]
        if not isinstance(found, dict):
            self.bad(f"{at}/credential", "is not a table")
            return None
        return self._credential(found, f"{at}/credential/")

    def _credential(self, value: dict[str, Any], under: str) -> CredentialLeaf:
        self.check_members(value, _CREDENTIAL, under)
        issuers = self._names(value, "issuers", under)
        if any(not one.startswith("did:") for one in issuers):
            self.bad(f"{under}issuers", "has something that is no DID")
        if ("issuers" in value) == ("accredited" in value) or ("issuers" in value and not issuers):
            self.bad(
                under.rstrip("/"),
                "does not say whose it may be",
                "Say one: issuers = ['did:…'], or accredited = 'network'.",
            )
        texts = {one: self._name(value, one, under) for one in _CREDENTIAL[:5]}
        if not (texts["achievement_id"] or texts["target_url"] or texts["target_code"]):
            self.bad(
                under.rstrip("/"),
                "does not say of what it has to be",
                "Name achievement_id, target_url or target_code.",
            )
        if texts["achievement_type"]:
            self._type(texts["achievement_type"], f"{under}achievement_type")
        accredited = self._registry(value, "accredited", under)
        return CredentialLeaf(**texts, issuers=issuers, accredited=accredited)

    def _registry(self, value: dict[str, Any], member: str, under: str) -> str:
        if member not in value:
            return ""
        found = value[member]
        if found == NETWORK:
            return NETWORK
        return self.address(found, f"{under}{member}", "neither 'network' nor an address")

    def address(self, value: object, at: str, what: str) -> str:
        """An address with its capitals; '' where it is none, which is noted."""
        try:
            return check_address(str(value))
        except ValueError as error:
            self.bad(at, f"is {what}", str(error))
            return ""


def _is_words(value: object, most: int) -> bool:
    """A text that a database and a signed document can keep."""
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.strip():
        return False
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
