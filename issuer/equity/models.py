"""Groups that the school counts learners in, for its view of equity and for nothing else."""

from typing import Final
from uuid import UUID

from sqlmodel import Field, SQLModel

import issuer.learners.models  # noqa: F401 - declares tables that are referred to here

MAX_GROUP_TEXT: Final = 100
"""Characters of an attribute, and of a value."""


class LearnerGroup(SQLModel, table=True):
    """What the school says of one learner under one attribute, such as ``language: Spanish``."""

    __tablename__ = "learner_group"

    person_id: UUID = Field(primary_key=True, foreign_key="person.id")
    attribute: str = Field(primary_key=True, max_length=MAX_GROUP_TEXT)
    value: str = Field(max_length=MAX_GROUP_TEXT)
