"""How the chains of an imputation went."""

from __future__ import annotations

import textwrap

from confstudy.errors import AnalysisError, unknown
from confstudy.models.missing.imputed import Imputed
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, WIDTH, drawing
from confstudy.words import number

__all__ = ["traces"]

_MOST = 6


def traces(imputed: Imputed, variables: list[str] | None = None) -> Figure:
    """Draw mean and sd of the imputed values by iteration: chains should mix without a trend.

    Parameters
    ----------
    imputed
        From :func:`confstudy.impute`.
    variables
        Up to six imputed columns; by default those with most missing answers, ten or more.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.missing.impute import impute
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> figure = traces(impute(survey, ["fear_1", "topics"], m=3, iterations=4))
    >>> figure.table["variable"].unique().tolist()
    ['fear_1']
    """
    table = imputed.table.set_index("variable")
    absent = [name for name in variables or () if name not in table.index]
    if absent:
        raise AnalysisError(unknown("Columns", absent, imputed.variables, "what was imputed"))
    many = table[table["missing"] >= 10].sort_values("missing", ascending=False)
    names = (list(many.index) if variables is None else variables)[:_MOST]
    if not names:
        raise AnalysisError("No column has ten or more missing answers: there is nothing to draw.")
    drawn = imputed.traces[imputed.traces["variable"].isin(names)]
    with drawing(height=0.3 + 1.25 * len(names), width=WIDTH) as (canvas, axes):
        axes.remove()
        grid = canvas.subplots(len(names), 2, squeeze=False, sharex=True)
        for row, name in zip(grid, names, strict=True):
            for place, part in zip(row, ("mean", "sd"), strict=True):
                wide = drawn[drawn["variable"] == name].pivot_table(
                    index="iteration", columns="imputation", values=part
                )
                place.plot(wide.index, wide, color=BLUE, alpha=0.35, linewidth=0.7)
                place.plot(wide.index, wide.mean(axis=1), color=GREY, linestyle=(0, (4, 2)))
                place.margins(x=0.02)
            row[0].set_ylabel("\n".join(textwrap.wrap(name, 16)))
        for place, part in zip(grid[0], ("Mean", "SD"), strict=True):
            place.set_title(f"{part} of the imputed")
        for place in grid[-1]:
            place.set_xlabel("Iteration")
    settled = [f"{name} R-hat {number(table.loc[name, 'settled'])}" for name in names]  # type: ignore[arg-type]
    return Figure(
        canvas=canvas,
        alt=f"Lines by iteration, one a chain: mean and sd of the imputed values of "
        f"{', '.join(names)}. {'; '.join(settled)}.",
        caption=f"{imputed.m} chains of {imputed.iterations} iterations; dashed, their mean. "
        "Chains that have settled mix without a trend.",
        table=drawn.reset_index(drop=True),
        smallest=int(table.loc[names, "missing"].min()),
    )
