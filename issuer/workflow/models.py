"""The table of slots: who holds which, for people to read. The lock decides, not the row."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from issuer.db import UtcDateTime


class WorkerSlot(SQLModel, table=True):
    """A process that takes part in the work. A row whose process died stays until it is taken."""

    __tablename__ = "worker_slot"

    name: str = Field(primary_key=True, max_length=64)
    """The slot: unique among all processes that share the database."""
    host: str = Field(max_length=255)
    process: int
    """Its process id on that host."""
    taken_at: datetime = Field(sa_type=UtcDateTime)
