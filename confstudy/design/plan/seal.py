"""The seal at the end of a signed plan: what was signed, when, with which key."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from confstudy.design.plan.keys import genuine, public_of, signer
from confstudy.design.plan.schema import Content, canonical
from confstudy.simulate.model.parts import Part

__all__ = ["Seal", "broken", "parts_of", "sealed", "split"]

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_SEAL = re.compile(r"^seal:[ \t]*\r?$", re.MULTILINE)


class Seal(Part):
    """What the signature is over: time, key, content, text, and the hash of every field.

    The time is what the signer's computer said: it shows the order of a signer's own plans and
    proves nothing to others. Deposit the plan where others keep the date, too.
    """

    signed: str
    key: str
    hash: str
    text: str
    parts: dict[str, str]
    signature: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of all that is signed: what a later version names this one by."""
        return sha256(self.payload).hexdigest()

    @property
    def payload(self) -> bytes:
        """The bytes that are signed."""
        return b"confstudy plan 1\n" + canonical(self.model_dump(exclude={"signature"}))

    @property
    def when(self) -> datetime | None:
        """When it was signed, by the signer's clock; None where that is no time."""
        try:
            return datetime.strptime(self.signed, _FORM).replace(tzinfo=UTC)
        except ValueError:
            return None


def sealed(content: Content, text: str, key: Path | None, now: datetime) -> Seal:
    """Seal a plan whose readable text this is."""
    private = signer(key)
    unsigned = Seal(
        signed=now.astimezone(UTC).strftime(_FORM),
        key=public_of(private),
        hash=content.hash,
        text=_of_text(text),
        parts=parts_of(content),
    )
    signature = base64.b64encode(private.sign(unsigned.payload)).decode()
    return unsigned.model_copy(update={"signature": signature})


def split(text: str) -> tuple[str, bool]:
    r"""The text above the seal, and whether there is a seal.

    >>> split("title: a\nseal:\n  key: b\n")
    ('title: a\n', True)
    """
    found = [*_SEAL.finditer(text)]
    return (text[: found[-1].start()], True) if found else (text, False)


def broken(seal: Seal, content: Content, text: str) -> Iterator[str]:
    """What is no longer as it was signed, field by field where the seal itself is whole."""
    if not genuine(seal.key, seal.signature, seal.payload):
        yield "the seal itself was changed, or another key signed it"
    found, told = parts_of(content), seal.parts
    for name in dict.fromkeys([*told, *found]):
        if found.get(name) != told.get(name):
            yield f"'{name}' was changed after signing"
    if content.hash != seal.hash and found == told:
        yield "the content was changed after signing"
    elif content.hash == seal.hash and _of_text(text) != seal.text:
        yield "the wording above the seal was changed (comments, order, spaces), the content not"


def parts_of(content: Content) -> dict[str, str]:
    """Every field's short hash by its name, such as ``H1.model.formula``."""
    return {
        name: sha256(f"{name}={canonical(value).decode()}".encode()).hexdigest()[:12]
        for name, value in _leaves(content.plain, "")
    }


def _leaves(part: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict) and part:
        for key, value in part.items():
            inner = f"{name}.{key}" if name else key
            yield from _leaves(value, "" if inner == "hypotheses" else inner)
    elif isinstance(part, list) and part and isinstance(part[0], dict):
        for position, value in enumerate(part, start=1):
            inner = value.get("id") if not name else f"{name}.{position}"
            yield from _leaves(value, str(inner))
    else:
        yield name, part


def _of_text(text: str) -> str:
    plain = text.replace("\r\n", "\n").encode("utf-8", "surrogatepass")
    return sha256(plain).hexdigest()
