"""Draw the pictures of docs/competency.md, and write what `issuer explain` says beside them.

`make docs` runs it. Each rule is read from the page itself, each score comes from
issuer.competency, so neither picture nor sentence can say anything else than the program does; a
test draws them anew and compares. The example scores stand in rule_examples.py.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from rule_examples import (
    CHARTS,
    LAST_JUDGED,
    PAGE,
    RATED,
    RULE_OF,
    SAME,
    TABLES,
    Score,
    judged,
    observations,
    rules,
    shares,
    told,
)
from svg_shapes import (
    BAD,
    BOTTOM,
    FAINT,
    GOOD,
    GRID,
    INK,
    LEFT,
    MARK,
    NARROW,
    PAPER,
    RIGHT,
    ROW,
    TOP,
    box,
    line,
    picture,
    text,
)

from issuer.competency.agreement import Agreement, agreement, percent, two_decimals
from issuer.competency.clusters import Member, judge_cluster
from issuer.competency.mastery import Mastery, judge, resolved, top_points
from issuer.competency.observations import Piece, select
from issuer.competency.rules import DecidedBy, MasteryRule
from issuer.competency.scales import DEFAULT_LEVELS
from issuer.competency.words import points_in_words

PICTURES = Path(__file__).parent / "pictures"
TOLD = re.compile(r"^> <!-- told: ([a-z0-9-]+) -->.*$", re.MULTILINE)


# --- a chart of evidence ------------------------------------------------------------------------


def height_of(points: Fraction | Decimal | int) -> float:
    """Where so many points lie."""
    return BOTTOM - float(points) / float(top_points(DEFAULT_LEVELS)) * (BOTTOM - TOP)


class Chart:
    """One learner's evidence on one competency, and what a rule makes of it."""

    def __init__(self, name: str, rule: MasteryRule, scores: Sequence[Score]) -> None:
        self.name, self.rule, self.scores = name, rule, scores
        self.mastery = judged(rule, scores)
        asked = resolved(rule, DEFAULT_LEVELS) or rule
        self.threshold = asked.threshold or Decimal()
        self.seen = {one.id: one for one in observations(scores)}
        self.selection = select(asked, self.seen.values(), LAST_JUDGED)
        self.shares = shares(rule, scores)
        works = 1 + sum(not one.again for one in scores[1:])
        self.step = (RIGHT - LEFT) / works

    def svg(self) -> str:
        """The picture."""
        title = f"Rule {self.rule.name}, version {self.rule.version}"
        if self.name != self.rule.name:
            title += f": {self.name}"
        parts = [*self._levels(), *self._lines(), *self._pieces(), *self._legend()]
        parts += verdict(self.mastery, 640, 234)
        return picture(title, self._description(), 330, parts)

    def _levels(self) -> Iterator[str]:
        for level in DEFAULT_LEVELS:
            y = height_of(level.points)
            yield line(LEFT, y, RIGHT, y, GRID)
            label = f"{level.name} {points_in_words(level.points)}"
            yield text(LEFT - 8, y + 4, label, fill=FAINT, text_anchor="end")

    def _lines(self) -> Iterator[str]:
        """What is asked for, and what the score is; their names never cover each other."""
        asked = height_of(self.threshold)
        yield line(LEFT, asked, RIGHT, asked, BAD, "7 5")
        named = f"asked: {points_in_words(self.threshold)}"
        yield text(RIGHT + 6, asked + 4, named, fill=BAD)
        score = self.mastery.score
        if score is None:
            return
        y = height_of(score)
        yield line(LEFT, y, RIGHT, y, GOOD if self.mastery.mastered else FAINT)
        if abs(y - asked) < ROW:
            y = asked - ROW if score > self.threshold else asked + ROW
        shown = points_in_words(score, self.threshold)
        yield text(RIGHT + 6, y + 4, f"score: {shown}", font_weight="600")

    def _pieces(self) -> Iterator[str]:
        for piece in self.selection.pieces if self._doubled() else ():
            yield self._combined(piece)
        place = -1
        for number, score in enumerate(self.scores, 1):
            place += not score.again
            x = LEFT + self.step * (place + 0.5)
            if not score.again:
                yield from self._labels(x, UUID(int=number), score)
            yield self._mark(x + 22 * (self._turn(number) - 1) * self._doubled(), number, score)

    def _combined(self, piece: Piece) -> str:
        """A bar at what several scores of one piece of work came to."""
        first = piece.ratings[0].id.int
        place = sum(not one.again for one in self.scores[:first]) - 1
        x, y = LEFT + self.step * (place + 0.5), height_of(piece.points)
        return f'<rect x="{x - 34:g}" y="{y - 2.5:g}" width="68" height="5" fill="{INK}"/>'

    def _doubled(self) -> bool:
        return any(one.again for one in self.scores)

    def _turn(self, number: int) -> int:
        """Which rating of its work an entry is: 0, 1, 2, drawn side by side."""
        turn = 0
        while self.scores[number - 1 - turn].again:
            turn += 1
        return turn

    def _mark(self, x: float, number: int, score: Score) -> str:
        """A full disc counts in the score, a ring counts but is not in it, a cross is left out."""
        y, identifier = height_of(score.points), UUID(int=number)
        who = score.assessor if self._doubled() else ""
        if identifier in self.mastery.used:
            disc = f'<circle cx="{x:g}" cy="{y:g}" r="9" fill="{MARK}"/>'
            letter = text(x, y + 4, who, size=11, text_anchor="middle", fill=PAPER)
            return disc + (letter if who else "")
        above = text(x, y - 12, who, size=11, text_anchor="middle") if who else ""
        if identifier in self.selection.left_out or score.corrected:
            arms = ((x - 6, y - 6, x + 6, y + 6), (x - 6, y + 6, x + 6, y - 6))
            return "".join(line(*arm, BAD) for arm in arms) + above
        ring = f'fill="{PAPER}" stroke="{MARK}" stroke-width="2"'
        return f'<circle cx="{x:g}" cy="{y:g}" r="7" {ring}/>{above}'

    def _labels(self, x: float, identifier: UUID, score: Score) -> Iterator[str]:
        day = datetime.fromisoformat(score.day)
        words = [f"{day.day} {day:%b %Y}", *score.kind.split("-")]
        if self.rule.settings_required:
            words.append("(out of school)" if score.setting != "school" else "(school)")
        if self.rule.exclude_formative and score.formative:
            words.append("(formative)")
        size = 11 if self.step > NARROW else 10
        for row, word in enumerate(words):
            y = BOTTOM + 18 + 14 * row
            yield text(x, y, word, size=size, fill=FAINT, text_anchor="middle")
        share = self.shares.get(identifier, Fraction())
        if share and not self._doubled():
            said = f"{points_in_words(share * 100)} %"
            yield text(x, BOTTOM - 6, said, size=11, text_anchor="middle", font_weight="600")

    def _legend(self) -> Iterator[str]:
        legend = "● in the score  ·  ○ counts, but is not in the score  ·  ✕ left out"
        last = "▬ what the work counts" if self._doubled() else "% share of the score"
        yield text(20, 318, f"{legend}  ·  {last}", size=11, fill=FAINT)

    def _description(self) -> str:
        parts = []
        for number, one in enumerate(self.scores, 1):
            identifier = UUID(int=number)
            reason = self.selection.left_out.get(identifier, "")
            if one.corrected:
                reason = "It was corrected by the next entry."
            state = "in the score" if identifier in self.mastery.used else reason or "not in it"
            who = f" by assessor {one.assessor}" if self._doubled() else ""
            parts.append(f"{one.day}, {one.kind}, {one.points} points{who}: {state.rstrip('.')}.")
        return " ".join([*parts, *told(self.rule, self.mastery)])


