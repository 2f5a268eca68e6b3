"""The checks: one file each, none knows another. Their order stands here and nowhere else.

A check has NAME, TITLE (the question it answers), HELP (two lines for a reader) and
``check(subject, ports, settings) -> list[Finding]``. Checks never print and never give a verdict.
"""

from collections.abc import Callable
from dataclasses import dataclass

from verifier.checks import (
    anchor,
    contexts,
    holder,
    issuer,
    proof,
    schema,
    status,
    structure,
    transcript,
    trust,
    validity,
)
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject

Run = Callable[[Subject, Ports, CheckSettings], list[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check.

    Args:
        is_gate: if it fails, no other check is shown, nor anything the document says.
    """

    name: str
    title: str
    help: str
    run: Run
    is_gate: bool = False


CHECKS: tuple[Check, ...] = (
    Check(structure.NAME, structure.TITLE, structure.HELP, structure.check, is_gate=True),
    Check(contexts.NAME, contexts.TITLE, contexts.HELP, contexts.check, is_gate=True),
    Check(proof.NAME, proof.TITLE, proof.HELP, proof.check, is_gate=True),
    Check(issuer.NAME, issuer.TITLE, issuer.HELP, issuer.check, is_gate=True),
    Check(schema.NAME, schema.TITLE, schema.HELP, schema.check),
    Check(validity.NAME, validity.TITLE, validity.HELP, validity.check),
    Check(status.NAME, status.TITLE, status.HELP, status.check),
    Check(anchor.NAME, anchor.TITLE, anchor.HELP, anchor.check),
    Check(holder.NAME, holder.TITLE, holder.HELP, holder.check),
    Check(trust.NAME, trust.TITLE, trust.HELP, trust.check),
    Check(transcript.NAME, transcript.TITLE, transcript.HELP, transcript.check),
)
"""All checks in the order in which they run; gates first, cheapest first."""

NAMES = frozenset(check.name for check in CHECKS)
