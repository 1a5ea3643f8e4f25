"""Ed25519 as the package cryptography has it; imported only where plans are signed or verified."""

from __future__ import annotations

import base64
from importlib.util import find_spec
from typing import TYPE_CHECKING

from confstudy.errors import DeclarationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["load", "new", "require_packages", "verify"]


def require_packages() -> None:
    """Raise DeclarationError where signing is not installed."""
    absent = [name for name in ("cryptography", "platformdirs") if find_spec(name) is None]
    if absent:
        raise DeclarationError(
            f"Signing and verifying plans needs {' and '.join(absent)}: "
            "pip install 'confstudy[plan]'."
        )


def load(content: bytes) -> Ed25519PrivateKey | None:
    """The key in a PEM file; None where it is none, of another kind, or has a password."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, password=None)
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return None
    return key if isinstance(key, Ed25519PrivateKey) else None


def new() -> tuple[bytes, str]:
    """A new private key as PEM, and its public half in base64."""
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    return private, base64.b64encode(key.public_key().public_bytes_raw()).decode()


def verify(public: bytes, signature: bytes, content: bytes) -> bool:
    """Whether this key signed this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
