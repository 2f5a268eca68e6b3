"""Puts the API together: its resources, in the order in which OpenAPI tells of them."""

from typing import Final

from fastapi import APIRouter

from issuer.api.resources import (
    achievements,
    audit,
    awards,
    badges,
    batches,
    calibration,
    credentials,
    endorsements,
    evidence,
    framework_versions,
    frameworks,
    imports,
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
    framework_versions,
    evidence,
    badges,
    rules,
    judgments,
    calibration,
    awards,
    achievements,
    credentials,
    endorsements,
    batches,
    imports,
    audit,
)
"""A further resource is a module with a ``router``, and a line here."""

router = APIRouter(prefix=PREFIX)
for _resource in RESOURCES:
    router.include_router(_resource.router)
