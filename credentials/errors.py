"""Errors of credentials and their proofs. The check layer turns them into findings."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.errors import TouchstoneError, UnknownContext

__all__ = [
    "CanonicalWorkLimit",
    "ContextInvalid",
    "DisclosureInvalid",
    "JoseAlgorithmRefused",
    "JoseClaimsDiffer",
    "JoseMalformed",
    "JsonDuplicateMember",
    "JsonInvalid",
    "JsonNotAnObject",
    "JsonSurrogate",
    "JsonTooDeep",
    "JsonTooLarge",
    "KeyBindingInvalid",
    "MerkleInvalid",
    "Problem",
    "ProofInvalid",
    "ProofMalformed",
    "SelectionInvalid",
    "StatusListInvalid",
    "StructureInvalid",
    "SuiteUnsupported",
    "UndefinedTerm",
    "UnknownContext",
]


class JsonInvalid(TouchstoneError):
    """Bytes that are not JSON (RFC 8259), or hold numbers that JSON has no word for."""

    code = "json.not-json"


class JsonTooLarge(TouchstoneError):
    """A JSON text above the limit of size or of values."""

    code = "json.too-large"


class JsonTooDeep(TouchstoneError):
    """A JSON text nested deeper than the limit."""

    code = "json.too-deep"


class JsonDuplicateMember(TouchstoneError):
    """An object with two members of one name: readers would disagree about it."""

    code = "json.duplicate-member"


class JsonNotAnObject(TouchstoneError):
    """A JSON text whose root is not an object."""

    code = "json.not-an-object"


class JsonSurrogate(TouchstoneError):
    """A string with a lone surrogate, which has no UTF-8 form and so cannot be signed."""

    code = "json.lone-surrogate"


class ContextInvalid(TouchstoneError):
    """A document that JSON-LD 1.1 cannot be applied to."""

    code = "context.invalid"


class UndefinedTerm(TouchstoneError):
    """A member or type that no context defines: it would be dropped, not signed."""

    code = "context.undefined-term"


class CanonicalWorkLimit(TouchstoneError):
    """A graph so symmetrical that its canonical form costs more than the limit."""

    code = "canonical.work-limit"


class ProofMalformed(TouchstoneError):
    """A proof lacks members or has them in another form than its suite's."""

    code = "proof.malformed"


class ProofInvalid(TouchstoneError):
    """A proof is well formed and does not fit the document."""

    code = "proof.invalid"


class SelectionInvalid(TouchstoneError):
    """A JSON pointer that selects nothing, or nothing that can be shown on its own."""

    code = "proof.selection"


class SuiteUnsupported(TouchstoneError):
    """A proof of a type or cryptosuite that is not implemented: unknown, not wrong."""

    code = "proof.unknown-suite"


class JoseMalformed(TouchstoneError):
    """A token or envelope whose form no standard gives one meaning (RFC 7515 §5.2)."""

    code = "jose.malformed"


class JoseAlgorithmRefused(TouchstoneError):
    """A token that says it is not signed, or signed with a secret that its readers would share."""

    code = "jose.algorithm"


class JoseClaimsDiffer(TouchstoneError):
    """A token whose registered claims say something else than the credential within."""

    code = "jose.claims-differ"


class DisclosureInvalid(TouchstoneError):
    """A disclosure that its issuer did not commit to, or did twice (RFC 9901 §7.1)."""

    code = "jose.disclosure"


class KeyBindingInvalid(TouchstoneError):
    """A presentation that its holder did not make for this verifier, now (RFC 9901 §7.3)."""

    code = "jose.key-binding"


class MerkleInvalid(TouchstoneError):
    """A Merkle proof whose path does not lead from the document to the anchored root."""

    code = "anchor.path"


class StatusListInvalid(TouchstoneError):
    """A status list that is malformed, too small, or too large."""

    code = "status.list"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: where (RFC 6901 JSON pointer) and what."""

    pointer: str
    sentence: str


class StructureInvalid(TouchstoneError):
    """A document that is not what its type says (VC 2.0 §4, OB 3.0 §B).

    Attributes:
        problems: all of them, in document order.
    """

    code = "structure.invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" ({len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(
            f"{first.pointer or '/'}: {first.sentence}{more}",
            "Correct the document and issue it again.",
            details={"problems": [[p.pointer, p.sentence] for p in self.problems]},
        )
