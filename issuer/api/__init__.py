"""The REST API under /api/v1: everything a school keeps, for whoever has a token for it.

A resource is one module of issuer.api.resources with a ``router``; its place is the list in
issuer.api.app. docs/api.md is its page for people, /openapi.json for programs.
"""
