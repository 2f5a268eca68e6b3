"""Public keys, DIDs and multibase. Private keys live in keys.signers, which verifiers never see."""
