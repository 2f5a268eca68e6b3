"""``python -m conformance.jose``: sign or verify a ``vc+jwt`` or ``vp+jwt`` in a file.

For suites that drive a command line and not HTTP. A key file holds a JSON Web Key, or a
verification method with ``publicKeyJwk`` and ``secretKeyJwk``. Exit code 0: signed, or verified;
1: refused; 2: wrong use, or a file that cannot be read or written.

With ``--feature`` the output is an object ``{"result": "success" | "failure" | "indeterminate",
"data": …}``, as the VC-JOSE-COSE test suite reads it; without it, the token, or the document that
was verified.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from conformance.errors import InputUnreadable, KeyFileInvalid, WrongKind
from credentials.canonical import without_proof
from credentials.jose import vc_jose
from credentials.jose.envelope import is_envelope
from credentials.json_types import JsonObject
from credentials.models import check_credential, check_presentation
from credentials.models.rules import as_list
from credentials.strict_json import loads
from keys.signers.private_key import read_private_jwk, sign
from schemas.errors import TouchstoneError

VC_JWT: Final = "vc+jwt"
VP_JWT: Final = "vp+jwt"
FEATURES: Final = {"credential_jose": VC_JWT, "presentation_jose": VP_JWT}
SUCCESS, REFUSED, WRONG_USE = 0, 1, 2
MAX_FILE_BYTES: Final = 10 * 1024 * 1024
_PRIVATE: Final = ("secretKeyJwk", "privateKeyJwk")
_SECRETS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi"})


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says.

    Attributes:
        public: the public JSON Web Key.
        private: the private one, if it is there.
        key_id: the id of the verification method, or the key's own ``kid``.
    """

    public: JsonObject
    private: JsonObject | None
    key_id: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    asked = _parser().parse_args(arguments)
    kind = FEATURES.get(asked.feature) if asked.feature else asked.type
    try:
        if asked.feature and kind is None:
            _write(asked.output, json.dumps({"result": "indeterminate", "data": ""}))
            return SUCCESS
        return _answer(asked, kind)
    except TouchstoneError as error:  # a file: nothing was decided
        print(f"error[{error.code}]: {error}", file=sys.stderr)
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conformance.jose", description="Sign or verify a vc+jwt or vp+jwt file."
    )
    parser.add_argument("command", choices=["sign", "issue", "verify"])
    parser.add_argument("--key", type=Path, required=True, help="JWK or verification method, JSON")
    parser.add_argument("--input", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--type", choices=[VC_JWT, VP_JWT], help="by what the input is, if absent")
    parser.add_argument("--feature", help="credential_jose or presentation_jose; others: not done")
    return parser


def _answer(asked: argparse.Namespace, kind: str | None) -> int:
    """Do it and write what came out; a refusal is an answer too."""
    text, key = _read(asked.input), read_key(_read(asked.key))
    try:
        data = signed(text, key, kind) if asked.command != "verify" else verified(text, key, kind)
    except TouchstoneError as error:
        print(f"refused[{error.code}]: {error}", file=sys.stderr)
        failure = json.dumps({"result": "failure", "data": str(error)})
        _write(asked.output, failure if asked.feature else "")
        return REFUSED
    success = json.dumps({"result": "success", "data": data})
    _write(asked.output, success if asked.feature else data)
    return SUCCESS


def read_key(data: bytes) -> KeyFile:
    """Read a key file.

    Raises:
        KeyFileInvalid: it holds no key.
    """
    try:
        found = loads(data)
    except TouchstoneError as error:
        raise KeyFileInvalid("The key file is not JSON.", "Give a JSON Web Key.") from error
    private = next((found[name] for name in _PRIVATE if name in found), None)
    public = found.get("publicKeyJwk")
    if "kty" in found:
        private, public = (found if "d" in found else None), found
    public = public if public is not None else private
    if not isinstance(public, dict) or not isinstance(private, dict | None):
        raise KeyFileInvalid("The key file holds no JSON Web Key.", "Give a JSON Web Key.")
    shown = {name: value for name, value in public.items() if name not in _SECRETS}
    key_id = found.get("id", shown.get("kid", "key"))
    return KeyFile(shown, private, key_id if isinstance(key_id, str) and key_id else "key")


def signed(text: bytes, key: KeyFile, kind: str | None) -> str:
    """A token over the document in ``text``, which is checked first.

    Raises:
        KeyFileInvalid: no private key of a kind that signs.
        WrongKind: the document is not what was to be signed.
        TouchstoneError: it is no credential or presentation, or it has no token.
    """
    opened = read_private_jwk(key.private) if key.private is not None else None
    if opened is None:
        raise KeyFileInvalid("The key file holds no private key that signs.", "Give one with 'd'.")
    document = without_proof(loads(text))
    _check_document(document, kind)
    private, key_kind = opened
    return vc_jose.sign(
        document, sign=partial(sign, private, key_kind), kind=key_kind, key_id=key.key_id
    )


def verified(text: bytes, key: KeyFile, kind: str | None) -> str:
    """The document of the token in ``text``, as JSON.

    Raises:
        WrongKind: it holds another kind of document than asked for.
        TouchstoneError: the token or the document is malformed, or the signature does not fit.
    """
    token = text.decode("utf-8", "replace").strip()
    document = vc_jose.verify(token, key.public)
    _check_document(document, kind)
    return json.dumps(document, ensure_ascii=False)


def _check_document(document: JsonObject, kind: str | None) -> None:
    is_presentation = "VerifiablePresentation" in as_list(document.get("type"))
    found = VP_JWT if is_presentation else VC_JWT
    if kind is not None and kind != found:
        raise WrongKind(f"This is for a {found}, not for a {kind}.")
    if not is_presentation:
        check_credential(document)
        return
    check_presentation(document)
    for item in as_list(document.get("verifiableCredential", [])):
        _check_inside(item)


def _check_inside(item: Any) -> None:
    """Credentials in a presentation are secured, and enveloped (VC-JOSE-COSE §3.1.2).

    What is in the envelope is for whoever has the key of its issuer.

    Raises:
        WrongKind: it is no envelope, or an envelope of nothing.
    """
    if not is_envelope(item) or not str(item.get("id")).startswith("data:"):
        raise WrongKind("A credential in the presentation is not enveloped.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputUnreadable(f"{path} cannot be read.", "Check its name and rights.") from error
    if len(data) > MAX_FILE_BYTES:
        raise InputUnreadable(f"{path} is larger than {MAX_FILE_BYTES // 2**20} MiB.")
    return data


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputUnreadable(f"{path} cannot be written.", "Check its name.") from error


if __name__ == "__main__":
    sys.exit(main())
