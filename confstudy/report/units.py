"""Lengths of time and amounts of memory as people write them: ``20m``, ``1h30m``, ``4GiB``."""

from __future__ import annotations

import re

__all__ = ["memory", "seconds"]

_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_LEAST_MEMORY = 128 * 2**20


def seconds(value: object) -> int:
    """A length of time in whole seconds: a number of seconds, or text.

    Raises
    ------
    ValueError
        Neither, or less than a second.

    Examples
    --------
    >>> seconds("20m"), seconds("1h30m"), seconds(90)
    (1200, 5400, 90)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and re.fullmatch(r"(?:\d+[smhd]\s*)+", value.strip()):
        found = sum(int(n) * _SPANS[unit] for n, unit in re.findall(r"(\d+)([smhd])", value))
    else:
        raise ValueError("write it as seconds (1200) or as '90s', '20m', '1h30m'")
    if found < 1:
        raise ValueError("it should be a second or more")
    return found


def memory(value: object) -> int:
    """An amount of memory in bytes: a number of bytes, or text.

    Raises
    ------
    ValueError
        Neither, or less than 128 MiB, in which no kernel starts.

    Examples
    --------
    >>> memory("4GiB") == 4 * 2**30, memory("500 MB")
    (True, 500000000)
    """
    if isinstance(value, int) and not isinstance(value, bool):
        found = value
    elif isinstance(value, str) and (
        parts := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]i?B|B)", value.strip())
    ):
        found = int(float(parts[1]) * _SIZES[parts[2]])
    else:
        raise ValueError("write it as '4GiB', '512MiB' or '2GB'")
    if found < _LEAST_MEMORY:
        raise ValueError("no kernel starts in less than '128MiB'")
    return found
