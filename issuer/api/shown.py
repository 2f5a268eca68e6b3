"""What answers are made of, and the forms of parameters that several resources take."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2200


class Shown(BaseModel):
    """Something that is answered: members in camel case."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, from_attributes=True
    )


def _within_reason(value: datetime) -> datetime:
    if not EARLIEST_YEAR <= value.year < LATEST_YEAR:
        raise ValueError(f"a time from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return value


Moment = Annotated[AwareDatetime, AfterValidator(_within_reason)]
"""A time with its zone."""
ShortText = Annotated[str, StringConstraints(max_length=255, pattern=r"^[^\x00]+$")]
"""Text that is looked for."""
