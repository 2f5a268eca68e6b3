"""What other Python programs do with the same credentials, in our own process."""

from collections.abc import Callable
from functools import cache
from typing import Any

from pyld import jsonld

from credentials.json_types import JsonObject
from credentials.merkle import MerkleTree
from credentials.proofs import merkle_proof_2019
from credentials.proofs.merkle_proof_2019 import Anchor, MerkleProof
from schemas import context


def _load(url: str, _options: object) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": context(url),
    }


@cache
def _options() -> dict[str, Any]:
    return {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load}


def pyld_canonicalise(document: JsonObject) -> str:
    """pyld's expand and normalize (URDNA2015), not strict."""
    canonical: str = jsonld.normalize(document, _options())
    return canonical


def prove_batch(
    documents: list[JsonObject],
    leaves: list[bytes],
    anchor: Anchor,
    options: JsonObject,
    text: Callable[[JsonObject], str],
) -> None:
    """The tree over the leaves, and each document with its proof as text."""
    tree = MerkleTree.build(leaves)
    for index, document in enumerate(documents):
        proof = MerkleProof(tree.root, leaves[index], tuple(tree.path(index)), (anchor,))
        text({**document, "proof": merkle_proof_2019.create(proof, options)})
