"""Empty databases of the newest schema: migrated once for a process, and copied from then on."""

import functools
import tempfile
from pathlib import Path

from sqlalchemy.engine import Engine

from issuer import db


@functools.cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory(prefix="touchstone-empty-") as folder:
        path = Path(folder) / "empty.db"
        engine = db.engine(path)
        db.migrate(engine)
        engine.dispose()  # The last connection takes the write-ahead log into the file.
        return path.read_bytes()


def migrated(path: Path) -> Engine:
    """An SQLite file with the newest schema and nothing in it, as ``db.migrate`` makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_template())
    return db.engine(path, must_exist=True)
