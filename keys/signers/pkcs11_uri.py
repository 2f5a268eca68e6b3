"""PKCS#11 URIs: which token, which key, which module (RFC 7512). Never a PIN."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from keys.errors import PinInUri, SignerUriInvalid, TokenModuleMissing

SCHEME = "pkcs11"
MODULE_VARIABLE = "TOUCHSTONE_PKCS11_MODULE"
MAX_URI_CHARACTERS = 1024
MODULE_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
"""Where Debian and others put the module of SoftHSM: what is taken if none is named."""
_PATH_MEMBERS = frozenset({"token", "serial", "object", "id", "type"})
_QUERY_MEMBERS = frozenset({"module-path"})
_PIN_MEMBERS = frozenset({"pin-value", "pin-source"})
_ESCAPES = re.compile(r"(?:[A-Za-z0-9\-._~:\[\]@!$'()*+,=/?|]|&(?!$)|%[0-9A-Fa-f]{2})*", re.ASCII)
_REMEDY = "Write it like pkcs11:token=School;object=signing-1 (RFC 7512)."


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a key is: what a PKCS#11 URI says, as far as it is read here.

    Attributes:
        token: the token's label.
        serial: its serial number, or None.
        label: the key's label (CKA_LABEL), or None.
        key_id: the key's id (CKA_ID), or None; one of the two is there.
        module: the shared library that speaks to the token, or None.
    """

    token: str
    serial: str | None
    label: str | None
    key_id: bytes | None
    module: Path | None

    @property
    def name(self) -> str:
        """The key, for sentences."""
        return (
            repr(self.label) if self.label is not None else f"with id {(self.key_id or b'').hex()}"
        )


def read_uri(uri: str) -> TokenKey:
    """Read a PKCS#11 URI (RFC 7512 §2.3, with token, serial, object, id, type, module-path).

    Raises:
        PinInUri: it carries a PIN, or says where one is; its text is in no error.
        SignerUriInvalid: it is malformed, or says what is not read here.
    """
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    if any(name in rest for name in _PIN_MEMBERS):
        raise PinInUri(
            "A signer URI carries a PIN, and such a URI ends up in files and logs.",
            "Leave pin-value and pin-source out: the PIN comes from the environment or is asked.",
        )
    if scheme != SCHEME or len(uri) > MAX_URI_CHARACTERS:
        raise SignerUriInvalid("A signer URI is not a PKCS#11 URI.", _REMEDY)
    members = _members(path, ";", _PATH_MEMBERS)
    options = _members(query, "&", _QUERY_MEMBERS)
    if "token" not in members or not {"object", "id"} & set(members):
        raise SignerUriInvalid("A PKCS#11 URI names no token, or no key in it.", _REMEDY)
    if members.get("type", b"private") != b"private":
        raise SignerUriInvalid("A PKCS#11 URI names something else than a private key.", _REMEDY)
    texts = {name: _text(value) for name, value in members.items() if name != "id"}
    module = options.get("module-path")
    return TokenKey(
        texts["token"],
        texts.get("serial"),
        texts.get("object"),
        members.get("id"),
        Path(_text(module)) if module else None,
    )


def _members(part: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    for item in part.split(separator) if part else ():
        name, equals, value = item.partition("=")
        if name not in known or not equals or name in members:
            raise SignerUriInvalid(
                f"A PKCS#11 URI has {name[:40]!r}, which is not read here or stands there twice.",
                _REMEDY,
            )
        if not value or not _ESCAPES.fullmatch(value):
            raise SignerUriInvalid(f"In a PKCS#11 URI, {name!r} cannot be read.", _REMEDY)
        members[name] = unquote_to_bytes(value)
    return members


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise SignerUriInvalid("A PKCS#11 URI is not UTF-8.", _REMEDY) from None


def module_for(key: TokenKey) -> Path:
    """The module of the URI, of the environment, or where it usually is.

    Raises:
        TokenModuleMissing: there is none.
    """
    named = key.module or os.environ.get(MODULE_VARIABLE)
    places = [Path(named)] if named else [Path(place) for place in MODULE_PLACES]
    for place in places:
        if place.is_file():
            return place
    raise TokenModuleMissing(
        f"There is no PKCS#11 module at {places[0]}."
        if named
        else "No PKCS#11 module was found on this machine.",
        f"Name the token's library with ?module-path=… in the URI, or in {MODULE_VARIABLE}.",
    )
