"""What a log line says, and above all what it never says."""

import ast
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from schemas import logs
from schemas.errors import Fault, TouchstoneError
from schemas.logs import about_batch, configure, log_error, log_event, log_fault

BATCH = UUID("0b9f6c3e-1f7c-4f0e-9b58-5f7c0a6d2f11")
NAME, MAIL = "Amina Okafor", "amina@northgate.example"
PRODUCT = ("schemas", "contracts", "keys", "credentials", "verifier", "issuer")


class NodeGone(TouchstoneError):
    """A fault of transport."""

    code = "test.node-gone"
    fault = Fault.TRANSPORT


class Misspelt(TouchstoneError):
    """A fault of content."""

    code = "test.misspelt"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    kept = [(one, list(one.handlers), one.level, one.propagate) for one in (root, engine)]
    yield
    for logger, handlers, level, propagate in kept:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)
    configure_text()
    for logger, handlers, _, _ in kept:
        logger.handlers[:] = handlers


def configure_text() -> None:
    logs.configure(environ={})


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]):
    """The JSON lines that were written since."""
    configure(as_json=True, environ={"TOUCHSTONE_LOG_LEVEL": "debug"})

    def read() -> list[dict]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return read


OWN = logging.getLogger("issuer.somewhere")


def test_an_event_has_time_level_and_its_fields(lines) -> None:
    log_event(OWN, logging.INFO, "step.done", step="sign chunk 3", seconds=0.25, count=1_000)
    [line] = lines()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "event": "step.done",
        "step": "sign chunk 3",
        "seconds": 0.25,
        "count": 1_000,
    }


def test_a_batch_is_named_in_every_line_about_it_and_in_no_other(lines) -> None:
    with about_batch(BATCH):
        log_event(OWN, logging.INFO, "step.done")
        logging.getLogger("elsewhere").warning("whatever")
    log_event(OWN, logging.INFO, "step.done")
    assert [line.get("batch") for line in lines()] == [str(BATCH), str(BATCH), None]


@pytest.mark.parametrize(
    "field",
    ["step", "route", "code", "kind", "method", "batch", "transaction", "fault", "places", "slot"],
)
@pytest.mark.parametrize("value", [NAME, MAIL, {"name": NAME}, [NAME], "a\nb", "x" * 500])
def test_a_field_holds_only_what_has_its_form(lines, field: str, value: object) -> None:
    log_event(OWN, logging.INFO, "step.done", **{field: value})
    [line] = lines()
    assert line[field] == logs.WITHHELD


@pytest.mark.parametrize("field", ["count", "status", "seconds"])
@pytest.mark.parametrize("value", [NAME, "7", True, None])
def test_a_number_is_a_number(lines, field: str, value: object) -> None:
    log_event(OWN, logging.INFO, "step.done", **{field: value})
    assert lines()[0][field] == logs.WITHHELD


def test_a_field_that_is_not_on_the_list_is_not_written(lines) -> None:
    log_event(OWN, logging.INFO, "step.done", learner=NAME, email=MAIL, document={"a": 1})
    assert set(lines()[0]) == {"time", "level", "event"}


def test_our_own_words_stay_and_their_arguments_do_not(lines) -> None:
    OWN.info("took %d pieces of %s in %.1f s", 3, NAME, 0.5)
    OWN.info("of %(who)s, %(n)d", {"who": NAME, "n": 4})
    texts = [line["text"] for line in lines()]
    assert texts == ["took 3 pieces of … in 0.5 s", "of …, 4"]


def test_a_text_whose_arguments_do_not_fit_stays_as_it_is() -> None:
    record = logging.LogRecord("issuer.x", logging.INFO, "x.py", 1, "took %d", (NAME,), None)
    assert logs.described(record)["text"] == "took %d"