def verdict(mastery: Mastery, x: float, y: float) -> Iterator[str]:
    """Mastered or not, in a box."""
    level = mastery.level.name if mastery.level else "no level"
    words = ["mastered" if mastery.mastered else "not mastered", level]
    yield box(x - 50, y, 150, 44, GOOD if mastery.mastered else BAD, words)


# --- clusters, deciders, versions, agreement ----------------------------------------------------

MASTERED = 3
MEMBERS = {
    "FK.1": (("FK.1.1", 3), ("FK.1.2", 4), ("FK.1.3", 2)),
    "FK.2": (("FK.2.1", 3), ("FK.2.2", 3), ("FK.2.3", 1)),
    "FK.3": (("FK.3.1", 4), ("FK.3.2", 2), ("FK.3.3", 2)),
}
"""Competencies of three clusters, with the points judged; from MASTERED on they are mastered."""


def member(name: str, points: Fraction, *, mastered: bool, number: int) -> Member:
    """A member that was judged."""
    return Member(UUID(int=number), name, UUID(int=1000 + number), points, mastered)


def layers() -> tuple[dict[str, Mastery], Mastery]:
    """The three clusters by the rule two-of-a-cluster, and the goal by goal-whole."""
    known, found, number = rules(), {}, 0
    for name, competencies in MEMBERS.items():
        below = []
        for code, points in competencies:
            number += 1
            below.append(member(code, Fraction(points), mastered=points >= MASTERED, number=number))
        found[name] = judge_cluster(known["two-of-a-cluster"], DEFAULT_LEVELS, below)
    above = [
        member(name, one.score or Fraction(), mastered=one.mastered, number=100 + place)
        for place, (name, one) in enumerate(found.items())
    ]
    return found, judge_cluster(known["goal-whole"], DEFAULT_LEVELS, above)


