"""Credentials secured with JOSE: vc+jwt, VC-JWT 1.1, SD-JWT VC, and the envelopes around them."""
