"""What can be wrong with an issuer's settings."""

from typing import ClassVar

from issuer.errors import IssuerError
from schemas.errors import Fault


class SettingsError(IssuerError):
    """The issuer's settings are missing or not usable."""

    code: ClassVar[str] = "settings.error"
    fault: ClassVar[Fault] = Fault.SETUP


class NoHome(SettingsError):
    """There is no issuer in the home directory."""

    code: ClassVar[str] = "settings.no-home"


class SettingsUnreadable(SettingsError):
    """The settings file is not TOML or cannot be opened."""

    code: ClassVar[str] = "settings.unreadable"


class SettingsInvalid(SettingsError):
    """A setting has a value that is not acceptable."""

    code: ClassVar[str] = "settings.invalid"


class NoPassphrase(SettingsError):
    """A key has to be opened and nothing says with which passphrase."""

    code: ClassVar[str] = "settings.no-passphrase"
