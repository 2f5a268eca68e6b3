"""Runs issuer and verifier for conformance suites: on this machine, open to everybody on it."""
