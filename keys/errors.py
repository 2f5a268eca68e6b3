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
