"""The certificate of our SMTP door: read from its files, and again when they change, so that a renewal needs no restart."""

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import structlog
from cryptography import x509

from battito.platform.settings import Settings

log = structlog.get_logger(__name__)

LOOK_S: Final = 30


class CertificateUnusable(Exception):
    """The files are not there, cannot be read, or do not belong together."""


class Certificate:
    """`smtp_in_cert` and `smtp_in_key`. When new files cannot be used, the door goes on with what it had, and says so."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._context: ssl.SSLContext | None = None
        self._seen: tuple[float, ...] = ()
        self._looked = 0.0
        self.problem: str | None = None
        """Why it cannot be used as it lies there now, for people."""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The configured one, or None. A key may lie in the certificate's own file."""
        if settings.smtp_in_cert is None:
            return None
        return cls(settings.smtp_in_cert, settings.smtp_in_key or settings.smtp_in_cert)

    def context(self) -> ssl.SSLContext | None:
        """What STARTTLS uses now; None when no certificate could be used so far."""
        if time.monotonic() - self._looked > LOOK_S:
            self.look()
        return self._context

    def look(self) -> None:
        """Read the files if they changed."""
        self._looked = time.monotonic()
        try:
            seen = tuple(path.stat().st_mtime for path in (self._certificate, self._key))
            if seen == self._seen:
                return
            self._context = load(self._certificate, self._key)
            self._seen, self.problem = seen, None
        except (CertificateUnusable, OSError) as error:
            said = str(error)
            if said != self.problem:
                log.error(
                    "the certificate of the SMTP door cannot be used",
                    error=said, mail="comes in with the former one" if self._context else "comes in without encryption",
                    advice="See BATTITO_SMTP_IN_CERT and BATTITO_SMTP_IN_KEY.",
                )  # fmt: skip
            self.problem = said

    def ends(self) -> datetime:
        """When it stops being valid. Raises `CertificateUnusable`."""
        return ends(self._certificate)


def load(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server's context, TLS 1.2 or newer. Raises `CertificateUnusable` with words for people."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # a password would be asked for on the terminal
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as error:
        reason = (error.reason or "").replace("_", " ").lower() or str(error)
        raise CertificateUnusable(
            f"{certificate} and {key} are not a certificate chain and its key in PEM ({reason})"
        ) from error
    except OSError as error:
        path = next((p for p in (certificate, key) if not p.is_file()), certificate)
        raise CertificateUnusable(f"{path} cannot be read ({error.strerror or error})") from error
    return context


def ends(certificate: Path) -> datetime:
    """When a certificate stops being valid. Raises `CertificateUnusable`."""
    try:
        return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.astimezone(UTC)
    except (OSError, ValueError) as error:
        raise CertificateUnusable(f"{certificate} is not a certificate in PEM ({error})") from error
