"""Puts the API together: its resources, in the order in which OpenAPI tells of them."""

from typing import Final

from fastapi import APIRouter

from issuer.api.resources import (
    achievements,
    audit,
    batches,
    credentials,
    evidence,
    frameworks,
    judgments,
    learners,
    mastery,
    rules,
)

PREFIX: Final = "/api/v1"
RESOURCES: Final = (
    learners,
    mastery,
    frameworks,
    evidence,
    rules,
    judgments,
    achievements,
    credentials,
    batches,
    audit,
)
"""A further resource is a module with a ``router``, and a line here."""

router = APIRouter(prefix=PREFIX)
for _resource in RESOURCES:
    router.include_router(_resource.router)
