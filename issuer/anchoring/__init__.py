"""Anchoring: one Ethereum transaction a batch, whose calldata is the batch's Merkle root."""
