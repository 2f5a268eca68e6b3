"""The durable engine: DBOS, opened on the issuer's own database, and on nothing else.

On SQLite its tables are in ``workflow.db`` in the home; on PostgreSQL in the schema ``dbos`` of
the issuer's database. It keeps which workflow has come how far: ids and counts, never documents,
as JSON. What was done is in the issuer's own tables, and so is what must not happen twice.

It talks to nobody but that database: no telemetry, no console, no server.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.engine import URL, Engine, make_url

from issuer.settings import Settings
from issuer.workflow import slots, sweeper
from issuer.workflow.errors import EngineBlocked
from issuer.workflow.stopping import Stop
from schemas.logs import log_event

if TYPE_CHECKING:
    from dbos import DBOSClient, DBOSConfig, WorkflowStatus

APP_NAME: Final = "touchstone"
WORKFLOW_VERSION: Final = "minting-1"
"""Changes when the order of a workflow's steps does: unfinished work of another version is left
to processes of that version."""
ENGINE_FILE: Final = "workflow.db"
ENGINE_SCHEMA: Final = "dbos"
BATCHES: Final = "batches"
"""Queue of whole batches: they mostly wait."""
CHUNKS: Final = "chunks"
"""Queue of chunks: one at a time in a process, because it keeps a core busy."""
POLL_S: Final = 0.05
"""How often a process looks for a chunk to do."""
BATCH_POLL_S: Final = 0.1
BATCHES_AT_ONCE: Final = 4
_POOL: Final = 5
_DRAIN_S: Final = 30.0
_DRAIN_PAUSE_S: Final = 0.02
_LISTENER_POLL_S: Final = 0.05
"""Of a listener that we have no use for; it is what the end of a process waits for."""
_SQLITE_TIMEOUT_S: Final = 30.0
_GOING: Final = ("ENQUEUED", "PENDING", "DELAYED")
_LONG_S: Final = 3_600.0
_QUIET: Final = logging.NullHandler()

_log = logging.getLogger(__name__)


_active: set[str] = set()
"""Workflows that are running in this process."""


@contextmanager
def active(identity: str) -> Iterator[None]:
    """Around the body of a workflow: the end of the process waits for it to let go."""
    _active.add(identity)
    try:
        yield
    finally:
        _active.discard(identity)


def enqueue(queue: str, workflow: Callable[..., Any], identity: str, *args: Any) -> None:
    """Have a workflow run once under this id, by whichever process is free."""
    from dbos import DBOS, SetWorkflowID  # noqa: PLC0415

    with SetWorkflowID(identity):
        DBOS.enqueue_workflow(queue, workflow, *args)


def ended(identity: str) -> str | None:
    """How the engine says that a workflow ended; None while it has not, or is not known."""
    from dbos import DBOS  # noqa: PLC0415

    return _how_ended(
        DBOS.list_workflows(workflow_ids=[identity], load_input=False, load_output=False)
    )


def _how_ended(found: "Sequence[WorkflowStatus]") -> str | None:
    return next((one.status for one in found if one.status not in _GOING), None)


@contextmanager
def open_engine(
    settings: Settings,
    slot: str,
    *,
    engine: Engine,
    stop: Stop | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[slots.Slot]:
    """Take part in the work for the block: unfinished work of this slot goes on at once.

    Import the modules that define workflows before, and have ready what they work with.

    Args:
        settings: the issuer's settings.
        slot: what this process is called; no other live process may be.
        engine: the issuer's database, brought up to date.
        stop: asked when the slot's lock is lost; asked at the end of the block in any case.
        clock: tells the present.

    Raises:
        SlotTaken: a live process is called so.
        EngineBlocked: the engine's tables cannot be opened.
    """
    stop = stop or Stop()
    locks = slots.locks_of(engine, settings.home)
    with slots.hold(engine, locks, slot, clock) as held:
        _launch(settings, held.name)
        watcher = sweeper.start(held, locks, stop)
        try:
            yield held
        finally:
            stop.ask()
            watcher.join()
            _drain()
            _destroy()


class WorkClient:
    """For a process that only hands work over: it runs none itself."""

    def __init__(self, client: "DBOSClient") -> None:
        self._client = client

    def enqueue(self, queue: str, workflow: str, identity: str, *args: Any) -> None:
        """Have a workflow, by its name, run once under this id, by whichever worker is free."""
        self._client.enqueue(
            {
                "queue_name": queue,
                "workflow_name": workflow,
                "workflow_id": identity,
                "app_version": WORKFLOW_VERSION,
            },
            *args,
        )

    def ended(self, identity: str) -> str | None:
        """How the engine says that a workflow ended; None while it has not, or is not known."""
        return _how_ended(
            self._client.list_workflows(
                workflow_ids=[identity], load_input=False, load_output=False
            )
        )


@contextmanager
def client(settings: Settings) -> Iterator[WorkClient]:
    """Hand work over in the block.

    Raises:
        EngineBlocked: the engine's tables cannot be opened.
    """
    from dbos import DBOSClient  # noqa: PLC0415
    from dbos._serialization import DBOSPortableJSON  # noqa: PLC0415

    url = engine_url(settings)
    _prepare(url)
    made = DBOSClient(
        system_database_url=url,
        dbos_system_schema=ENGINE_SCHEMA,
        serializer=DBOSPortableJSON,
        application_name=APP_NAME,
    )
    try:
        yield WorkClient(made)
    finally:
        made.destroy()


def engine_url(settings: Settings) -> str:
    """Where the engine's tables are, as an SQLAlchemy URL."""
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        return url.render_as_string(hide_password=False)
    beside = Path(url.database).parent if url.database else settings.home
    return URL.create("sqlite", database=str(beside / ENGINE_FILE)).render_as_string()


