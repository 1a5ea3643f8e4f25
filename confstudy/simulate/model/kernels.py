"""Compiled loops: Philox4x32-10, normal numbers, answers to items, places within a therapist.

Numba compiles them on first use and keeps the result beside this file, or in the user's cache.
All of them stand in one file, since a kept result is renewed when its own file changes. No
operation may be reordered or contracted, so that a vector of rows and a lone row, and any
two processors, give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["fill_answers", "fill_normal", "fill_places", "fill_uniform", "fill_words"]

F = TypeVar("F", bound=Callable[..., Any])
Words = NDArray[np.uint32]
Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]

_CHUNK = 1024
_NORMAL, _UNIFORM = 0, 1
_LOW, _HALF_WORD = np.uint64(0xFFFFFFFF), np.uint64(32)
# The multipliers and Weyl steps of Philox4x32 (Salmon et al. 2011).
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)

_int, _float = np.int32, np.float32
_TOP, _EXPONENT, _ROOT_HALF = _int(0x7FFFFFFF), _int(23), _int(0x3F3504F3)
_SIGN = np.uint32(0x80000000)
_ONE, _HALF, _STEP, _LN2 = _float(1), _float(0.5), _float(2.0**-32), _float(0.69314718)
# log(1 + m) of Cephes' logf, for m from √½ − 1 to √2 − 1.
_L = tuple(
    map(
        _float,
        (
            7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
            -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
        ),
    )
)  # fmt: skip
# PPND7 of algorithm AS 241 (Wichura 1988): the middle, and the tails beyond .075.
_MIDDLE, _TAIL = _float(0.180625), _float(1.6)
_A = tuple(map(_float, (3.3871327179, 50.434271938, 159.29113202, 59.109374720)))
_B = tuple(map(_float, (17.895169469, 78.757757664, 67.187563600)))
_C = tuple(map(_float, (1.4234372777, 2.7568153900, 1.3067284816, 0.17023821103)))
_D = tuple(map(_float, (0.73700164250, 0.12021132975)))


def _compiled(function: F) -> F:
    try:
        return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:
        # No folder can be written to: every process compiles anew.
        return cast("F", njit(nogil=True, error_model="numpy")(function))


def _inlined(function: F) -> F:
    return cast("F", njit(inline="always", error_model="numpy")(function))


@_compiled
def fill_words(
    out: Words, block: int, replication: int, kind: int, key: NDArray[np.uint64]
) -> None:
    """Philox4x32-10: words 4i to 4i + 3 are those of the counter (block + i, replication, kind).

    ``block`` fills the counter's two lower words; ``key`` holds the key's two words.
    """
    for i in range(len(out) // 4):
        counter = np.uint64(block) + np.uint64(i)
        c0, c1 = counter & _LOW, counter >> _HALF_WORD
        c2, c3 = np.uint64(replication), np.uint64(kind)
        k0, k1 = key[0], key[1]
        for _ in range(10):
            p0, p1 = _M0 * (c0 & _LOW), _M1 * (c2 & _LOW)
            c0, c1 = (p1 >> _HALF_WORD) ^ c1 ^ k0, p1 & _LOW
            c2, c3 = (p0 >> _HALF_WORD) ^ c3 ^ k1, p0 & _LOW
            k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
        out[4 * i], out[4 * i + 1], out[4 * i + 2], out[4 * i + 3] = c0, c1, c2, c3


@_inlined
def _log(x: Any) -> Any:
    bits = _int(_float(x).view(np.int32))
    exponent = _int(_int(bits - _ROOT_HALF) >> _EXPONENT)
    m = _float(_int(bits - _int(exponent << _EXPONENT)).view(np.float32)) - _ONE
    y = (((_L[0] * m + _L[1]) * m + _L[2]) * m + _L[3]) * m + _L[4]
    y = (((y * m + _L[5]) * m + _L[6]) * m + _L[7]) * m + _L[8]
    return (y * m * (m * m) - _HALF * (m * m)) + m + _float(exponent) * _LN2


@_inlined
def _normal(word: Any) -> Any:
    """The normal quantile of (word + ½)/2³², in single precision, odd around ½."""
    signed = _int(word ^ _SIGN)
    side = _int(signed >> _int(31))
    above = _int(signed ^ side)
    q = (_float(above) + _HALF) * _STEP
    r = _MIDDLE - q * q
    t = _float(math.sqrt(-_log((_float(_int(_TOP - above)) + _HALF) * _STEP))) - _TAIL
    middle = r >= _float(0)
    above_line = ((_A[3] * r + _A[2]) * r + _A[1]) * r + _A[0]
    below_line = ((_B[2] * r + _B[1]) * r + _B[0]) * r + _ONE
    far_above = ((_C[3] * t + _C[2]) * t + _C[1]) * t + _C[0]
    far_below = (_D[1] * t + _D[0]) * t + _ONE
    numerator = above_line * q if middle else far_above
    z = numerator / (below_line if middle else far_below)
    return z if side == _int(0) else -z


@_compiled
def fill_normal(out: Floats, start: int, replication: int, key: NDArray[np.uint64]) -> None:
    """Standard normal numbers (replications, rows) from a row and a replication on.

    Row r takes word r mod 4 of block r // 4.
    """
    words, z = np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.float32)
    for k in range(out.shape[0]):
        row, skip, block = 0, start % 4, start // 4
        while row < out.shape[1]:
            m = min(_CHUNK - skip, out.shape[1] - row)
            blocks = (skip + m + 3) // 4
            fill_words(words[: 4 * blocks], block, replication + k, _NORMAL, key)
            for i in range(m):
                z[i] = _normal(words[skip + i])
            for i in range(m):
                out[k, row + i] = z[i]
            row, skip, block = row + m, 0, block + blocks


@_compiled
def fill_uniform(out: Floats, start: int, replication: int, key: NDArray[np.uint64]) -> None:
    """Numbers between 0 and 1 (replications, rows) of 52 bits; neither 0 nor 1 is among them.

    Row r takes words 2 (r mod 2) and the next of block r // 2.
    """
    words = np.empty(_CHUNK, np.uint32)
    for k in range(out.shape[0]):
        row, skip, block = 0, start % 2, start // 2
        while row < out.shape[1]:
            m = min(_CHUNK // 2 - skip, out.shape[1] - row)
            blocks = (skip + m + 1) // 2
            fill_words(words[: 4 * blocks], block, replication + k, _UNIFORM, key)
            for i in range(m):
                high, low = words[2 * (skip + i)], words[2 * (skip + i) + 1]
                whole = (np.int64(high) << np.int64(20)) | (np.int64(low) >> np.int64(12))
                out[k, row + i] = (np.float64(whole) + 0.5) * 2.0**-52
            row, skip, block = row + m, 0, block + blocks


@_inlined
def _cut(out: Any, strength: Any, cuts: Any, first: Any, step: Any) -> None:
    for i in range(len(out)):
        out[i] = first
    for cut in cuts:
        for i in range(len(out)):
            out[i] += step * (strength[i] > cut)


@_compiled
def fill_answers(
    out: NDArray[Any],
    latent: Floats,
    loadings: Floats,
    cuts: Floats,
    first: NDArray[np.int64],
    shift: Floats,
    stretch: Floats,
    start: int,
    replication: int,
    keys: Keys,
) -> None:
    """Answers (items, rows): keyed strengths cut into points.

    ``first`` is the answer below every cut: the highest point where an item is reversed, which
    also turns ``shift``. Neither ``shift`` nor ``stretch`` has numbers where nobody has a style.
    """
    words, z = np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.float32)
    strength = np.empty(_CHUNK)
    n, lowest = out.shape[1], first.min()
    styled = len(shift) > 0
    row, skip, block = 0, start % 4, start // 4
    while row < n:
        m = min(_CHUNK - skip, n - row)
        blocks = (skip + m + 3) // 4
        here = latent[row : row + m]
        for k in range(out.shape[0]):
            fill_words(words[: 4 * blocks], block, replication, _NORMAL, keys[k])
            for i in range(m):
                z[i] = _normal(words[skip + i])
            loading, unique = loadings[k], math.sqrt(1 - loadings[k] ** 2)
            for i in range(m):
                strength[i] = loading * here[i] + unique * z[i]
            step = 1 if first[k] == lowest else -1
            if styled:
                for i in range(m):
                    strength[i] = (strength[i] + step * shift[row + i]) * stretch[row + i]
            answer = out[k, row : row + m]
            _cut(answer, strength, cuts[k], first[k], step)
        row, skip, block = row + m, 0, block + blocks


@_compiled
def fill_places(out: NDArray[np.int32], numbers: Floats, starts: NDArray[np.int64]) -> None:
    """Each row's place, from 0, among the numbers of its unit, whose rows begin at its start."""
    for unit in range(len(starts) - 1):
        own = numbers[starts[unit] : starts[unit + 1]]
        place = out[starts[unit] : starts[unit + 1]]
        m, total = len(own), 0
        for i in range(m):
            place[i] = 0
        for j in range(m):
            before = own[j]
            for i in range(m):
                place[i] += before < own[i]
        for i in range(m):
            total += place[i]
        if 2 * total < m * (m - 1):
            # Equal numbers, one in 2⁵² pairs, keep their order.
            for i in range(m):
                for j in range(i):
                    place[i] += own[j] == own[i]