def clusters_svg() -> str:
    """Two layers: competencies, clusters, a goal."""
    found, goal = layers()
    parts = [node(330, 48, 110, "FK", goal)]
    description = ["Goal FK:", *goal.reasons]
    for place, (name, one) in enumerate(found.items()):
        x = 70 + place * 235
        parts += [line(385, 92, x + 75, 128, FAINT), node(x + 10, 128, 130, name, one)]
        description += [f"Cluster {name}:", *one.reasons]
        for row, (code, points) in enumerate(MEMBERS[name]):
            left = x - 32 + row * 72
            parts.append(line(x + 75, 172, left + 33, 210, FAINT))
            colour = GOOD if points >= MASTERED else BAD
            parts.append(
                box(left, 210, 66, 44, colour, [code, f"{points} {tick(points >= MASTERED)}"])
            )
    parts.append(text(20, 282, "✓ mastered   ✕ not mastered   numbers: points of 4", size=11))
    return picture("Rules goal-whole and two-of-a-cluster", " ".join(description), 296, parts)


def tick(mastered: bool) -> str:
    """A mark that needs no colour."""
    return "✓" if mastered else "✕"


def node(x: float, y: float, width: float, name: str, mastery: Mastery) -> str:
    """A cluster with its score."""
    score = "no score" if mastery.score is None else points_in_words(mastery.score)
    words = [name, f"{score} {tick(mastery.mastered)}"]
    return box(x, y, width, 44, GOOD if mastery.mastered else BAD, words)


def arrow(x1: float, x2: float, y: float) -> str:
    """From left to right."""
    head = f'<path d="M{x2:g} {y:g} l-8 -5 v10 z" fill="{INK}"/>'
    return line(x1, y, x2 - 6, y, INK) + head


def deciders_svg() -> str:
    """Who decides: three lanes."""
    known = rules()
    parts, description = [], []
    for row, name in enumerate(("last-three", "person-confirms", "person-decides")):
        rule, y = known[name], 50 + row * 70
        mastery = judged(rule, SAME)
        said = f"{mastery.level.name if mastery.level else 'none'} {tick(mastery.mastered)}"
        parts += [
            text(20, y + 28, f"decided_by = {rule.decided_by.value}"),
            box(180, y, 110, 46, FAINT, ["evidence"]),
            arrow(290, 330, y + 23),
            box(330, y, 130, 46, MARK, ["the rule", f"says {said}"]),
            arrow(460, 500, y + 23),
        ]
        if rule.decided_by is DecidedBy.MACHINE:
            parts.append(box(500, y, 240, 46, GOOD, ["stands at once"]))
            description.append("Machine: the rule's judgment stands at once.")
            continue
        person = ["a person", "decides" if rule.decided_by is DecidedBy.PERSON else "confirms"]
        parts += [
            box(500, y, 90, 46, MARK, person),
            arrow(590, 630, y + 23),
            box(630, y, 110, 46, GOOD, ["stands then"]),
        ]
        description.append(f"{rule.decided_by.value}: it waits until {' '.join(person)}.")
    return picture("Who decides", " ".join(description), 262, parts)


def versions_svg() -> str:
    """Version 2 makes a new judgment; that of version 1 stays readable."""
    known = rules()
    parts = [line(60, 190, 720, 190, INK)]
    description = []
    days = (("2026-03-20", 1), ("2026-06-30", 2))
    for place, (day, version) in enumerate(days):
        rule = known[f"reading-{version}"]
        when = datetime.fromisoformat(f"{day}T12:00:00+00:00")
        mastery = judged(rule, SAME, when)
        x = 90 + place * 350
        score = points_in_words(mastery.score or Fraction(), rule.threshold)
        asked = points_in_words(rule.threshold or Decimal())
        said = f"score {score}, asked {asked} {tick(mastery.mastered)}"
        state = "stays readable" if place == 0 else "stands now"
        colour = GOOD if mastery.mastered else BAD
        parts += [
            box(x, 56, 230, 84, colour, [f"judged by version {version}", said, state]),
            line(x + 115, 140, x + 115, 190, FAINT, "3 3"),
            f'<circle cx="{x + 115}" cy="190" r="5" fill="{INK}"/>',
            text(x + 115, 212, f"{when.day} {when:%b %Y}", text_anchor="middle", fill=FAINT),
        ]
        description += [f"On {day}:", *told(rule, mastery)]
    parts += [arrow(320, 440, 98), text(380, 88, "superseded by", size=11, text_anchor="middle")]
    return picture("Rules never change the past", " ".join(description), 232, parts)


