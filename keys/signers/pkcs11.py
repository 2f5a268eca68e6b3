"""A private key in a PKCS#11 token: an HSM, a smart card, or SoftHSM. It never leaves the token.

PKCS #11 v3.0 with Ed25519 (CKM_EDDSA) where the token can, and P-256 (CKM_ECDSA). The PIN comes
from the environment or is asked for; it is kept nowhere, so a token that was pulled out has to be
opened anew.
"""

import getpass
import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass

from keys.errors import (
    PinMissing,
    PublicKeyInvalid,
    SignatureInvalid,
    TokenFailed,
    TokenGone,
    TokenKeyAmbiguous,
    TokenKeyKind,
    TokenKeyMissing,
    TokenMissing,
    TokenModuleMissing,
    WrongPin,
)
from keys.kinds import KeyKind
from keys.public_key import PublicKey
from keys.signers.pkcs11_uri import TokenKey, module_for, read_uri

PIN_VARIABLE = "TOUCHSTONE_PKCS11_PIN"
ID_BYTES = 8
PROBE_BYTES = 32
KINDS = {
    KeyKind.ED25519: (KeyType.EC_EDWARDS, b"\x13\x0cedwards25519"),
    KeyKind.P256: (KeyType.EC, b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
}
"""The kinds that are used, with their CKK_ and CKA_EC_PARAMS (PKCS #11 v3.0 §2.3.5, §2.3.3)."""
_ED25519_PARAMS = (KINDS[KeyKind.ED25519][1], b"\x06\x03\x2b\x65\x70")
"""Edwards25519 by its name, or by its OID (RFC 8410 §3)."""
_WRONG_PIN = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinExpired,
    pkcs11.UserPinNotInitialized,
)
_NO_MECHANISM = (
    pkcs11.MechanismInvalid,
    pkcs11.MechanismParamInvalid,
    pkcs11.FunctionNotSupported,
    pkcs11.AttributeTypeInvalid,
    pkcs11.AttributeValueInvalid,
    pkcs11.DomainParamsInvalid,
    pkcs11.TemplateInconsistent,
    pkcs11.KeyTypeInconsistent,
)
AskPin = Callable[[], str]


def ask_pin() -> str:
    """The PIN: from the environment, or typed on a terminal.

    Raises:
        PinMissing: nothing says it, and there is no terminal to ask on.
    """
    found = os.environ.get(PIN_VARIABLE)
    if found:
        return found
    if not sys.stdin.isatty():
        raise PinMissing("The signing key is in a token, and its PIN was not given.", _PIN_REMEDY)
    return getpass.getpass("PIN of the token: ")


_PIN_REMEDY = f"Set {PIN_VARIABLE}, or run the command on a terminal."


class TokenSigner:
    """Signs with a private key in a token, in one open session, one signature at a time."""

    def __init__(self, session: Any, private: Any, public_key: PublicKey, place: str) -> None:
        self._session = session
        self._private = private
        self._public_key = public_key
        self._place = place
        self._lock = threading.Lock()
        self._process = os.getpid()

    @property
    def public_key(self) -> PublicKey:
        """The public half of the key."""
        return self._public_key

    def sign(self, data: bytes) -> bytes:
        """The signature over ``data``, as ``PublicKey.verify`` reads it.

        Raises:
            TokenGone: the token is no longer there, or was opened by another process.
            TokenFailed: it does not sign.
        """
        if os.getpid() != self._process:
            raise _gone(self._place)  # a session does not outlive a fork (PKCS #11 v3.0 §2.5)
        try:
            with self._lock:
                return self._sign(data)
        except _NO_MECHANISM as error:
            raise TokenFailed(
                f"{self._place} does not sign with this key ({type(error).__name__}).",
                "Use a token that can, or a key of another kind.",
            ) from None
        except pkcs11.PKCS11Error:
            raise _gone(self._place) from None

    def _sign(self, data: bytes) -> bytes:
        if self._public_key.kind is KeyKind.ED25519:
            return bytes(self._private.sign(data, mechanism=Mechanism.EDDSA))
        digest = hashlib.sha256(data).digest()
        return bytes(self._private.sign(digest, mechanism=Mechanism.ECDSA))

    def close(self) -> None:
        """End the session; the key can no longer be used through this object."""
        try:
            self._session.close()
        except pkcs11.PKCS11Error:
            return  # it is gone already

    def __repr__(self) -> str:
        """Names the place and the public key only."""
        return f"TokenSigner({self._place!r}, {self._public_key.to_multikey()!r})"

    def __reduce__(self) -> NoReturn:
        """Neither pickled nor copied: an open session stays in its process."""
        raise TypeError("A signer cannot be pickled or copied.")


