"""Whether a credential still stands: status lists and withdrawals (Bitstring Status List 1.0)."""