def _launch(settings: Settings, slot: str) -> None:
    from dbos import DBOS  # noqa: PLC0415

    url = engine_url(settings)
    _prepare(url)
    try:
        DBOS(config=_config(url, slot))
        DBOS.launch()
    except Exception as error:
        DBOS.destroy()
        raise _blocked(error) from error


def _config(url: str, slot: str) -> "DBOSConfig":
    from dbos._serialization import DBOSPortableJSON  # noqa: PLC0415

    return {
        "name": APP_NAME,
        "system_database_url": url,
        "dbos_system_schema": ENGINE_SCHEMA,
        "sys_db_pool_size": _POOL,
        "executor_id": slot,
        "application_version": WORKFLOW_VERSION,
        # The default unpickles what it finds: whoever can write the table could run code.
        "serializer": DBOSPortableJSON,
        "log_level": "WARNING",
        "enable_otlp": False,
        "run_migrations": False,
        "notification_listener_polling_interval_sec": _LISTENER_POLL_S,
        "scheduler_polling_interval_sec": _LONG_S,
    }


def _prepare(url: str) -> None:
    """Bring the engine's tables up to date, with both queues, before anything runs.

    Queues that are registered while the engine runs are noticed a second later only.

    Raises:
        EngineBlocked: they cannot be opened or written.
    """
    from dbos import DBOS, DBOSClient  # noqa: PLC0415

    # Its warnings go where ours go, and not to the console by themselves.
    logging.getLogger("dbos").addHandler(_QUIET)
    try:
        if url.startswith("sqlite"):
            _use_wal(url)
        DBOS.migrate(url, schema=ENGINE_SCHEMA)
        own = DBOSClient(
            system_database_url=url,
            dbos_system_schema=ENGINE_SCHEMA,
            application_name=APP_NAME,
            retry_connection_errors=False,
        )
        try:
            own.register_queue(CHUNKS, worker_concurrency=1, polling_interval_sec=POLL_S)
            own.register_queue(
                BATCHES, worker_concurrency=BATCHES_AT_ONCE, polling_interval_sec=BATCH_POLL_S
            )
        finally:
            own.destroy()
    except Exception as error:
        raise _blocked(error) from error


def _use_wal(url: str) -> None:
    """Readers beside a writer; the file remembers it."""
    path = make_url(url).database
    with closing(sqlite3.connect(path or "", timeout=_SQLITE_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _blocked(error: Exception) -> EngineBlocked:
    return EngineBlocked(
        f"The tables of the workflow engine cannot be used ({type(error).__name__}).",
        "Check that the database answers and may be written; on PostgreSQL the schema "
        f"{ENGINE_SCHEMA} must be ours to create.",
    )


def _drain() -> None:
    """Give what runs here the time to see that it should end."""
    deadline = time.monotonic() + _DRAIN_S
    while _active and time.monotonic() < deadline:
        time.sleep(_DRAIN_PAUSE_S)
    if _active:
        log_event(_log, logging.WARNING, "workflows.left", count=len(_active))


def _destroy() -> None:
    from dbos import DBOS  # noqa: PLC0415

    DBOS.destroy()
