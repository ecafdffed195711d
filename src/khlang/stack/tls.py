"""TLS on loopback: one authority of this installation and one certificate for each server.

``<var>/tls/ca.pem`` is public and what clients trust; keys are 0600 (the authority's own too).
"""

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from khlang.settings import Settings
from khlang.stack.secrets import write_private

SERVERS = ("trino", "gateway")
LIFETIME = dt.timedelta(days=825)  # the longest that Apple's clients accept


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + LIFETIME)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


def _certificate(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _make_authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder("Khlang local authority", "Khlang local authority", key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(folder / "ca.key", _pem(key))
    (folder / "ca.pem").write_text(_certificate(certificate), encoding="utf-8")
    return certificate, key


def _make_server(folder: Path, name: str, issuer: x509.Certificate, issuer_key: ec.EllipticCurvePrivateKey) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    certificate = (
        _builder(f"Khlang {name}", "Khlang local authority", key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(authority, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )
    write_private(folder / f"{name}.key", _pem(key))
    (folder / f"{name}.pem").write_text(_certificate(certificate) + _certificate(issuer), encoding="utf-8")
    # Trino wants key and certificate in one file.
    write_private(folder / f"{name}-both.pem", _pem(key) + _certificate(certificate) + _certificate(issuer))


def ensure(settings: Settings) -> None:
    """Make the authority and every server's certificate, all anew when one is missing or ends within 30 days."""
    folder = settings.var / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [folder / "ca.pem", *(folder / f"{name}-both.pem" for name in SERVERS)]
    if all(path.exists() for path in wanted):
        ends = x509.load_pem_x509_certificate(wanted[0].read_bytes()).not_valid_after_utc
        if ends - dt.datetime.now(dt.UTC) > dt.timedelta(days=30):
            return
    issuer, key = _make_authority(folder)
    for name in SERVERS:
        _make_server(folder, name, issuer, key)
