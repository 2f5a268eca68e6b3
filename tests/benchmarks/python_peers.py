"""What other Python programs do with the same credentials, in our own process.

PyPI cert-issuer cannot be installed here: several of its packages are published as sources only,
and nothing that is not a checked wheel is run. So its path is walked by the library calls that it
makes for a batch: pyld's canonical form with a fallback vocabulary (its way to notice undefined
members), SHA-256 leaves, a tree, a MerkleProof2019 value and the file's text for each certificate.
This is a stand-in: pyld is the version in our lock file and not cert-issuer's 2.0.3, tree, CBOR and
base58 are ours, and what it does besides (checking schemas, reading and writing files, logging) is
left out. How fast the program itself would be was not measured.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from pyld import jsonld

from credentials.json_types import JsonObject
from credentials.merkle import MerkleTree, leaf
from credentials.proofs import merkle_proof_2019
from credentials.proofs.merkle_proof_2019 import Anchor, MerkleProof
from schemas import context

FALLBACK = {"@vocab": "https://fallback.invalid/"}


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


def cert_issuer_batch(documents: list[JsonObject], anchor: Anchor, options: JsonObject) -> None:
    """Issue a batch as cert-issuer does, but for the transaction."""
    leaves = [
        leaf(pyld_canonicalise({**document, "@context": [*document["@context"], FALLBACK]}))
        for document in documents
    ]
    prove_batch(documents, leaves, anchor, options, json.dumps)


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