def open_key(uri: str, pin: AskPin = ask_pin) -> TokenSigner:
    """Open the key that a PKCS#11 URI names, and try it.

    Args:
        uri: see :func:`keys.signers.pkcs11_uri.read_uri`.
        pin: tells the PIN; called once.

    Raises:
        SignerUriInvalid, PinInUri: the URI.
        TokenModuleMissing, TokenMissing, TokenKeyMissing, TokenKeyAmbiguous: what is not there.
        PinMissing, WrongPin: the PIN.
        TokenKeyKind: a key of a kind that is not used, or that its public half does not fit.
        TokenGone, TokenFailed: the token does not answer, or does not sign.
    """
    named = read_uri(uri)
    session = _log_in(named, pin, writing=False)
    try:
        signer = _opened(session, named)
        _try(signer, named)
    except BaseException:
        _close(session)
        raise
    return signer


def create_key(uri: str, kind: KeyKind, pin: AskPin = ask_pin) -> TokenSigner:
    """Make a key in the token, where it stays; or take the one of that name that is there.

    Many keys are made by the tools that come with a token, and never by a program like this one.

    Args:
        uri: names the token, and by ``object`` the label that the key has or is given.
        kind: Ed25519 or P-256.
        pin: tells the PIN; called once.

    Raises:
        TokenKeyKind: the key that is there is of another kind, or the token makes none of it.
        And whatever :func:`open_key` raises.
    """
    named = read_uri(uri)
    if kind not in KINDS:
        raise _wrong_kind(named, kind.value)
    session = _log_in(named, pin, writing=True)
    try:
        if not _objects(session, named, ObjectClass.PRIVATE_KEY):
            _generate(session, named, kind)
        signer = _opened(session, named)
        _check_kind(signer, named, kind)
        _try(signer, named)
    except BaseException:
        _close(session)
        raise
    return signer


def _check_kind(signer: TokenSigner, named: TokenKey, kind: KeyKind) -> None:
    if signer.public_key.kind is not kind:
        raise TokenKeyKind(
            f"The key {named.name} of the token {named.token!r} is of the kind "
            f"{signer.public_key.kind.value}, and {kind.value} is wanted.",
            "Name another key, or say its kind with --kind.",
        )


def _log_in(named: TokenKey, pin: AskPin, *, writing: bool) -> Any:
    token = _token(named, module_for(named))
    secret = pin()
    try:
        return token.open(user_pin=secret, rw=writing)
    except pkcs11.UserAlreadyLoggedIn:
        # Another session of this process knew the PIN; the token does not look at ours.
        return token.open(rw=writing)
    except _WRONG_PIN:
        raise WrongPin(
            f"The PIN does not open the token {named.token!r}.",
            "Give the right one; after a few wrong ones a token locks itself.",
        ) from None
    except pkcs11.PinLocked:
        raise WrongPin(
            f"The token {named.token!r} has locked itself after wrong PINs.",
            "Its security officer can set a new PIN.",
        ) from None
    except pkcs11.PKCS11Error:
        raise _gone(f"token {named.token!r}") from None


def _token(named: TokenKey, module: Path) -> Any:
    try:
        slots = pkcs11.lib(str(module)).get_slots(token_present=True)
    except (pkcs11.PKCS11Error, OSError):
        raise TokenModuleMissing(
            f"{module} cannot be used as a PKCS#11 module.",
            "Name the token's own library, and see that its configuration can be read.",
        ) from None
    fitting = [token for token in map(_token_in, slots) if _fits(token, named)]
    if len(fitting) > 1:
        raise TokenKeyAmbiguous(
            f"{len(fitting)} tokens are called {named.token!r}.", "Add serial=… to the URI."
        )
    if not fitting:
        raise TokenMissing(
            f"There is no token {named.token!r}.", "Put it in, or correct the URI of the signer."
        )
    return fitting[0]


def _token_in(slot: Any) -> Any:
    """The token in a slot; None if it was pulled out, which is no trouble of the others."""
    try:
        return slot.get_token()
    except pkcs11.PKCS11Error:
        return None


def _fits(token: Any, named: TokenKey) -> bool:
    if token is None or token.label != named.token:
        return False
    return named.serial is None or _plain(token.serial) == named.serial


def _plain(serial: bytes | str) -> str:
    return serial.decode("ascii", "replace").strip() if isinstance(serial, bytes) else serial


