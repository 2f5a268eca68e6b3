"""Credentials as they are delivered: stored as they were signed, the Merkle proof made on the way.

What is signed and stored is never changed. The proofs stand in the order [merkle-proof-2019,
eddsa-rdfc-2022]; both secure the bare document.
"""

from typing import Final

import orjson
from sqlmodel import Session

from credentials.json_types import JsonObject
from credentials.proofs import data_integrity, merkle_proof_2019
from credentials.proofs.merkle_proof_2019 import Anchor, MerkleProof
from issuer.minting.models import Batch, Credential
from issuer.minting.tree import StoredTree

URN: Final = "urn:uuid:"


class Delivery:
    """Delivers the credentials of one anchored batch.

    Args:
        session: reads only.
        batch: an anchored batch.
    """

    def __init__(self, session: Session, batch: Batch) -> None:
        if batch.root is None or batch.anchor_transaction is None:
            raise RuntimeError("a batch is anchored before it is delivered")
        self._root = bytes.fromhex(batch.root)
        self._anchor = Anchor(batch.chain_id, batch.anchor_transaction)
        self._tree = StoredTree(session, batch.id, batch.leaves)
        self._options = data_integrity.options(
            merkle_proof_2019.CRYPTOSUITE, batch.anchor_method, batch.created_at
        )

    def document(self, row: Credential) -> JsonObject:
        """A credential with its proofs; its Merkle proof is made in O(log n) from a few rows."""
        bare: JsonObject = orjson.loads(row.document)
        return {**bare, "proof": [self._merkle_proof(row), orjson.loads(row.proof)]}

    def _merkle_proof(self, row: Credential) -> JsonObject:
        proof = MerkleProof(
            root=self._root,
            target=row.leaf,
            path=self._tree.path(row.position),
            anchors=(self._anchor,),
        )
        return merkle_proof_2019.create(proof, self._options)


def json_text(document: JsonObject) -> str:
    """The compact JSON that is stored."""
    return orjson.dumps(document).decode("utf-8")
