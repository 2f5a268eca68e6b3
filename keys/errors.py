"""Errors of keys, DIDs and signatures."""

from schemas.errors import Fault, TouchstoneError


class MultibaseInvalid(TouchstoneError):
    """A multibase string has the wrong header or characters (Controlled Identifiers 1.0 §2.4)."""

    code = "key.multibase"


class PublicKeyInvalid(TouchstoneError):
    """A public key is malformed, of a kind not supported, or unsafe (small order)."""

    code = "key.invalid"


class PublicKeyLengthWrong(PublicKeyInvalid):
    """A public key has more or fewer bytes than its kind."""

    code = "key.length"


class PublicKeyKindUnknown(PublicKeyInvalid):
    """A public key is of a kind that is not read."""

    code = "key.kind"


class SignatureInvalid(TouchstoneError):
    """A signature does not fit the data and the key."""

    code = "key.signature"


class DidInvalid(TouchstoneError):
    """A DID does not follow its method's syntax."""

    code = "did.invalid"


class DidMethodUnsupported(TouchstoneError):
    """A DID of a method that this program cannot resolve."""

    code = "did.method"


class DidDocumentInvalid(TouchstoneError):
    """A DID document is malformed or belongs to another DID."""

    code = "did.document"


class VerificationMethodMissing(TouchstoneError):
    """A DID document does not list the key for the purpose, or not at that time."""

    code = "did.verification-method"


class KeyFileMissing(TouchstoneError):
    """No private key stands where the settings say."""

    code = "signer.no-key"
    fault = Fault.SETUP


class KeyFileDamaged(TouchstoneError):
    """A key file is not an encrypted JWK."""

    code = "signer.damaged"
    fault = Fault.SETUP


class KeyFileExists(TouchstoneError):
    """There is a file already where a new key would be kept."""

    code = "signer.key-exists"
    fault = Fault.SETUP


class WrongPassphrase(TouchstoneError):
    """The passphrase does not open the key file."""

    code = "signer.wrong-passphrase"
    fault = Fault.SETUP


class PassphraseTooShort(TouchstoneError):
    """A passphrase is too short to protect a key."""

    code = "signer.passphrase-too-short"
    fault = Fault.SETUP


class SignerUnsupported(TouchstoneError):
    """A signer URI names a backend that is not installed."""

    code = "signer.unsupported"
    fault = Fault.SETUP


class SignerUriInvalid(TouchstoneError):
    """A signer URI cannot be read (RFC 7512)."""

    code = "signer.uri"
    fault = Fault.SETUP


class PinInUri(TouchstoneError):
    """A signer URI carries a PIN; nothing of it is repeated in the error."""

    code = "signer.pin-in-uri"
    fault = Fault.SETUP


class PinMissing(TouchstoneError):
    """The PIN of a token was not given."""

    code = "signer.no-pin"
    fault = Fault.SETUP


class WrongPin(TouchstoneError):
    """The PIN does not open the token, or the token has locked itself."""

    code = "signer.wrong-pin"
    fault = Fault.SETUP


class TokenModuleMissing(TouchstoneError):
    """The library that speaks to a token is not there, or is none."""

    code = "signer.no-module"
    fault = Fault.SETUP


class TokenMissing(TouchstoneError):
    """No token of this name is plugged in."""

    code = "signer.no-token"
    fault = Fault.SETUP


class TokenKeyMissing(TouchstoneError):
    """A token has no key of this name, or only one half of it."""

    code = "signer.no-token-key"
    fault = Fault.SETUP


class TokenKeyAmbiguous(TouchstoneError):
    """A URI fits several tokens or keys."""

    code = "signer.ambiguous"
    fault = Fault.SETUP


class TokenKeyKind(TouchstoneError):
    """A key in a token is of a kind that is not used, or the token makes none of the kind."""

    code = "signer.token-key-kind"
    fault = Fault.SETUP


class TokenGone(TouchstoneError):
    """A token that was open no longer answers."""

    code = "signer.token-gone"
    fault = Fault.SETUP


class TokenFailed(TouchstoneError):
    """A token does not sign with a key that it has."""

    code = "signer.token-failed"
    fault = Fault.SETUP
