"""Each step is one transaction: it is wholly there, or it never was."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from issuer.db import engine as make_engine
from issuer.db import session_scope
from issuer.workflow.runner import Step, run_step, run_steps


@pytest.fixture
def engine(tmp_path: Path):
    made = make_engine(tmp_path / "steps.db")
    with session_scope(made) as session:
        session.execute(text("CREATE TABLE done (name TEXT)"))
    yield made
    made.dispose()


def note(name: str):
    """A step that leaves a mark."""
    return lambda session: session.execute(text("INSERT INTO done VALUES (:n)"), {"n": name})


def marks(engine) -> list[str]:
    """What the steps left behind."""
    with session_scope(engine, read_only=True) as session:
        return [name for (name,) in session.execute(text("SELECT name FROM done"))]


def test_a_step_returns_what_its_work_returned(engine) -> None:
    assert (
        run_step("count", engine, lambda session: session.execute(text("SELECT 7")).scalar()) == 7
    )


def test_steps_run_in_order(engine) -> None:
    run_steps([Step("first", note("one")), Step("second", note("two"))], engine)
    assert marks(engine) == ["one", "two"]


def test_a_step_that_fails_leaves_nothing_and_the_steps_before_it_stand(engine) -> None:
    def fail(session: Session) -> None:
        note("lost")(session)
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        run_steps([Step("a", note("kept")), Step("b", fail), Step("c", note("never"))], engine)
    assert marks(engine) == ["kept"]
