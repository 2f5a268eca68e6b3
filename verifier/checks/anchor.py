"""Was its fingerprint written to the chain by the school?"""

from verifier.anchors import follow_anchors
from verifier.ports import CheckSettings, Ports
from verifier.report import Finding
from verifier.subject import Subject
from verifier.words import finding

NAME = "anchor"
TITLE = "Was its fingerprint written to a public chain by the school?"
HELP = (
    "The chain says since when the record has existed as it stands, independent of the school.\n"
    "The fingerprint must lead to the school's own transaction, and enough blocks must follow it."
)


def check(subject: Subject, ports: Ports, settings: CheckSettings) -> list[Finding]:
    """Follow every Merkle proof to its transaction; one finding each (MerkleProof2019)."""
    answers = follow_anchors(subject)
    if not answers:
        # Where nobody can be asked, a key that was stolen since is still in the copies.
        return [finding(NAME, "anchor.none" if ports.snapshot is None else "anchor.needed")]
    return [finding(NAME, it.code, details=it.details, **it.values) for it in answers]
