"""The verifier's VC-API: verify credentials and presentations, derive, resolve did:key."""
