"""Proofs: one file a cryptosuite, each with create and verify; none knows another."""
