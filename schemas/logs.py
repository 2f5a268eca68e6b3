"""The one shape of every log line, and what a line may say.

A line has a time, a level, an event and, where there is one, the id of the request or of the batch
that it belongs to. What else it says is on an allow-list of fields, each with the form its value
must have; anything else is withheld, whoever logs it. So no line holds a person's name, e-mail
address, identifier or record, and no key or passphrase, however verbose a library is: of a line
that another library writes, only who wrote it and where is kept.

    2026-06-12T09:30:00.123Z INFO http.request request=5f0c… method=GET route=/health status=200
    {"time": "2026-06-12T09:30:00.123Z", "level": "info", "event": "http.request", …}
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from schemas.errors import Fault, TouchstoneError

FORM_VARIABLE: Final = "TOUCHSTONE_LOG"
"""``json`` or ``text``."""
LEVEL_VARIABLE: Final = "TOUCHSTONE_LOG_LEVEL"
"""``debug``, ``info``, ``warning`` or ``error``."""
LEVELS: Final = ("debug", "info", "warning", "error")
WITHHELD: Final = "…"
"""Stands where a value was left out."""
MAX_SENTENCE: Final = 500
MAX_PLACES: Final = 5
"""Stack frames that a fault names, the innermost last."""

_OWN: Final = frozenset(
    {"issuer", "verifier", "credentials", "keys", "contracts", "schemas", "conformance", "demo"}
)
_TEMPLATES_ARE_SAFE: Final = _OWN | {"uvicorn"}
"""Loggers whose texts are constants with arguments: the text is kept, its arguments are not."""
_HARMLESS: Final = (bool, int, float, UUID, type(None))

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The request that is being answered."""
_batch_id: ContextVar[str | None] = ContextVar("batch_id", default=None)
_form: list[str] = ["text"]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _like(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


_word = _like(r"[a-z][a-z0-9 _.-]{0,60}")
_uuid = _like(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_hash = _like(r"(0x)?[0-9a-f]{64}")
_ALLOWED: Final[Mapping[str, Callable[[object], bool]]] = {
    "method": _like(r"[A-Z]{1,16}"),
    # A route's template, such as /status/{list_id}, and never the path that was asked for.
    "route": _like(r"[A-Za-z0-9_.~:{}/-]{1,200}"),
    "code": _like(r"[a-z][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+"),
    "kind": _like(r"[A-Za-z_][A-Za-z0-9_]{0,79}"),
    "places": _like(r"[\w.<>-]+:\d+( < [\w.<>-]+:\d+)*"),
    "fault": _like(r"[0-9a-f]{4,16}"),
    "slot": _like(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"),
    "batch": _uuid,
    "transaction": _hash,
    "root": _hash,
    **dict.fromkeys(("step", "stage", "state", "check", "outcome", "purpose"), _word),
    **dict.fromkeys(("status", "count", "total", "chunk", "attempt", "block", "nonce"), _whole),
    **dict.fromkeys(("chain", "port", "confirmations", "version"), _whole),
    **dict.fromkeys(("seconds", "rate"), _number),
}


@contextmanager
def about_batch(batch: UUID) -> Iterator[None]:
    """Every line that is logged in the block bears the batch's id."""
    token = _batch_id.set(str(batch))
    try:
        yield
    finally:
        _batch_id.reset(token)


def log_event(logger: logging.Logger, level: int, event: str, **fields: object) -> None:
    """Log one event.

    Args:
        logger: of the module that it happens in.
        level: such as ``logging.INFO``.
        event: a constant, dotted name, such as ``step.done``.
        fields: what of it is on the allow-list (``_ALLOWED``); a value of another form, and a
            field that is not on it, are withheld.
    """
    if logger.isEnabledFor(level):
        logger.log(level, event, extra={"touchstone": _admitted(fields)}, stacklevel=2)


def log_error(logger: logging.Logger, event: str, error: TouchstoneError) -> None:
    """Log a typed error: its code, and its sentence unless that may quote what was sent."""
    fields = {"code": error.code, "kind": type(error).__name__}
    admitted = _admitted(fields)
    if error.fault is not Fault.CONTENT:
        admitted["sentence"] = str(error)[:MAX_SENTENCE]
    logger.error(event, extra={"touchstone": admitted}, stacklevel=2)


def log_fault(logger: logging.Logger, event: str, error: BaseException, **fields: object) -> None:
    """Log an error that nobody foresaw: its kind and where it happened, never its text."""
    admitted = _admitted({**fields, "kind": type(error).__name__, "places": places_of(error)})
    logger.error(event, extra={"touchstone": admitted}, stacklevel=2)


def places_of(error: BaseException) -> str:
    """Where an error happened, ``file.py:12 < other.py:3``: its text may hold a person's data."""
    frames = traceback.extract_tb(error.__traceback__)[-MAX_PLACES:]
    return " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames)


def is_json() -> bool:
    """Whether standard error is for programs: then nothing but JSON lines belongs on it."""
    return _form[0] == "json"


def configure(
    *,
    as_json: bool = False,
    default_level: str = "warning",
    environ: Mapping[str, str] | None = None,
) -> None:
    """Send every log line of this process to standard error, in the one shape.

    Args:
        as_json: one JSON object a line; TOUCHSTONE_LOG=json says the same.
        default_level: one of LEVELS, where TOUCHSTONE_LOG_LEVEL says nothing; with JSON, info.
        environ: ``os.environ`` by default.
    """
    environ = os.environ if environ is None else environ
    json_lines = as_json or environ.get(FORM_VARIABLE, "").lower() == "json"
    _form[0] = "json" if json_lines else "text"
    asked = environ.get(LEVEL_VARIABLE, "").lower()
    chosen = asked if asked in LEVELS else ("info" if json_lines else default_level)
    handler = LineHandler()
    root = logging.getLogger()
    _replace(root, handler)
    root.setLevel(chosen.upper())
    # The engine of durable work writes to standard error by itself unless it is heard already.
    engine = logging.getLogger("dbos")
    _replace(engine, handler)
    engine.propagate = False


def _replace(logger: logging.Logger, handler: logging.Handler) -> None:
    for old in list(logger.handlers):
        if isinstance(old, LineHandler) or (old.name or "").startswith("__dbos"):
            logger.removeHandler(old)
    logger.addHandler(handler)


class LineHandler(logging.Handler):
    """Writes lines to standard error, and nothing of a record that is not admitted."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a log that cannot be written stops nobody's work."""
        if _says_nothing(record):
            return
        try:
            fields = described(record)
            line = json.dumps(fields, ensure_ascii=False) if is_json() else _text(fields)
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()
        except (OSError, ValueError):  # the reader of our lines is gone
            return


def _says_nothing(record: logging.LogRecord) -> bool:
    """Whether it is a library's line without words, and no warning: of use to debug with only."""
    return (
        record.levelno < logging.WARNING
        and not hasattr(record, "touchstone")
        and record.name.partition(".")[0] not in _TEMPLATES_ARE_SAFE
        and logging.getLogger().level > logging.DEBUG
    )


def described(record: logging.LogRecord) -> dict[str, object]:
    """A record as the fields of its line."""
    when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    about = {"request": request_id.get(), "batch": _batch_id.get()}
    admitted = getattr(record, "touchstone", None)
    event, fields = (
        (str(record.msg), admitted) if isinstance(admitted, dict) else ("log", _foreign(record))
    )
    return {
        "time": when.replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": event,
        **{name: value for name, value in about.items() if value is not None},
        **fields,
    }


def _foreign(record: logging.LogRecord) -> dict[str, object]:
    """A record that names no event: who wrote it and where; its words if they are a constant."""
    fields: dict[str, object] = {
        "logger": record.name,
        "place": f"{Path(record.pathname).name}:{record.lineno}",
    }
    if record.name.partition(".")[0] in _TEMPLATES_ARE_SAFE:
        fields["text"] = _scrubbed(record)
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        fields |= {"kind": type(error).__name__, "places": places_of(error)}
    return fields


def _scrubbed(record: logging.LogRecord) -> str:
    """The constant text with numbers filled in and every other argument withheld."""
    template = str(record.msg)
    args = record.args
    try:
        if isinstance(args, Mapping):
            return template % {name: _harmless(value) for name, value in args.items()}
        return template % tuple(_harmless(value) for value in args) if args else template
    except (TypeError, ValueError, KeyError):
        return template


def _harmless(value: object) -> object:
    return value if isinstance(value, _HARMLESS) else WITHHELD


def _admitted(fields: Mapping[str, object]) -> dict[str, object]:
    admitted: dict[str, object] = {}
    for name, value in fields.items():
        plain = str(value) if isinstance(value, UUID) else value
        fits = _ALLOWED.get(name)
        if fits is not None:
            admitted[name] = plain if fits(plain) else WITHHELD
    return admitted


def _text(fields: dict[str, object]) -> str:
    time, level, event, *rest = fields.items()
    told = " ".join(f"{name}={_quoted(value)}" for name, value in rest)
    return f"{time[1]} {str(level[1]).upper()} {event[1]} {told}".rstrip()


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r"[\s\"=]", text) else text