def calibration_svg() -> str:
    """A table of which levels two assessors gave to the same work, and how far they agree."""
    found = agreement(TABLES)
    parts = [text(132, 58, "assessor B →", size=11), text(20, 78, "assessor A ↓", size=11)]
    for one in DEFAULT_LEVELS:
        edge = 60 + one.position * 72
        parts.append(text(edge + 36, 78, one.name, size=11, text_anchor="middle", fill=FAINT))
        row = 72 + one.position * 34
        parts.append(text(118, row, one.name, size=11, text_anchor="end", fill=FAINT))
        parts += [cell(one.position, other.position) for other in DEFAULT_LEVELS]
    said = spoken(found)
    parts += [text(450, 104 + 26 * row, words) for row, words in enumerate(said)]
    return picture("How far two assessors agree", ". ".join(said), 242, parts)


def spoken(shown: Agreement) -> list[str]:
    """Agreement in a few lines."""
    if shown.kappa is None:
        return ["kappa is not known"]
    low, high = two_decimals(shown.kappa.low), two_decimals(shown.kappa.high, up=True)
    return [
        f"{shown.pairs} pieces of work, each scored twice",
        f"the same level: {percent(shown.exact, shown.pairs)}",
        f"neighbouring levels: {percent(shown.adjacent, shown.pairs)}",
        f"kappa (quadratic weights): {two_decimals(shown.kappa.value)}",
        f"95 % interval: {low} to {high}",
    ]


def cell(one: int, other: int) -> str:
    """How often A gave the one level and B the other."""
    x, y, count = 60 + other * 72, 50 + one * 34, TABLES.get((one, other), 0)
    fill = ("#cfe6d8", "#fdf3d0", "#f7d9d3", "#f7d9d3")[abs(one - other)]
    frame = f'x="{x}" y="{y}" width="72" height="34"'
    words = text(x + 36, y + 22, str(count) if count else "·", text_anchor="middle")
    return f'<rect {frame} fill="{fill}" stroke="{PAPER}"/>{words}'


# --- the files ----------------------------------------------------------------------------------


def drawn() -> dict[str, str]:
    """Every picture: file name, and content."""
    known = rules()
    charts = {
        f"{name}.svg": Chart(name, known[RULE_OF.get(name, name)], scores).svg()
        for name, scores in CHARTS.items()
    }
    return charts | {
        "clusters.svg": clusters_svg(),
        "deciders.svg": deciders_svg(),
        "versions.svg": versions_svg(),
        "calibration.svg": calibration_svg(),
    }


def said() -> dict[str, list[str]]:
    """What stands in the page below each marker ``<!-- told: … -->``."""
    known = rules()
    found = {
        name: told(known[RULE_OF.get(name, name)], judged(known[RULE_OF.get(name, name)], scores))
        for name, scores in CHARTS.items()
    }
    clusters, goal = layers()
    found["two-of-a-cluster"] = told(known["two-of-a-cluster"], clusters["FK.3"])
    found["goal-whole"] = told(known["goal-whole"], goal)
    for name in ("person-confirms", "reading"):
        found[name] = told(known[name], judged(known[name], SAME))
    kappa = agreement(TABLES).kappa
    rule = known["assessors-agree"]
    value = None if kappa is None else Decimal(two_decimals(kappa.value))
    mastery = judge(rule, DEFAULT_LEVELS, observations(RATED), LAST_JUDGED, value)
    found["assessors-agree"] = told(rule, mastery)
    return found


def page() -> str:
    """The page, with the program's words below each marker."""
    words = said()

    def quoted(match: re.Match[str]) -> str:
        return f"> <!-- told: {match[1]} --> {'<br>'.join(words[match[1]])}"

    return TOLD.sub(quoted, PAGE.read_text("utf-8"))


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    for name, content in drawn().items():
        (PICTURES / name).write_text(content, encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Wrote {PAGE.name} and {len(drawn())} pictures.")