def _objects(session: Any, named: TokenKey, kind: ObjectClass) -> list[Any]:
    wanted: dict[Attribute, Any] = {Attribute.CLASS: kind}
    if named.label is not None:
        wanted[Attribute.LABEL] = named.label
    if named.key_id is not None:
        wanted[Attribute.ID] = named.key_id
    try:
        return list(session.get_objects(wanted))
    except pkcs11.PKCS11Error:
        raise _gone(f"token {named.token!r}") from None


def _opened(session: Any, named: TokenKey) -> TokenSigner:
    """The one key that fits, with its public half, which stands beside it in the token."""
    found = _objects(session, named, ObjectClass.PRIVATE_KEY)
    if not found:
        raise TokenKeyMissing(
            f"The token {named.token!r} has no private key {named.name}.",
            "Correct the URI of the signer, or make the key.",
        )
    if len(found) > 1:
        raise TokenKeyAmbiguous(
            f"The token {named.token!r} has {len(found)} private keys {named.name}.",
            "Add id=… to the URI.",
        )
    private = found[0]
    beside = TokenKey(named.token, named.serial, None, private.id, named.module)
    public = _objects(session, beside, ObjectClass.PUBLIC_KEY)
    if len(public) != 1:
        raise TokenKeyMissing(
            f"The token {named.token!r} has the private key {named.name} without its public half.",
            "Store the public key in the token too, under the same id.",
        )
    place = f"token {named.token!r}, key {named.name}"
    return TokenSigner(session, private, _public_key(public[0], named), place)


def _public_key(found: Any, named: TokenKey) -> PublicKey:
    try:
        key_type = found.key_type
        if key_type not in {KeyType.EC, KeyType.EC_EDWARDS}:
            raise _wrong_kind(named, key_type.name)
        params, point = bytes(found[Attribute.EC_PARAMS]), bytes(found[Attribute.EC_POINT])
    except pkcs11.PKCS11Error:
        raise _gone(f"token {named.token!r}") from None
    raw = point[2:] if len(point) > 2 and point[:2] == bytes([4, len(point) - 2]) else point  # noqa: PLR2004
    try:
        if key_type is KeyType.EC_EDWARDS and params in _ED25519_PARAMS:
            return PublicKey(raw, KeyKind.ED25519)
        if key_type is KeyType.EC and params == KINDS[KeyKind.P256][1]:
            half = (len(raw) - 1) // 2
            parity = bytes([2 + raw[-1] % 2])
            return PublicKey(parity + raw[1 : 1 + half] if raw[:1] == b"\4" else raw, KeyKind.P256)
    except (PublicKeyInvalid, IndexError):
        raise _wrong_kind(named, key_type.name) from None
    raise _wrong_kind(named, key_type.name)


def _try(signer: TokenSigner, named: TokenKey) -> None:
    """One signature over random bytes: a public half of another key is noticed here."""
    probe = secrets.token_bytes(PROBE_BYTES)
    try:
        signer.public_key.verify(signer.sign(probe), probe)
    except SignatureInvalid:
        raise TokenKeyKind(
            f"In the token {named.token!r}, the public key beside {named.name} is another key's.",
            "Store the right one, under the same id.",
        ) from None


def _generate(session: Any, named: TokenKey, kind: KeyKind) -> None:
    key_type, params = KINDS[kind]
    mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if kind is KeyKind.ED25519 else None
    secret = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
    try:
        domain = session.create_domain_parameters(
            key_type, {Attribute.EC_PARAMS: params}, local=True
        )
        domain.generate_keypair(
            store=True,
            label=named.label,
            id=named.key_id or secrets.token_bytes(ID_BYTES),
            mechanism=mechanism,
            private_template=secret,
        )
    except _NO_MECHANISM:
        raise TokenKeyKind(
            f"The token {named.token!r} makes no keys of the kind {kind.value}.",
            "Choose another kind with --kind, or another token.",
        ) from None
    except pkcs11.PKCS11Error:
        raise _gone(f"token {named.token!r}") from None


def _close(session: Any) -> None:
    try:
        session.close()
    except pkcs11.PKCS11Error:
        return  # it is gone already


def _wrong_kind(named: TokenKey, kind: str) -> TokenKeyKind:
    return TokenKeyKind(
        f"The key {named.name} of the token {named.token!r} is of the kind {kind[:40]}.",
        "Signing keys in a token are Ed25519 or P-256.",
    )


def _gone(place: str) -> TokenGone:
    return TokenGone(
        f"The {place} no longer answers.", "Put the token back and start the command again."
    )
