"""``explain`` and decisions by command: in words, as JSON, and what no longer recomputes."""

import json
from pathlib import Path

import sqlalchemy

PERSONS = """
[[rules]]
name = "by-a-person"
version = 1
method = "highest"
threshold = 1
decided_by = "both"
"""


def test_a_judgment_is_explained_decided_and_its_tampering_flagged(issuer, judged: Path) -> None:
    rules = judged.parent / "rules.toml"
    rules.write_text(PERSONS)
    assert issuer("import", "rules", rules, "--home", judged).code == 0
    assert issuer("judge", "--home", judged).code == 0
    one = issuer("judgments", "--json", "--home", judged).rows[0]
    said = issuer("explain", one["id"], "--home", judged)
    assert said.code == 0
    assert "The best piece of evidence is at least 1 of" in said.out
    assert "nobody has decided yet" in said.out
    assert "it comes out the same" in said.out
    words = ("--by", "Ms Reed", "--reason", "I saw it.", "--home", judged)
    assert issuer("judgments", "confirm", one["id"], *words).code == 0
    assert issuer("judgments", "decline", one["id"], *words).error == "judgment.no-proposal"
    everything = issuer("explain", "--all", "--home", judged)
    assert everything.code == 0
    assert "0 do not recompute" in everything.out
    engine = sqlalchemy.create_engine(f"sqlite:///{next(judged.glob('*.db'))}")
    with engine.begin() as connection:
        change = "UPDATE judgment SET mastered = 0 WHERE id = :id"
        connection.execute(sqlalchemy.text(change), {"id": one["id"].replace("-", "")})
    engine.dispose()
    told = issuer("explain", one["id"], "--json", "--home", judged)
    assert told.code == 1
    differences = json.loads(told.out)["recomputation"]["differences"]
    assert differences == ["mastered is False; formed again it is True."]
    assert "1 do not recompute" in issuer("explain", "--all", "--home", judged).out
    assert issuer("explain", "--home", judged).code == 2
