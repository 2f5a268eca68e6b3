"""What an operator configures, from the command line or the environment."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from verifier.errors import SettingInvalid
from verifier.policy import DEFAULT, Policy
from verifier.ports import CheckSettings

RPC_VARIABLE = "TOUCHSTONE_RPC"
REGISTRY_VARIABLE = "TOUCHSTONE_REGISTRY"
POLICY_VARIABLE = "TOUCHSTONE_POLICY"
INSECURE_VARIABLE = "INSECURE_LOOPBACK"
_TRUE, _FALSE = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


@dataclass(frozen=True, slots=True)
class VerifierSettings:
    """Settings of one verifier.

    Args:
        rpc: EIP-155 chain id to the URL of a node.
        registry: trust registry file; None asks nobody.
        policy: what is asked of a record.
        insecure_loopback: accept http and loopback addresses; for demonstrations.
        holder: the person who is said to be the subject, if any.
    """

    rpc: Mapping[int, str] = field(default_factory=dict)
    registry: Path | None = None
    policy: Policy = DEFAULT
    insecure_loopback: bool = False
    holder: str | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read TOUCHSTONE_RPC, TOUCHSTONE_REGISTRY, TOUCHSTONE_POLICY and INSECURE_LOOPBACK.

        Raises:
            SettingInvalid, PolicyInvalid: a value cannot be understood.
        """
        values = os.environ if environment is None else environment
        registry, policy = values.get(REGISTRY_VARIABLE), values.get(POLICY_VARIABLE)
        return cls(
            rpc=parse_rpc(values.get(RPC_VARIABLE, "").split()),
            registry=Path(registry) if registry else None,
            policy=Policy.from_file(Path(policy)) if policy else DEFAULT,
            insecure_loopback=_switch(values.get(INSECURE_VARIABLE, "")),
        )

    def for_checks(self) -> CheckSettings:
        """The part that checks have to know."""
        return CheckSettings(
            min_confirmations=self.policy.min_confirmations,
            holder=self.holder,
            trust_signing_date=self.policy.trust_signing_date,
        )


def parse_rpc(items: Iterable[str]) -> dict[int, str]:
    """Read ``CHAINID=URL`` items.

    Raises:
        SettingInvalid: an item has another form.
    """
    found = {}
    for item in items:
        chain_id, equals, url = item.partition("=")
        if not equals or not (chain_id.isascii() and chain_id.isdigit()) or not url:
            raise SettingInvalid(
                f"{item[:80]!r} does not say which chain is read where.",
                "Write CHAINID=URL, such as 1=https://node.example.",
            )
        found[int(chain_id)] = url
    return found


def _switch(value: str) -> bool:
    if value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    raise SettingInvalid(f"{INSECURE_VARIABLE} is neither 1 nor 0.", "Leave it out.")
