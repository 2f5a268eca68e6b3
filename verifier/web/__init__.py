"""What the verifier's service shows beside its interface."""
