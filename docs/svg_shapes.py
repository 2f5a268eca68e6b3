"""Shapes of the pictures in docs/pictures, as SVG by hand: words, lines, boxes, a whole picture."""

from collections.abc import Sequence
from html import escape

WIDTH = 760
LEFT, RIGHT, TOP, BOTTOM = 118, 560, 66, 240
INK, FAINT, PAPER, GRID = "#1d2733", "#5b6773", "#ffffff", "#d5dbe1"
GOOD, BAD, MARK = "#0b6b3a", "#9c2f1f", "#1f5fa8"
ROW = 16
"""From one line of words to the next."""
NARROW = 80
"""Pieces that stand closer than this have smaller labels."""
FONT = "system-ui, sans-serif"


def text(x: float, y: float, words: str, *, size: int = 12, **more: str) -> str:
    """Words at a place; ``more`` are attributes, an underscore standing for a hyphen."""
    named = {"fill": INK, **more}
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in named.items())
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}"{attributes}>{escape(words)}</text>'


def line(  # noqa: PLR0917 (two places are four numbers)
    x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = ""
) -> str:
    """A line, dashed where ``dash`` says how."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
    return f'<line {ends} stroke="{colour}" stroke-width="1.5"{dashed}/>'


def box(  # noqa: PLR0917 (a place and a size are four numbers)
    x: float, y: float, width: float, height: float, colour: str, words: Sequence[str]
) -> str:
    """A box with lines of words in its middle."""
    first = y + height / 2 - (len(words) - 1) * 8 + 4
    lines = [
        text(x + width / 2, first + 16 * row, one, size=12, text_anchor="middle")
        for row, one in enumerate(words)
    ]
    frame = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="6"'
    return "\n".join([f'<rect {frame} fill="#f6f8fa" stroke="{colour}" stroke-width="2"/>', *lines])


def picture(title: str, description: str, height: int, parts: Sequence[str]) -> str:
    """A whole SVG with its text alternative and a ground of its own, light on any page."""
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    named = f'role="img" aria-labelledby="t d" font-family="{FONT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(description)}</desc>',
        f'<rect width="{WIDTH}" height="{height}" rx="8" fill="{PAPER}" stroke="{GRID}"/>',
        text(20, 28, title, size=15, font_weight="600"),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
