"""What can be awarded, and for what. Pure: no reading, no database.

An achievement either covers judgments (``applies_to``), each of which is then one award, or asks
for several things at once (``requires``): a micro-credential, a pathway, a diploma. Its key and
version never mean anything else once they have been used.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from issuer.competency.rules import AppliesTo, Place

NETWORK: Final = "network"
"""Names the registry of the settings (registry_address)."""


class Policy(StrEnum):
    """How an achievement is awarded once its requirements are met."""

    AUTOMATIC = "automatic"
    APPROVAL = "approval"
    NEVER = "never"
    """Not on its own: what is judged, or required, counts for others only."""


class Returns(StrEnum):
    """What a contract answers: one word of these types."""

    BOOL = "bool"
    UINT256 = "uint256"
    ADDRESS = "address"
    BYTES32 = "bytes32"


@dataclass(frozen=True, slots=True)
class CompetencyLeaf:
    """A competency that has to be mastered.

    Args:
        competency: identifier, URI or code.
        framework: identifier, title or URI, where the code alone is not enough; else ''.
        level: name of the least level on the competency's own scale; '' where mastery is enough.
    """

    competency: str
    framework: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True)
class AchievementLeaf:
    """Another achievement of the same file, by its key."""

    achievement: str


@dataclass(frozen=True, slots=True)
class CredentialLeaf:
    """A credential that another issuer gave; every member that is not '' has to fit.

    Args:
        achievement_id, achievement_type: of what was achieved (OB 3.0 Achievement).
        target_url, target_code: of one of its alignments.
        level: name of the least level, on the ladder that the credential itself shows.
        issuers: DIDs, any of which may be the issuer's; or
        accredited: the registry that has to accredit the issuer: ``network`` or an address.
    """

    achievement_id: str = ""
    achievement_type: str = ""
    target_url: str = ""
    target_code: str = ""
    level: str = ""
    issuers: tuple[str, ...] = ()
    accredited: str = ""


Leaf = CompetencyLeaf | AchievementLeaf | CredentialLeaf


@dataclass(frozen=True, slots=True)
class Group:
    """Several requirements, of which all or at least ``k`` have to be met.

    Args:
        k: how many; the number of members where all are asked for.
        of: the members.
        required: places in ``of`` that have to be among those that are met.
    """

    k: int
    of: "tuple[Leaf | Group, ...]"
    required: tuple[int, ...] = ()

    @property
    def is_all(self) -> bool:
        """Whether every member has to be met."""
        return self.k == len(self.of)

    def leaves(self) -> Iterator[Leaf]:
        """What stands at the ends of the tree, in order."""
        for member in self.of:
            if isinstance(member, Group):
                yield from member.leaves()
            else:
                yield member

    def certain(self) -> Iterator[Leaf]:
        """What everybody has met who meets this: not what may be left out where k are enough."""
        for place, member in enumerate(self.of):
            if not self.is_all and place not in self.required:
                continue
            if isinstance(member, Group):
                yield from member.certain()
            else:
                yield member


@dataclass(frozen=True, slots=True)
class Condition:
    """What a contract has to answer when the award is made.

    Args:
        chain_id: of the chain it lies on (EIP-155).
        contract: its address.
        function: a view's signature, such as ``isAccredited(address)``.
        arguments: literals, or ``{school.account}`` or ``{school.did_hash}``; nothing of a person.
        returns: the type of the answer.
        equals: what it has to be: ``true``/``false``, a whole number, or hexadecimal digits.
    """

    chain_id: int
    contract: str
    function: str
    arguments: tuple[str, ...]
    returns: Returns
    equals: str


@dataclass(frozen=True, slots=True)
class Covers:
    """Which judgments an achievement covers.

    Args:
        places: as the mastery rules' ``applies_to``.
        clusters: only judgments of clusters (True), only others (False), or both (None).
    """

    places: AppliesTo
    clusters: bool | None = None

    def fits(self, place: Place, *, is_cluster: bool) -> bool:
        """Whether a judgment on a competency at this place is covered."""
        return self.clusters in (None, is_cluster) and self.places.fits(place)


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of one achievement.

    Args:
        key, version: its name for good.
        type: OB 3.0 achievementType.
        title, description: as people read them; '' where a competency's own stand.
        policy: how it is awarded.
        covers: the judgments it covers; None where it has requirements.
        requires: its requirements; None where it covers judgments.
        conditions: what contracts have to answer.
        accredited_by: the registry that has to accredit this school; '' for none.
        document: as it stood in the file, to be kept.
    """

    key: str
    version: int
    type: str
    title: str
    description: str
    policy: Policy
    covers: Covers | None = None
    requires: Group | None = None
    conditions: tuple[Condition, ...] = ()
    accredited_by: str = ""
    document: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)

    @property
    def asks_chain(self) -> bool:
        """Whether a node has to be asked before it is awarded, whoever the learner is."""
        return bool(self.conditions or self.accredited_by)

    @property
    def is_gated(self) -> bool:
        """Whether a judgment it covers is minted only once an award says so."""
        return self.policy is Policy.APPROVAL or self.asks_chain


@dataclass(frozen=True, slots=True)
class AwardSet:
    """The achievements of a school, in order."""

    definitions: tuple[Definition, ...]

    def document(self) -> dict[str, Any]:
        """As JSON, to be kept and read again."""
        return {"achievements": [one.document for one in self.definitions]}

    def covering(self) -> list[Definition]:
        """Those that cover judgments; the first that fits holds."""
        return [one for one in self.definitions if one.covers is not None]

    def earned(self) -> list[Definition]:
        """Those with requirements, each after those that it requires."""
        ahead = {one.key: one for one in self.definitions if one.requires is not None}
        found: list[Definition] = []
        while ahead:
            ready = [one for one in ahead.values() if not needs(one) & set(ahead)]
            if not ready:
                raise ValueError("an achievement requires itself")  # refused when it was read
            for one in ready:
                found.append(ahead.pop(one.key))
        return found


def needs(definition: Definition) -> set[str]:
    """The keys that an achievement requires."""
    leaves = definition.requires.leaves() if definition.requires is not None else iter(())
    return {leaf.achievement for leaf in leaves if isinstance(leaf, AchievementLeaf)}
