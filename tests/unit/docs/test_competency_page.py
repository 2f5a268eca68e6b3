"""docs/competency.md: the program reads its rules, draws its pictures and says its quotes."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from issuer.competency.rule_reader import read_rules
from issuer.competency.rules import Combine, DecidedBy, Method

DOCS = Path(__file__).parents[3] / "docs"
SVG = "{http://www.w3.org/2000/svg}"
GENERATE = "the rules are explained otherwise now: make docs"


@pytest.fixture(scope="module")
def drawing():
    """docs/draw_rules.py, with its neighbours, as modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(DOCS))
        import draw_rules  # noqa: PLC0415
        import rule_examples  # noqa: PLC0415

        draw_rules.rule_examples = rule_examples
        yield draw_rules


def test_pictures_are_what_the_program_draws(drawing):
    drawn = drawing.drawn()
    kept = {path.name: path.read_text("utf-8") for path in drawing.PICTURES.iterdir()}
    assert set(kept) == set(drawn), GENERATE
    assert [name for name, content in drawn.items() if kept[name] != content] == [], GENERATE


def test_quotes_are_what_the_program_says(drawing):
    assert drawing.page() == drawing.PAGE.read_text("utf-8"), GENERATE


def test_another_threshold_would_be_noticed(drawing, monkeypatch, tmp_path):
    page = drawing.PAGE.read_text("utf-8")
    changed = tmp_path / "competency.md"
    changed.write_text(page.replace("\nthreshold = 3\n", "\nthreshold = 2\n", 1), "utf-8")
    before = drawing.drawn()
    monkeypatch.setattr("rule_examples.PAGE", changed)
    monkeypatch.setattr(drawing, "PAGE", changed)
    after = drawing.drawn()
    assert {name for name in before if before[name] != after[name]} == {
        "last-three.svg",
        "corrected.svg",
    }
    assert drawing.page() != changed.read_text("utf-8")


def test_every_block_is_a_rules_file(drawing):
    rules = [
        rule
        for block in drawing.rule_examples.blocks()
        for rule, _ in read_rules(block.encode(), "competency.md").assignments
    ]
    assert {rule.method for rule in rules} == set(Method)
    assert {rule.combine for rule in rules} >= {Combine.MEAN, Combine.LOWER, Combine.ADJUDICATE}
    assert {rule.decided_by for rule in rules} == set(DecidedBy)
    assert any(rule.level for rule in rules)
    assert any(rule.least_kappa is not None for rule in rules)
    names = [(rule.name, rule.version) for rule in rules]
    assert len(set(names)) == len(names)


def test_every_picture_is_shown_once_with_words_for_it(drawing):
    shown = re.findall(r"!\[([^\]]+)\]\(pictures/([a-z-]+\.svg)\)", drawing.PAGE.read_text("utf-8"))
    assert sorted(name for _, name in shown) == sorted(drawing.drawn())
    assert all(len(words) > len("A picture.") for words, _ in shown)


def test_pictures_can_be_read_aloud_and_in_the_dark(drawing):
    for name, content in drawing.drawn().items():
        root = ET.fromstring(content)  # noqa: S314 (our own, made a line above)
        title, description, ground = root[0], root[1], root[2]
        assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc"), name
        assert title.text
        assert len(description.text) > len(title.text), name
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert (ground.tag, ground.get("fill")) == (f"{SVG}rect", "#ffffff"), name
        width, height = float(root.get("width")), float(root.get("height"))
        assert (ground.get("width"), ground.get("height")) == (f"{width:g}", f"{height:g}")
        for words in root.iter(f"{SVG}text"):
            assert 0 < float(words.get("x")) < width, (name, words.text)
            assert 0 < float(words.get("y")) < height, (name, words.text)


def test_page_is_short_enough_to_be_read(drawing):
    assert len(drawing.PAGE.read_text("utf-8").splitlines()) <= 400
