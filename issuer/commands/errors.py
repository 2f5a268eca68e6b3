"""What only the command line can get wrong."""

from typing import ClassVar

from issuer.errors import IssuerError


class PassphraseMismatch(IssuerError):
    """The two passphrases that were typed differ."""

    code: ClassVar[str] = "cli.passphrase-mismatch"


class PassphraseFileUnreadable(IssuerError):
    """The file named by --passphrase-file cannot be read, or is empty."""

    code: ClassVar[str] = "cli.passphrase-file"


class PortTaken(IssuerError):
    """The address to listen on is taken or not ours."""

    code: ClassVar[str] = "cli.port-taken"


class AmbiguousLearner(IssuerError):
    """Several learners have the name that was given."""

    code: ClassVar[str] = "cli.ambiguous-learner"


class FileUnreadable(IssuerError):
    """A file to import cannot be read."""

    code: ClassVar[str] = "cli.file-unreadable"


class KeyKindUnknown(IssuerError):
    """No key of this kind is made here."""

    code: ClassVar[str] = "cli.key-kind"
