"""Where one issuer lives and what it talks to: ``<home>/issuer.toml`` plus the environment.

The file holds no secret: the signing key and the Ethereum account are separate files, encrypted
at rest, and this file only says where they are. The environment wins over the file:
``TOUCHSTONE_DATABASE_URL``, ``TOUCHSTONE_RPC_URL``, ``TOUCHSTONE_CONFIRMATIONS``.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from issuer.defaults import DEFAULT_SIGNER, LOCAL_CHAIN_ID, LOCAL_CHAIN_PORT, LOCAL_RPC
from issuer.settings_errors import NoHome, SettingsInvalid, SettingsUnreadable
from keys.insecure import is_loopback_host

SETTINGS_FILE: Final = "issuer.toml"
KEY_ID: Final = "key-1"
"""The name of the first signing key."""

_ENVIRONMENT: Final = {
    "TOUCHSTONE_DATABASE_URL": "database_url",
    "TOUCHSTONE_RPC_URL": "rpc_url",
    "TOUCHSTONE_CONFIRMATIONS": "confirmations",
}


class Settings(BaseModel):
    """Everything an issuer's commands and services need to know, validated and immutable.

    Raises (from the loaders, not the constructor): ``settings.no-home``,
    ``settings.unreadable``, ``settings.invalid``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    """Directory of issuer.toml, the database, the keys and the local chain."""
    name: str = Field(min_length=1, max_length=200)
    """The school's name, as people read it."""
    base_url: str
    """Where the public documents are served, without a trailing slash."""
    did: str = Field(pattern=r"^did:web:[^\s#?]+$")
    """The school's DID; its document is served under ``base_url``."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in the home."""
    rpc_url: str = LOCAL_RPC
    """Ethereum JSON-RPC URL, or ``local`` for the embedded Anvil of this home."""
    chain_id: int = Field(default=LOCAL_CHAIN_ID, gt=0)
    chain_port: int = Field(default=LOCAL_CHAIN_PORT, ge=0, le=65535)
    """Port of the embedded Anvil on 127.0.0.1; 0 for any free one."""
    contract_address: str = Field(default="", pattern=r"^(0x[0-9a-fA-F]{40})?$")
    """The anchor contract."""
    registry_address: str = Field(default="", pattern=r"^(0x[0-9a-fA-F]{40})?$")
    """The registry in which a network accredits this and other issuers; empty for none."""
    confirmations: int = Field(default=1, ge=1, le=1000)
    """Blocks on top of, and including, the anchor's own block before it counts."""
    fee_bump_after_seconds: int = Field(default=300, ge=1, le=7 * 24 * 3600)
    """How long a transaction may wait to be mined before a higher fee is offered for it."""
    max_fee_gwei: int = Field(default=500, gt=0, le=1_000_000)
    """The highest fee for a unit of gas that is ever signed for; above it anchoring waits."""
    signer_uri: str = DEFAULT_SIGNER
    """Which signer signs credentials, until a rotation: a file below the home, or a token."""
    ethereum_keystore: Path = Path("keys/ethereum-1.json")
    """The web3 keystore of the anchoring account, until a rotation; relative to the home."""
    include_learner_name: bool = True
    """Whether credentials carry the learner's name beside the salted hash of their identifier."""
    include_assessor_names: bool = False
    """Whether evidence in credentials names the people who scored it, and not only their roles."""
    status_list_validity_hours: int = Field(default=72, ge=1, le=24 * 90)
    """How long a signed status list may be relied on before it must be read again."""
    offer_suspension: bool = False
    """Whether credentials carry a second status entry, by which a hold can be put on and lifted.

    Off, because the JSON Schema of Open Badges 3.0 has one status entry and no array of them.
    """
    insecure_loopback: bool = False
    """Allows http: and loopback addresses. Never stored: each run must ask for it anew."""

    @field_validator("base_url")
    @classmethod
    def _base_url_is_plain(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("must be an https URL with a host")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError("must not have a query, a fragment or a user")
        return value.rstrip("/")

    @field_validator("rpc_url")
    @classmethod
    def _node_cannot_be_forged(cls, value: str) -> str:
        parts = urlsplit(value)
        on_this_machine = parts.scheme == "http" and is_loopback_host(parts.hostname or "")
        if value == LOCAL_RPC or on_this_machine or (parts.scheme == "https" and parts.hostname):
            return value
        raise ValueError("must be 'local', an https URL, or http on this machine")

    @model_validator(mode="after")
    def _loopback_needs_the_switch(self) -> Self:
        parts = urlsplit(self.base_url)
        if parts.scheme == "http" and not is_loopback_host(parts.hostname or ""):
            raise ValueError("base_url must be https (plain http is for loopback alone)")
        if is_loopback_host(parts.hostname or "") and not self.insecure_loopback:
            raise ValueError(
                "base_url is a loopback address, which only --insecure-loopback (or "
                "INSECURE_LOOPBACK=1) allows"
            )
        return self

    @property
    def uses_local_chain(self) -> bool:
        """Whether the chain is the embedded Anvil of this home."""
        return self.rpc_url == LOCAL_RPC

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in effect."""
        return self.database_url or f"sqlite:///{(self.home / 'touchstone.db').absolute()}"

    @property
    def keystore_path(self) -> Path:
        """The Ethereum keystore as a path that can be opened from anywhere."""
        return self.home / self.ethereum_keystore

    @property
    def signer(self) -> str:
        """The signer URI with a relative file path made absolute below the home."""
        scheme, _, rest = self.signer_uri.partition(":")
        return f"file:{self.home / rest}" if scheme == "file" else self.signer_uri

    @property
    def chain_state(self) -> Path:
        """Directory in which the embedded Anvil keeps its blocks."""
        return self.home / "chain"

    @property
    def verification_method(self) -> str:
        """Id of the first signing key in the DID document; which one signs, the database knows."""
        return f"{self.did}#{KEY_ID}"

    @property
    def fee_bump_after(self) -> timedelta:
        """How long a transaction may wait to be mined before a higher fee is offered for it."""
        return timedelta(seconds=self.fee_bump_after_seconds)

    @property
    def status_list_validity(self) -> timedelta:
        """How long a signed status list may be relied on."""
        return timedelta(hours=self.status_list_validity_hours)

    @classmethod
    def load(
        cls,
        home: Path,
        *,
        environ: Mapping[str, str] | None = None,
        insecure_loopback: bool = False,
    ) -> "Settings":
        """Read ``home/issuer.toml``; the environment wins over it.

        Args:
            home: the issuer's directory.
            environ: the environment to read, ``os.environ`` by default.
            insecure_loopback: what the command line said; INSECURE_LOOPBACK=1 says the same.

        Raises:
            NoHome: there is no issuer in that directory.
            SettingsUnreadable: the file is not TOML or cannot be opened.
            SettingsInvalid: a value is not acceptable; the message names each.
        """
        environ = os.environ if environ is None else environ
        values = _read(home / SETTINGS_FILE)
        for variable, field in _ENVIRONMENT.items():
            if environ.get(variable):
                values[field] = environ[variable]
        loopback = insecure_loopback or environ.get("INSECURE_LOOPBACK") == "1"
        return make(values | {"home": home.absolute(), "insecure_loopback": loopback})

    def to_toml(self) -> str:
        """The file ``load`` reads back; without the home and without the insecure switch."""
        stored = self.model_dump(mode="json", exclude={"home", "insecure_loopback"})
        lines = [
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in stored.items()
        ]
        return "\n".join(["# A Touchstone issuer. No secret belongs in this file.", *lines, ""])


def make(values: Mapping[str, Any]) -> Settings:
    """Settings from plain values, with our own error instead of pydantic's.

    Raises:
        SettingsInvalid: names each value that is not acceptable.
    """
    try:
        return Settings.model_validate(dict(values))
    except ValidationError as error:
        problems = [_problem(e["loc"], e["msg"]) for e in error.errors(include_input=False)]
        raise SettingsInvalid(
            f"The issuer's settings are not usable: {'; '.join(problems)}.",
            f"Correct {SETTINGS_FILE} or the environment and try again.",
        ) from None


def _problem(location: tuple[int | str, ...], message: str) -> str:
    where = ".".join(str(part) for part in location)
    return f"{where}: {message}" if where else message.removeprefix("Value error, ")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoHome(
            f"There is no issuer in {path.parent}.",
            "Run `issuer init`, or name the right directory with --home or TOUCHSTONE_HOME.",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsUnreadable(
            f"{path} could not be read: {error}.", "Correct the file or its permissions."
        ) from None
