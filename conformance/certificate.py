"""A certificate for this machine that nobody but this run trusts (RFC 5280)."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY: Final = timedelta(days=30)
LOOPBACK_NAME: Final = "localhost"
LOOPBACK_ADDRESSES: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate and its key, as PEM files.

    Attributes:
        certificate: what clients may trust.
        key: readable by its owner only.
    """

    certificate: Path
    key: Path

    def trusting_context(self) -> ssl.SSLContext:
        """A client's context that trusts this certificate and no other; names are compared."""
        return ssl.create_default_context(cafile=str(self.certificate))


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for ``localhost`` and the loopback addresses.

    Args:
        folder: where the two files go; it should be the owner's alone.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    made.key.touch(mode=0o600)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made.certificate.write_bytes(_self_signed(key).public_bytes(Encoding.PEM))
    return made


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Its own authority, for this machine's names only."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Touchstone conformance mode")])
    names = [x509.DNSName(LOOPBACK_NAME)]
    addresses = [x509.IPAddress(ipaddress.ip_address(one)) for one in LOOPBACK_ADDRESSES]
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
