"""What an entry's score or level is worth on the levels of its competency."""

from dataclasses import replace

from issuer.competency.evidence_file import Entry
from issuer.competency.mastery import Level, top_points


def scored(entry: Entry, scale: tuple[Level, ...]) -> Entry | None:
    """The entry with the points of its level as its score, if a level is all it gives.

    None, with a problem, if the score or the level is none of the competency's.
    """
    if entry.score is None:
        return entry if not entry.level else _leveled(entry, scale)
    if entry.score_max is None and not 0 <= entry.score <= top_points(scale):
        entry.problem(
            "score-out-of-range",
            "score",
            f"Score {entry.score:f} is not between 0 and {top_points(scale):f}, "
            "the points of the competency's levels.",
            "For a score on a scale of its own, write scoreMax.",
        )
        return None
    return entry


def _leveled(entry: Entry, scale: tuple[Level, ...]) -> Entry | None:
    wanted = entry.level.casefold()
    for level in scale:
        if wanted in {level.name.casefold(), level.id.casefold(), str(level.position)}:
            return replace(
                entry, score=level.points, score_min=None, score_max=None, level=level.name
            )
    names = ", ".join(level.name for level in scale)
    sentence = f"{entry.level!r} is no level of the competency; its levels are {names}."
    entry.problem("unknown-level", "level", sentence, "")
    return None
