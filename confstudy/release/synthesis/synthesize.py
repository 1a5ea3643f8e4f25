"""The front door: real respondents in, synthetic ones and a report out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module

from confstudy.errors import AnalysisError, DataError, DisclosureRefused
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.pace import Pace
from confstudy.release.synthesis.people import (
    People,
    drawn_people,
    fitted,
    source_columns,
    without_replicates,
)
from confstudy.release.synthesis.risk import risks_of, work_of
from confstudy.release.synthesis.synthetic import Synthetic, joint
from confstudy.release.synthesis.trees import trees
from confstudy.release.synthesis.uniques import keys_of, replicated
from confstudy.release.synthesis.utility import default_formulas, utility_of
from confstudy.survey.save import as_declared
from confstudy.survey.scoring import ScaleWarning, Scores, score
from confstudy.survey.survey import Survey

__all__ = ["synthesize"]

#: Fewest respondents from whom others are made, and fewest in a leaf of a tree.
FEWEST, FEWEST_IN_A_LEAF = 100, 10


def synthesize(
    data: Survey | Scores,
    *,
    n: int | None = None,
    seed: int,
    order: Sequence[str] | None = None,
    leaf: int = 10,
    formulas: Sequence[str] | None = None,
    attacks: int = 500,
    limit: float = 0.05,
    progress: Callable[[str], object] | None = None,
) -> Synthetic:
    """Make synthetic respondents; use it where real ones may not leave but their file is needed.

    Each column is drawn from the columns made before it: a tree is fitted to the respondents,
    and an answer is drawn from the leaf that the synthetic row falls into.

    Parameters
    ----------
    data
        A loaded survey of 100 respondents or more. Scales are left out: score the result.
    n
        Synthetic respondents; as many as there are where it is left out.
    seed
        The same seed gives the same respondents. It is not written down with them, since it
        would help to undo the smoothing: keep it where the source is.
    order
        Columns to begin with; the others follow as their roles have it (see Notes).
    leaf
        Fewest respondents in a leaf, 10 or more.
    formulas
        Models whose standardized coefficients are kept and compared; scales may be named.
        Where they are left out: each outcome and scale on exposures and covariates.
    attacks
        Descriptions tried for singling out in each of six measurements; 0 leaves the risk
        unmeasured.
    limit
        Largest risk that passes, as an estimate; see :meth:`Risks.decision
        <confstudy.release.synthesis.risk.Risks.decision>`.
    progress
        Called with a line at each step, such as ``print``, with the time left once it is known.

    Returns
    -------
    Synthetic
        ``.survey``, ``.utility``, ``.risk``, ``.decision`` and ``.save(path)``. The decision is
        ``review`` where a risk, or a coefficient, misses its target.

    Raises
    ------
    DisclosureRefused
        There are fewer than 100 respondents.
    DataError
        Not a survey, or columns that its codebook does not describe.
    AnalysisError
        scikit-learn is missing, or a number is out of its range.
    IdentifiedData
        The synthetic respondents do not pass the codebook's own protection.

    Notes
    -----
    Estimand: the joint distribution of the columns, each given those before it. The wave,
    strata, arms, quasi-identifiers, covariates and exposures come first, outcomes, sensitive
    answers and weights last. A tree sees a ridge regression of its column (so that straight
    relations are not flattened), the means of earlier scales, and the columns most correlated
    with its own. Numbers are smoothed towards their neighbours in the leaf, held between the
    tenth smallest and the tenth largest, and rounded to the grain of the source. Answers that
    fewer than ten gave, in closed questions, are not drawn. Missing answers are drawn with their
    reasons; who is not asked follows from the routing. Clusters are made anew, with sizes and
    effects that resemble those of the source. Rows that equal a unique respondent on all columns,
    or on quasi-identifiers and sensitive answers, are set aside. Of the rows drawn for each
    place one is chosen, so that means and the coefficients of linear models are near to those
    of the source: of ``formulas`` and the default ones first, then of each outcome on all
    other columns. Where a coefficient of a formula is still more than .02 off, its outcome is
    drawn again for a few rows. Only moments of ten respondents or more are used. Replicate
    weights are left out.

    Assumes: respondents of one cluster are exchangeable, and effects of clusters are normal and
    independent from column to column.

    Does not show: interactions that a leaf of ten cannot hold, and the uncertainty of the source:
    standard errors from synthetic data are those of one more sample. It is not differentially
    private; the attacks tried are not all there are.

    References
    ----------
    Reiter (2005), J. Official Statistics 21; Nowok, Raab, Dibben (2016), J. Stat. Software 74;
    Snoke et al. (2018), J. R. Stat. Soc. A 181; Giomi et al. (2023), PoPETs 2.

    Examples
    --------
    >>> import confstudy as cs
    >>> asked = ["arm", "gender", "privacy", "disclosure"]
    >>> survey = cs.simulate("therapy", clients=400, seed=1, columns=asked).survey
    >>> made = synthesize(survey, seed=1, attacks=0)
    >>> made.survey.synthetic, made.risk.replicated, made.decision.status
    (True, 0, 'review')
    """
    _check(data, n, seed, leaf, limit)
    trees()
    pace = Pace(progress or str, work_of(attacks))
    source = without_replicates(as_declared(data))
    # One thread: sums of several are not the same from one run to the next.
    with import_module("threadpoolctl").threadpool_limits(1):
        columns = source_columns(source)
        scored = _scored(source)
        usual = default_formulas(scored)
        models = usual if formulas is None else list(formulas)
        both = tuple(dict.fromkeys([*models, *usual]))
        pace(f"models of {len(columns)} columns", done=0)
        synthesizer = fitted(source.codebook, columns, order, leaf, seed)
        pace("drawing and choosing respondents", done=0)
        people = drawn_people(synthesizer, n or source.n, both)
        survey = people.survey(source)
        pace("utility", done=0.9)
        kept = [name for name in columns if name in people.rows.numbers]
        real = [columns[name] for name in kept]
        made = [_made(people, column) for column in real]
        utility = utility_of(scored, _scored(survey), real, made, models, seed)
        repeats = int(replicated(keys_of(source.codebook, real, ()), people.rows.numbers).sum())
        risk = risks_of(source, order, leaf, attacks, repeats, both, pace)
    decision = joint([risk.decision(limit), utility.decision()])
    return Synthetic(survey, utility, risk, decision, people.redrawn, people.left_out)


def _made(people: People, column: Column) -> Column:
    rows = people.rows
    return replace(column, numbers=rows.numbers[column.name], reasons=rows.reasons[column.name])


def _scored(survey: Survey) -> Survey:
    """With scales, without saying again what scoring says of them."""
    if not survey.codebook.scales:
        return survey
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScaleWarning)
        return score(survey)


def _check(data: object, n: int | None, seed: int, leaf: int, limit: float) -> None:
    if not isinstance(data, Survey):
        raise DataError("Synthetic data are made from a survey: load the file by cs.load first.")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise AnalysisError("'seed' is a whole number: the same gives the same respondents.")
    if leaf < FEWEST_IN_A_LEAF:
        raise AnalysisError(
            f"'leaf' is {FEWEST_IN_A_LEAF} or more: fewer would show single people."
        )
    if n is not None and n < FEWEST:
        raise AnalysisError(f"'n' is {FEWEST} or more.")
    if not 0 < limit < 1:
        raise AnalysisError("'limit' is a share between 0 and 1, such as .05.")
    if data.n < FEWEST:
        raise DisclosureRefused(
            f"Synthetic data are not made from fewer than {FEWEST} respondents: each would shape "
            "them too much. Release tables with counts of 10 or more instead, or collect more."
        )
