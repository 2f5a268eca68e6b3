"""Changes one character of a credential, as somebody might who wants to look better."""

import json
import string
from dataclasses import dataclass

from demo.errors import NotAsExpected


@dataclass(frozen=True)
class Alteration:
    """A credential's file after one character was changed.

    Attributes:
        content: the bytes of the altered file.
        before: the word as it was.
        after: the same word as it is now.
    """

    content: bytes
    before: str
    after: str


def alter(content: bytes) -> Alteration:
    """The first small letter of the name becomes the next in the alphabet.

    Args:
        content: an OpenBadgeCredential as it was exported.

    Raises:
        NotAsExpected: there is no such name in the file.
    """
    name = json.loads(content)["credentialSubject"]["achievement"]["name"]
    text = content.decode("utf-8")
    start = text.find(json.dumps(name, ensure_ascii=False)) + 1
    place = next((n for n, c in enumerate(name) if c in string.ascii_lowercase[:-1]), None)
    if not start or place is None:
        raise NotAsExpected("The credential's achievement has no name that could be altered.")
    letter = chr(ord(name[place]) + 1)
    at = text.index(name[place], start)
    changed = text[:at] + letter + text[at + 1 :]
    altered = f"{name[:place]}{letter}{name[place + 1 :]}"
    word = name[:place].count(" ")
    return Alteration(
        changed.encode("utf-8"), before=name.split(" ")[word], after=altered.split(" ")[word]
    )
