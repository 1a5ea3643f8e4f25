"""The key that signs plans: Ed25519, in the user's configuration folder, made on first use."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from confstudy.design.plan import ed25519
from confstudy.errors import DeclarationError, UnreadableFile, UnwritableFile

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["fingerprint", "genuine", "key_file", "own_public", "public_of", "read_public", "signer"]


def key_file() -> Path:
    """Where the private key stands if no other file is named."""
    ed25519.require_packages()
    from platformdirs import user_config_path

    return user_config_path("confstudy") / "plan-key.pem"


def signer(path: Path | None = None) -> Ed25519PrivateKey:
    """The private key; made where there is none, readable by its owner only.

    Raises
    ------
    UnreadableFile
        The file is no Ed25519 key, or others may read it.
    """
    ed25519.require_packages()
    place = path or key_file()
    if not place.exists():
        _make(place)
    if os.name == "posix" and place.stat().st_mode & 0o077:
        raise UnreadableFile(
            f"Others may read the private key '{place.name}': chmod 600 it, or make a new one."
        )
    made = ed25519.load(place.read_bytes())
    if made is None:
        raise UnreadableFile(f"'{place.name}' is no Ed25519 private key without a password.")
    return made


def public_of(key: Ed25519PrivateKey) -> str:
    """The public half, 32 bytes in base64: what others verify with."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def own_public(path: Path | None = None) -> str:
    """The public half of one's own key, or nothing where there is no key yet."""
    place = path or key_file()
    return public_of(signer(place)) if place.exists() else ""


def read_public(given: str | Path) -> str:
    """A public key in base64, or the file that holds one.

    Raises
    ------
    DeclarationError
        It is neither.
    """
    text = str(given).strip()
    try:
        if Path(text).is_file():
            text = Path(text).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if _raw(text) is None:
        raise DeclarationError(
            "The public key is neither 32 bytes in base64 nor a file that holds them: its owner "
            "finds it in 'plan-key.pub', and it stands in the seal of every plan."
        )
    return text


def fingerprint(public: str) -> str:
    """A public key in a form that people can compare on the telephone.

    >>> fingerprint("A" * 43 + "=")
    '5164 3eac 9777 b63a'
    """
    digest = sha256(public.encode()).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def genuine(public: str, signature: str, content: bytes) -> bool:
    """Whether the key's owner signed exactly this content."""
    ed25519.require_packages()
    key = _raw(public)
    try:
        signed = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return key is not None and ed25519.verify(key, signed, content)


def _raw(public: str) -> bytes | None:
    try:
        raw = base64.b64decode(public, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 32 else None


def _make(place: Path) -> None:
    """Write a new key pair; where two processes do so at once, the first one's stays."""
    private, public = ed25519.new()
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_private(beside, private)
        try:
            os.link(beside, place)
            place.with_suffix(".pub").write_text(public + "\n", "utf-8")
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    except OSError as problem:
        why = (problem.strerror or "the system refused").lower()
        raise UnwritableFile(f"The key '{place.name}' cannot be written: {why}.") from None


def _write_private(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
