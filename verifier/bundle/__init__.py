"""Checking offline: a bundle, and the few things that its reader knows already.

Nothing here opens a connection. What a bundle says is worth as much as what ties it to something
that the reader trusts: a block's hash, the contract, and the school's account or DID document.
"""
