"""The command ``award``: define, look, decide."""

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow


def test_a_queue_is_decided_at_the_terminal(issuer: Any, judged: Path, tmp_path: Path) -> None:
    def run(*arguments: object, code: int = 0) -> Any:
        said = issuer(*arguments, "--home", judged)
        assert said.code == code, said.err
        return said

    assert "No award yet" in run("award", "definitions").out
    mastered = [one for one in run("judgments", "--json").rows if one["mastered"]]
    first = mastered[0]
    path = tmp_path / "awards.toml"
    path.write_text(
        f"""
        [[achievements]]
        key = "first"
        version = 1
        type = "Badge"
        title = "First"
        description = "The first."
        award = "approval"
        requires = {{ competency = {json.dumps(first["competency"])} }}
        """
    )
    assert "awarded: 1, from now on." in run("award", "define", path).out
    assert "nothing changed" in run("award", "define", path).out
    assert [one["key"] for one in run("award", "definitions", "--json").rows] == ["first"]
    assert "waiting for approval" in run("judge").out
    waiting = run("award", "queue", "--json").rows
    assert {one["state"] for one in waiting} == {"waiting"}
    award = waiting[0]["id"]
    assert "is declined" in run("award", "decline", award, "--by", "tea", "--reason", "No.").out
    assert "is made" in run("award", "approve", award, "--by", "tea", "--reason", "Yes.").out
    again = run("award", "approve", award, "--by", "tea", "--reason", "Yes.", code=1)
    assert "error[award.decided]" in again.err
    listed = {one["id"]: one["state"] for one in run("award", "list", "--json").rows}
    assert listed[award] == "awarded"
    [told] = run("award", "progress", first["learner_id"], "--json").rows
    assert told["progress"]["standing"] == "met"
    assert "First" in run("award", "progress", first["learner_id"]).out
    unknown = run("award", "progress", first["learner_id"], "--achievement", "x", code=1)
    assert "error[award.definition-not-found]" in unknown.err
    (tmp_path / "bad.toml").write_text("[[achievements]]\nkey = 'A'\ntyp = 'Badge'\n")
    bad = run("award", "define", tmp_path / "bad.toml", code=1)
    assert "Did you mean 'type'?" in bad.err
    assert "error[awards.unreadable]" in run("award", "define", tmp_path / "none", code=1).err
