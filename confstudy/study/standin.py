"""Answers of nobody: drawn from a codebook alone, until a survey is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from confstudy.codebook.read import codebook_path
from confstudy.codebook.schema import Codebook, Fieldwork, Scale, Variable
from confstudy.codebook.write import as_yaml, settled
from confstudy.files import write_text, write_with
from confstudy.survey.load import load_table
from confstudy.survey.read import RawTable
from confstudy.survey.save import write_parquet
from confstudy.survey.survey import Survey

__all__ = ["stand_in", "write_stand_in"]

_GROUPS = 20
_BLANK = 0.03
_DESIGN = {"weight", "replicate_weight", "strata", "cluster"}


def stand_in(codebook: Codebook, n: int, seed: int) -> tuple[pd.DataFrame, Codebook]:
    """Draw answers that fit a codebook, so that its reports can be built before a survey is in.

    Every level is as likely as the next and no two variables are linked, save the items of a
    scale, which have half of their variance in common. Three answers in a hundred are blank.

    Parameters
    ----------
    codebook
        Its labels and ranges are all that is used.
    n
        Respondents.
    seed
        The same seed gives the same answers.

    Returns
    -------
    tuple
        The file's columns, and the codebook they fit, marked as synthetic.

    Examples
    --------
    >>> from confstudy.codebook.read import read_codebook
    >>> frame, book = stand_in(read_codebook("therapy"), 200, seed=1)
    >>> len(frame), book.synthetic
    (200, True)
    """
    how = f"drawn at random from its codebook, seed {seed}: nobody's answers"
    told = {"synthetic": True, "source": how, "title": "", "fieldwork": Fieldwork(mode=how)}
    book = settled(codebook).model_copy(update={**told, "name": f"{codebook.name}-standin"})
    random = np.random.default_rng(seed)
    columns = {name: _drawn(variable, n, random) for name, variable in book.variables.items()}
    for scale in book.scales.values():
        columns |= _items(scale, book, n, random)
    frame = pd.DataFrame(columns)[list(book.variables)]
    for name, variable in book.variables.items():
        if not _DESIGN & set(variable.role):
            frame[name] = frame[name].mask(random.random(n) < _BLANK)
    return frame, book


def write_stand_in(codebook: Codebook, out: Path, n: int, seed: int) -> Survey:
    """Write stand-in answers and their codebook beside them; they pass the gate like any other.

    Raises
    ------
    IdentifiedData
        So few are drawn that their quasi-identifiers tell some apart.

    Examples
    --------
    >>> import tempfile
    >>> from confstudy.codebook.read import read_codebook
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_stand_in(read_codebook("therapy"), Path(folder, "s.parquet"), 200, seed=1).n
    200
    """
    frame, book = stand_in(codebook, n, seed)
    survey = load_table(RawTable(frame, out.name, "not written", "drawn"), book)
    write_with(out, lambda path: write_parquet(frame, path))
    write_text(codebook_path(out), as_yaml(book))
    return survey


def _drawn(variable: Variable, n: int, random: np.random.Generator) -> pd.Series[Any]:
    if variable.categories:
        return pd.Series(random.choice(list(variable.categories), n), dtype="str")
    if variable.type == "code":
        names = [f"{variable.role[0] if variable.role else 'group'} {i}" for i in range(_GROUPS)]
        return pd.Series(random.choice(names, n), dtype="str")
    if {"weight", "replicate_weight"} & set(variable.role):
        return pd.Series(random.uniform(0.5, 1.5, n).round(2))
    low, high = variable.range or (0, 10)
    if low % 1 or high % 1 or high - low <= 1:
        return pd.Series(random.uniform(low, high, n).round(2))
    return pd.Series(random.integers(int(low), int(high), n, endpoint=True).astype(float))


def _items(
    scale: Scale, book: Codebook, n: int, random: np.random.Generator
) -> dict[str, pd.Series[Any]]:
    """The rated items of a scale with a common cause; those with levels stay as drawn."""
    rated = [name for name in scale.items if book.variables[name].type in ("item", "numeric")]
    low, high = scale.points
    common = random.normal(size=n)
    found = {}
    for name in rated:
        share = ndtr((common + random.normal(size=n)) / np.sqrt(2))
        points: NDArray[np.float64] = low + np.floor(share * (high - low + 1))
        found[name] = pd.Series(low + high - points if name in scale.reverse else points)
    return found
