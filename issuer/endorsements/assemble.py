"""An endorsement as an EndorsementCredential of Open Badges 3.0 on VC 2.0, without proof. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from credentials.json_types import JsonObject
from credentials.proofs.data_integrity import format_date_time_stamp
from issuer.endorsements.errors import CommentInvalid, PeriodInvalid
from issuer.endorsements.targets import Target
from issuer.identity.documents import OB_CONTEXT, VC_CONTEXT
from issuer.settings import Settings

COMMENT_CHARACTERS: Final = 5_000
OFFICIAL_CHARACTERS: Final = 200
"""Longest name of the person for whom the school signs."""


@dataclass(frozen=True)
class Words:
    """What the school wants to say.

    Attributes:
        comment: 1 to COMMENT_CHARACTERS characters.
        official: for whom the school signs, such as a teacher with what he teaches; empty for
            the school alone.
        valid_until: aware; None if it does not end.
    """

    comment: str
    official: str = ""
    valid_until: datetime | None = None

    def check(self, now: datetime) -> None:
        """Refuse what must not be signed.

        Raises:
            CommentInvalid: a text is empty or too long.
            PeriodInvalid: it would be over already.
        """
        if not all(_is_text(it) for it in (self.comment, self.official)):
            raise CommentInvalid("What is to be said is not text.", "Write it in UTF-8.")
        if not 1 <= len(self.comment.strip()) <= COMMENT_CHARACTERS:
            raise CommentInvalid(
                f"The comment has {len(self.comment.strip()):,} characters.",
                f"Say in 1 to {COMMENT_CHARACTERS:,} characters what is endorsed about it.",
            )
        if len(self.official) > OFFICIAL_CHARACTERS or "\n" in self.official:
            raise CommentInvalid(
                "The name of the person for whom it is signed is not a line of text.",
                f"Give at most {OFFICIAL_CHARACTERS} characters.",
            )
        if self.valid_until is not None and self.valid_until <= now:
            raise PeriodInvalid("The endorsement would be over already.", "Choose a later end.")


def _is_text(words: str) -> bool:
    try:
        words.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return "\x00" not in words


def endorsement(
    target: Target,
    words: Words,
    settings: Settings,
    *,
    credential_id: str,
    status: JsonObject | list[JsonObject],
    now: datetime,
) -> JsonObject:
    """The credential without proof.

    A person for whom the school signs is the ``official`` of its profile (OB 3.0 Profile).

    Args:
        target: what is endorsed.
        words: checked.
        settings: the school's.
        credential_id: ``urn:uuid:…``
        status: its ``credentialStatus``.
        now: validFrom; aware.
    """
    issuer = {"id": settings.did, "type": ["Profile"], "name": settings.name}
    issuer["url"] = settings.base_url
    if words.official.strip():
        issuer["official"] = words.official.strip()
    subject = {
        "id": target.id,
        "type": ["EndorsementSubject"],
        "endorsementComment": words.comment.strip(),
    }
    if target.digest:
        subject["digestSRI"] = target.digest
    by = ", ".join(filter(None, (words.official.strip(), settings.name)))
    document: JsonObject = {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": credential_id,
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": f"Endorsement by {by}",
        "issuer": issuer,
        "validFrom": format_date_time_stamp(now),
        "credentialSubject": subject,
        "credentialStatus": status,
    }
    if words.valid_until is not None:
        document["validUntil"] = format_date_time_stamp(words.valid_until)
    return document
