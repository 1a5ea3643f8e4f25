"""What varies between groups: ``1 + x | group`` read into columns, codes and a template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from formulaic import Formula
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Block", "RandomTerm", "build_blocks", "parse_random"]

Floats = NDArray[np.float64]
_ALLOWED = (
    "write '1 | group', '1 + x | group', '1 + x || group' (uncorrelated), '1 | a/b' (b within a) "
    "or '(1 | a) + (1 | b)'"
)


@dataclass(frozen=True)
class RandomTerm:
    """One ``effects | group``: a formula, the columns that make the groups, correlated or not."""

    effects: str
    group: tuple[str, ...]
    correlated: bool

    @property
    def variables(self) -> set[str]:
        """The columns of the data it needs."""
        try:
            needed = {str(name) for name in Formula(self.effects).required_variables}
        except FormulaicError:
            raise AnalysisError(f"'{self.effects}' cannot be parsed: {_ALLOWED}.") from None
        return needed | set(self.group)


@dataclass(frozen=True, repr=False)
class Block:
    """The effects that vary over one grouping factor.

    Attributes
    ----------
    labels
        The G groups.
    codes
        (n,): the group of each row, 0 to G − 1.
    names
        The k effects.
    matrix
        (n, k): the columns of the data times ``turn`` (k, k), which makes correlated effects
        orthonormal and divides others by their root mean square ``scale``.
    rows, columns
        Where the parameters stand in the lower triangular relative factor (k, k).
    """

    group: str
    labels: pd.Index
    codes: NDArray[np.intp]
    names: tuple[str, ...]
    matrix: Floats
    turn: Floats
    scale: Floats
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def factor(self, theta: Floats) -> Floats:
        """The relative covariance factor Λ (k, k) on the scale of ``matrix``."""
        found = np.zeros((len(self.names), len(self.names)))
        found[self.rows, self.columns] = theta
        return found

    def unscaled(self, factor: Floats) -> Floats:
        """A factor on the scale of the data."""
        return np.asarray(self.turn @ factor)

    def without(self, effect: int) -> Block:
        """The block with one effect less."""
        keep = np.arange(len(self.names)) != effect
        kept = keep[self.rows] & keep[self.columns]
        data = np.asarray(self.matrix @ np.linalg.inv(self.turn))[:, keep]
        place = np.cumsum(keep) - 1
        mask = np.zeros((keep.sum(), keep.sum()), dtype=bool)
        mask[place[self.rows[kept]], place[self.columns[kept]]] = True
        names = tuple(name for name, stays in zip(self.names, keep, strict=True) if stays)
        return _made(self.group, self.labels, self.codes, names, data, mask)


def parse_random(random: str | Sequence[str]) -> tuple[RandomTerm, ...]:
    """Read ``1 + x | group`` and its kin.

    >>> [term.group for term in parse_random("1 | school/class")]
    [('school',), ('school', 'class')]
    >>> parse_random("(1 | subject) + (0 + x | item)")[1].effects
    '0 + x'
    """
    found: list[RandomTerm] = []
    for text in [random] if isinstance(random, str) else random:
        for piece in _pieces(text):
            found.extend(_terms(piece))
    if not found:
        raise AnalysisError(f"'random' names no group: {_ALLOWED}.")
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """What stands between brackets, where bars stand in brackets; else the whole."""
    depth, start, inside, bare = 0, 0, list[str](), ""
    for place, letter in enumerate(text):
        depth += letter == "("
        if depth == 1 and letter == "(":
            start = place + 1
        if depth == 1 and letter == ")":
            inside.append(text[start:place])
        bare += letter if depth == 0 else ""
        depth -= letter == ")"
    if depth or not text.strip():
        raise AnalysisError(f"'{text}' does not say what varies over which group: {_ALLOWED}.")
    return [text] if "|" in bare or not inside else inside


def _terms(piece: str) -> list[RandomTerm]:
    match = re.fullmatch(r"([^|]+?)\s*(\|\|?)\s*([^|()+]+)", piece.strip())
    if match is None:
        raise AnalysisError(f"'{piece}' does not say what varies over which group: {_ALLOWED}.")
    effects, bar, group = match.groups()
    nested = [part.strip() for part in group.split("/")]
    groups = [
        tuple(name.strip().strip("`") for part in nested[: depth + 1] for name in part.split(":"))
        for depth in range(len(nested))
    ]
    if any(not name for names in groups for name in names):
        raise AnalysisError(f"'{piece}' names an empty group: {_ALLOWED}.")
    return [RandomTerm(effects.strip(), names, bar == "|") for names in groups]


def build_blocks(terms: Sequence[RandomTerm], frame: pd.DataFrame) -> tuple[Block, ...]:
    """One block a grouping factor, the factor with most groups first."""
    factors: dict[tuple[str, ...], list[RandomTerm]] = {}
    for term in terms:
        factors.setdefault(term.group, []).append(term)
    blocks = [_block(group, members, frame) for group, members in factors.items()]
    return tuple(sorted(blocks, key=lambda block: -len(block.labels) * len(block.names)))


def _block(group: tuple[str, ...], terms: list[RandomTerm], frame: pd.DataFrame) -> Block:
    name = ":".join(group)
    codes, labels = _codes(group, frame)
    if len(labels) < 2:
        raise AnalysisError(f"'{name}' has one group only: nothing can vary between groups.")
    parts = [_effects(term, frame) for term in terms]
    names = tuple(column for part in parts for column in part.columns)
    if len(set(names)) < len(names):
        raise AnalysisError(f"An effect is said twice to vary over '{name}': {list(names)}.")
    matrix = np.hstack([part.to_numpy(dtype=float) for part in parts])
    if not np.isfinite(matrix).all():
        raise AnalysisError(f"What varies over '{name}' holds infinite or undefined numbers.")
    scale = np.sqrt((matrix**2).mean(axis=0))
    if np.linalg.matrix_rank(matrix / np.where(scale > 0, scale, 1)) < len(names):
        raise AnalysisError(f"The effects {list(names)} over '{name}' are perfectly collinear.")
    mask = np.eye(len(names), dtype=bool)
    start = 0
    for term, part in zip(terms, parts, strict=True):
        end = start + part.shape[1]
        if term.correlated:
            mask[start:end, start:end] = np.tri(end - start, dtype=bool)
        start = end
    return _made(name, labels, codes, names, matrix, mask)


def _made(
    group: str,
    labels: pd.Index,
    codes: NDArray[np.intp],
    names: tuple[str, ...],
    data: Floats,
    mask: NDArray[np.bool_],
) -> Block:
    """A block from columns of the data; correlated ones stand next to each other."""
    turn = np.zeros(mask.shape)
    scale = np.sqrt((data**2).mean(axis=0))
    tied = (mask | mask.T).astype(int)
    for place in sorted({int(row.argmax()) for row in tied}):
        part = slice(place, place + int(tied[place].sum()))
        # Lower triangular, so that a triangular factor stays one.
        upper = np.asarray(np.linalg.qr(data[:, part][:, ::-1])[1])[::-1, ::-1]
        turn[part, part] = np.tril(np.linalg.inv(upper)) * np.sqrt(len(data))
    turn = turn * np.where(np.diag(turn) < 0, -1.0, 1.0)
    rows, columns = np.nonzero(mask)
    return Block(group, labels, codes, names, data @ turn, turn, scale, rows, columns)


def _codes(group: tuple[str, ...], frame: pd.DataFrame) -> tuple[NDArray[np.intp], pd.Index]:
    if len(group) == 1:
        codes, labels = pd.factorize(frame[group[0]], sort=True)
    else:
        codes, labels = pd.factorize(pd.MultiIndex.from_frame(frame[list(group)]), sort=True)
    return np.asarray(codes, dtype=np.intp), pd.Index(labels)


def _effects(term: RandomTerm, frame: pd.DataFrame) -> pd.DataFrame:
    try:
        built = Formula(term.effects).get_model_matrix(
            frame, context={}, output="pandas", na_action="ignore"
        )
    except (FormulaicError, TypeError, ValueError, AttributeError, KeyError, IndexError):
        raise AnalysisError(f"'{term.effects}' cannot be computed from the data.") from None
    if not isinstance(built, pd.DataFrame) or len(built) != len(frame) or built.shape[1] == 0:
        raise AnalysisError(f"'{term.effects}' does not give one row of numbers a respondent.")
    return built
