"""Requirements and criteria in plain words: what students read. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from issuer.awards.definitions import (
    NETWORK,
    AchievementLeaf,
    CompetencyLeaf,
    Condition,
    CredentialLeaf,
    Definition,
    Group,
    Leaf,
    Policy,
)

_NUMBERS: Final = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_INDENT: Final = "    "
"""Of one level of a list within a list (CommonMark)."""


def number(count: int) -> str:
    """A small number as a word."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else f"{count:,}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def group_asked(group: Group) -> str:
    """Such as 'At least two of these'."""
    if len(group.of) == 1:
        return "This"
    return "All of these" if group.is_all else f"At least {number(group.k)} of these"


def group_told(group: Group, met: int) -> str:
    """How many are met, beside what is asked for."""
    if group.is_all:
        return f"{met} of {len(group.of)} met."
    return f"{met} met; at least {group.k} of {len(group.of)} are asked for."


def competency_asked(leaf: CompetencyLeaf, name: str) -> str:
    """A competency, and the level if one is asked for."""
    return f"{name}, at the level {leaf.level} or above" if leaf.level else name


def achievement_asked(definition: Definition) -> str:
    """Another achievement of the school."""
    if definition.policy is Policy.NEVER:
        return definition.title
    return f"The achievement “{definition.title}” of this school"


def credential_asked(leaf: CredentialLeaf) -> str:
    """A credential of another issuer."""
    of = [name for name in (leaf.target_code, leaf.target_url) if name]
    what = f"A credential for {listed(of)}" if of else "A credential"
    if leaf.achievement_id:
        what += f" of the achievement {leaf.achievement_id}"
    if leaf.achievement_type:
        what += f" (type {leaf.achievement_type})"
    if leaf.level:
        what += f", at the level {leaf.level} or above"
    if leaf.issuers:
        return f"{what}, issued by {listed(leaf.issuers, 'or')}"
    return f"{what}, issued by a school that {registry(leaf.accredited)} accredits"


def registry(name: str) -> str:
    """A registry as people call it."""
    return "the network's registry" if name == NETWORK else f"the registry {name}"


def condition_asked(condition: Condition) -> str:
    """What a contract has to answer."""
    arguments = ", ".join(condition.arguments)
    name = condition.function.partition("(")[0]
    return (
        f"{name}({arguments}) of the contract {condition.contract} on chain "
        f"{condition.chain_id} answers {condition.equals}"
    )


def criteria(
    definition: Definition,
    definitions: Mapping[str, Definition],
    name: Callable[[CompetencyLeaf], str],
    rules: Mapping[str, Sequence[str]],
) -> str:
    """The criteria of an achievement with requirements, as Markdown (OB 3.0 Criteria).

    Args:
        definition: the achievement.
        definitions: all with requirements, by key.
        name: how people call a competency.
        rules: the sentence of each mastery rule, and what is judged by it.
    """
    if definition.requires is None:
        raise ValueError(definition.key)
    writing = _Criteria(definitions, name)
    parts = ["\n".join(writing.group(definition.requires, 0))]
    parts += [
        f"Mastery of {listed(names)} is decided so: {sentence}" for sentence, names in rules.items()
    ]
    parts += conditions(definition)
    if definition.policy is Policy.APPROVAL:
        parts.append("A person of the school approves each award.")
    return "\n\n".join(parts)


def conditions(definition: Definition) -> list[str]:
    """What has to be so on a chain when the award is made."""
    asked = [condition_asked(one) for one in definition.conditions]
    if definition.accredited_by:
        asked.append(f"{registry(definition.accredited_by)} accredits the school that awards it")
    return [f"When it is awarded, {listed(asked)}."] if asked else []


class _Criteria:
    def __init__(
        self, definitions: Mapping[str, Definition], name: Callable[[CompetencyLeaf], str]
    ) -> None:
        self.definitions, self.name = definitions, name

    def group(self, group: Group, depth: int) -> list[str]:
        head = f"{group_asked(group)} {'is' if len(group.of) == 1 else 'are'} required:"
        lines = [head, ""] if depth == 0 else []
        for place, one in enumerate(group.of):
            must = ", which has to be among them" if place in group.required else ""
            must = "" if group.is_all else must
            lines.append(f"{_INDENT * depth}- {self._text(one)}{must}")
            if isinstance(one, Group):
                lines += self.group(one, depth + 1)
            elif isinstance(one, AchievementLeaf):
                lines += self._step(one, depth)
        return lines

    def _step(self, leaf: AchievementLeaf, depth: int) -> list[str]:
        """What an achievement that is never awarded on its own asks for."""
        wanted = self.definitions.get(leaf.achievement)
        if wanted is None or wanted.requires is None or wanted.policy is not Policy.NEVER:
            return []
        return self.group(Group(1, (wanted.requires,)), depth + 1)

    def _text(self, node: Leaf | Group) -> str:
        if isinstance(node, Group):
            return group_asked(node)
        if isinstance(node, CompetencyLeaf):
            return f"Mastery of {competency_asked(node, self.name(node))}"
        if isinstance(node, AchievementLeaf):
            wanted = self.definitions.get(node.achievement)
            return node.achievement if wanted is None else achievement_asked(wanted)
        return credential_asked(node)