@pytest.mark.parametrize("name", ["sqlalchemy.engine.Engine", "web3", "urllib3", "dbos", "httpx"])
def test_of_another_library_only_who_and_where(lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.setLevel(logging.DEBUG)
    logger.warning("INSERT INTO person VALUES (%r)", NAME)
    logger.warning("INSERT for " + MAIL)  # noqa: G003 - as libraries do
    written = lines()
    assert [line["logger"] for line in written] == [name, name]
    assert NAME not in str(written)
    assert MAIL not in str(written)
    assert "INSERT" not in str(written)


def test_of_an_exception_only_its_kind_and_place(lines) -> None:
    try:
        int(NAME)
    except ValueError as error:
        log_fault(OWN, "check.broke", error, check="proof")
        logging.getLogger("uvicorn.error").exception("Exception in application")
    first, second = lines()
    assert first["kind"] == second["kind"] == "ValueError"
    assert first["places"].startswith("test_log_lines.py:")
    assert NAME not in str([first, second])


def test_what_cannot_be_reached_is_named_and_what_was_sent_is_not(lines) -> None:
    log_error(OWN, "command.failed", NodeGone("The node at https://node.example is away."))
    log_error(OWN, "command.failed", Misspelt(f"The name {NAME} has no family name."))
    reached, sent = lines()
    assert reached["sentence"] == "The node at https://node.example is away."
    assert (sent["code"], "sentence" in sent) == ("test.misspelt", False)


def test_text_is_one_line_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    configure(environ={"TOUCHSTONE_LOG_LEVEL": "info"})
    with about_batch(BATCH):
        log_event(OWN, logging.INFO, "step.done", step="sign chunk 3", count=2)
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(f'INFO step.done batch={BATCH} step="sign chunk 3" count=2')


@pytest.mark.parametrize(
    ("environ", "default", "written"),
    [
        ({}, "warning", ["warning"]),
        ({}, "info", ["info", "warning"]),
        ({"TOUCHSTONE_LOG": "json"}, "warning", ["info", "warning"]),
        ({"TOUCHSTONE_LOG": "json", "TOUCHSTONE_LOG_LEVEL": "error"}, "info", []),
        ({"TOUCHSTONE_LOG_LEVEL": "nonsense"}, "warning", ["warning"]),
    ],
)
def test_how_much_is_written(
    capsys: pytest.CaptureFixture[str], environ: dict[str, str], default: str, written: list[str]
) -> None:
    configure(environ=environ, default_level=default)
    log_event(OWN, logging.INFO, "a.info")
    log_event(OWN, logging.WARNING, "a.warning")
    found = capsys.readouterr().err
    assert [level for level in ("info", "warning") if f"a.{level}" in found] == written


def test_what_other_libraries_do_is_told_to_debug_with_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    foreign = logging.getLogger("httpx")
    for level, told in (("info", ["warning"]), ("debug", ["info", "warning"])):
        configure(as_json=True, environ={"TOUCHSTONE_LOG_LEVEL": level})
        foreign.info("GET https://node.example")
        foreign.warning("GET https://node.example")
        log_event(logging.getLogger("issuer.x"), logging.INFO, "ours")
        found = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        assert [one["level"] for one in found if one["event"] == "log"] == told
        assert [one["event"] for one in found if one["event"] != "log"] == ["ours"]


def test_configuring_twice_writes_once(lines) -> None:
    configure(as_json=True, environ={})
    log_event(OWN, logging.INFO, "step.done")
    logging.getLogger("dbos").warning("hello")
    assert len(lines()) == 2


def test_every_logging_call_of_the_product_has_a_constant_text(repository: Path) -> None:
    """A text put together from values would pass the filter as if it were a constant."""
    levels = {"debug", "info", "warning", "error", "critical", "exception", "log"}
    found = []
    for path in (path for room in PRODUCT for path in (repository / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr not in levels or path.name == "logs.py":
                continue
            name = ast.unparse(node.func.value)
            if not name.lower().endswith(("log", "logger")):
                continue
            text = node.args[1] if node.func.attr == "log" else node.args[0]
            if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                found.append(f"{path}:{node.lineno}")
    assert found == []
