"""One hash for one output, however a notebook stores it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from numbers import Integral, Real

__all__ = ["canonical", "canonical_digest"]


def canonical(thing: object) -> bytes:
    """JSON with sorted keys, without spaces, in ASCII: equal things are equal bytes.

    >>> canonical({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}'
    """
    return json.dumps(thing, sort_keys=True, separators=(",", ":")).encode("ascii")


def canonical_digest(bundle: Mapping[str, object]) -> str:
    r"""The SHA-256 of an output, the same before and after a notebook is saved.

    Notebooks store text as a list of lines, pictures as base64 with line ends, keys in any
    order; none of it changes the digest. Anything that can be seen does.

    Parameters
    ----------
    bundle
        MIME types and their content: text, lines of text, bytes of a picture, or JSON.

    >>> canonical_digest({"text/plain": "a\nb"}) == canonical_digest({"text/plain": ["a\n", "b"]})
    True
    """
    plain = {kind: _plain(kind, bundle[kind]) for kind in bundle}
    # Keys that are not text must be made text before they can be sorted.
    return sha256(canonical(json.loads(json.dumps(plain, default=_number)))).hexdigest()


def _plain(kind: str, content: object) -> object:
    if kind == "application/json" or kind.endswith("+json"):
        return content
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        content = "".join(content)
    if kind.startswith(("text/", "image/svg")):
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    if isinstance(content, bytes):
        return base64.b64encode(content).decode("ascii")
    return "".join(content.split()) if isinstance(content, str) else content


def _number(thing: object) -> object:
    if isinstance(thing, Integral):
        return int(thing)
    if isinstance(thing, Real):
        return float(thing)
    raise TypeError(f"A {type(thing).__name__} cannot be part of an output.")
