"""Canonical forms of the credentials of a batch, from the texts in which they differ.

The credentials of a school are alike: those of one achievement and level differ in ids, dates,
names, a status entry and their evidence. So their canonical forms are put together of what a few
*moulds* make of those texts: one for the frame (all but the evidence), one for each kind of
evidence. Only the first credential of a mould is looked at as a whole, by the way that every
verifier goes: there both have to agree, and its structure is checked. Everything that is signed is
checked as a whole before it is released, by our own verifier.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from credentials.canonical import canonicalize, mould
from credentials.filling import Filling, canonical_union
from credentials.json_types import JsonObject
from credentials.models import check_credential
from credentials.outlines import NotShapeable, escaped
from issuer.competency.views import EvidenceView
from issuer.minting import assemble
from issuer.minting.assemble import Assembly, EvidenceKind, School
from issuer.minting.award_documents import AwardEvidence, Unit

REMEMBERED: Final = 800
"""Frames that are kept, some 130 KiB each: a school has one for each achievement and level."""
_MARKER: Final = f"urn:marker:{secrets.token_hex(16)}:"
"""Unguessable, so that no text can be one."""
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When credentials are valid from is one of the texts in which they differ."""
_FrameKey = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """An assembled credential.

    Attributes:
        judgment: what it attests.
        document: as it is signed, without proof; only read.
        texts: those in which credentials of its moulds differ, in the order in which assembling
            says them.
    """

    judgment: Unit
    document: JsonObject
    texts: list[str]


class Moulds:
    """The moulds of one school's credentials.

    Args:
        school: the issuer.
    """

    def __init__(self, school: School) -> None:
        self._school = school
        self._frames: dict[_FrameKey, Filling | None] = {}
        self._pieces: dict[EvidenceKind, Filling | None] = {}

    def canonical(self, made: Made) -> str:
        """The canonical N-Quads of a credential whose structure is as it should be.

        Raises:
            StructureInvalid, UnknownContext, UndefinedTerm, …: it would not be valid.
        """
        if "" not in made.texts:
            try:
                canonical = self._filled(made)
            except NotShapeable:
                canonical = None
            if canonical is not None:
                return canonical
        return self._looked_at(made)

    def _frame_key(self, made: Made) -> _FrameKey:
        document = made.document
        achievement = document["credentialSubject"]["achievement"]["id"]
        status = document["credentialStatus"]
        entries = len(status) if isinstance(status, list) else 0
        return (achievement, entries, *assemble.frame_kind(made.judgment, self._school))

    def _filled(self, made: Made) -> str | None:
        """Put together of moulds; None where one of them is not there.

        Raises:
            NotShapeable: JSON-LD has to look at one of the texts.
        """
        frame = self._frames.get(self._frame_key(made))
        if frame is None:
            return None
        texts = escaped(made.texts)
        filled = [(frame, texts[: frame.size])]
        start = frame.size
        for piece in made.judgment.evidence:
            found = self._pieces.get(assemble.evidence_kind(piece))
            if found is None:
                return None
            # The first of its texts is the credential's id, which the frame has said.
            end = start + found.size - 1
            filled.append((found, [texts[0], *texts[start:end]]))
            start = end
        return canonical_union(filled)

    def _looked_at(self, made: Made) -> str:
        """The long way, which every verifier goes; makes the moulds that are missing."""
        check_credential(made.document)
        canonical = canonicalize(made.document)
        if self._make_missing(made) and self._disagrees(made, canonical):
            self._frames[self._frame_key(made)] = None
            self._pieces |= dict.fromkeys(map(assemble.evidence_kind, made.judgment.evidence))
        return canonical

    def _make_missing(self, made: Made) -> bool:
        """Make the moulds that are missing for a credential; whether there were any."""
        assembly, judgment = Assembly(self._school, _ANY_TIME), made.judgment
        key = self._frame_key(made)
        is_new = key not in self._frames
        if is_new:
            self._frames[key] = _frame_mould(assembly, made)
            while len(self._frames) > REMEMBERED:
                del self._frames[next(iter(self._frames))]
        pieces: Sequence[EvidenceView | AwardEvidence] = judgment.evidence
        for number, piece in enumerate(pieces):
            kind = assemble.evidence_kind(piece)
            if kind not in self._pieces:
                is_new = True
                self._pieces[kind] = _piece_mould(assembly, judgment, number)
        return is_new

    def _disagrees(self, made: Made, canonical: str) -> bool:
        try:
            return self._filled(made) not in (None, canonical)
        except NotShapeable:
            return False  # because of this credential's texts, and not of its moulds


def _frame_mould(assembly: Assembly, made: Made) -> Filling | None:
    """All of a credential but its evidence."""
    document = made.document
    texts, markers = _Texts(), _Markers()
    frames = [
        assembly.frame(
            made.judgment,
            credential_id=document["id"],
            status=document["credentialStatus"],
            salt=document["credentialSubject"]["identifier"][0]["salt"],
            say=say,
        )
        for say in (texts, markers)
    ]
    return mould(frames[0], frames[1], markers.said)


def _piece_mould(assembly: Assembly, judgment: Unit, number: int) -> Filling | None:
    """What a piece of evidence adds to a credential."""
    texts, markers = _Texts(), _Markers()
    whole = [assembly.with_evidence(judgment, number, say) for say in (texts, markers)]
    without = [{**document} for document in whole]
    for document in without:
        del document["evidence"]
    made = mould(whole[0], whole[1], markers.said)
    frame = mould(without[0], without[1], markers.said[:1])
    return None if made is None or frame is None else made.less(frame)


class _Texts:
    """Keeps what assembling says."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, text: str) -> str:
        self.said.append(text)
        return text


class _Markers:
    """Puts a marker in the place of every text."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, _text: str) -> str:
        self.said.append(f"{_MARKER}{len(self.said)}")
        return self.said[-1]


@lru_cache(maxsize=2)
def of_school(school: School) -> Moulds:
    """A school's moulds, the same for all that this process signs for it."""
    return Moulds(school)
