"""What features of a described case do to its rating: claims C10, C17 and C30."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from confstudy.claims.result import ClaimResult
from confstudy.claims.sample import Sample, Test, require, result
from confstudy.errors import AnalysisError
from confstudy.models.fit import fit
from confstudy.survey.scoring import Scores

__all__ = ["TESTS", "components"]

_CANDOUR = ("policy", "privilege", "topic")
_JUDGEMENT = ("risk", "severity", "age", "requester", "consent")
_LEAST = 10


def components(ratings: pd.DataFrame, attributes: tuple[str, ...]) -> pd.DataFrame:
    """Average marginal component effects of every level against its attribute's first.

    Parameters
    ----------
    ratings
        One row a rating: ``respondent``, ``rating`` and a categorical column an attribute.
    attributes
        Their names.

    Returns
    -------
    DataFrame
        ``attribute, level`` and the columns of a fit's table.

    Notes
    -----
    Estimand: the AMCE of Hainmueller, Hopkins & Yamamoto (2014), over the cases that may have
    either level. Where a level never meets one of another attribute, cases with that one are
    left out of its comparison. Standard errors allow for a respondent's several ratings.
    Assumes: cases were drawn at random, evenly. Does not show: how levels work together.

    Examples
    --------
    >>> case = pd.DataFrame({"limits": pd.Categorical(["told", "hidden"] * 40, ["told", "hidden"])})
    >>> case = case.assign(respondent=range(80), rating=[5, 3, 4, 4] * 20)
    >>> components(case, ("limits",)).round(6)[["level", "estimate"]].to_numpy().tolist()
    [['hidden', -1.0]]
    """
    rows, fitted = [], {}
    for attribute in attributes:
        first, *others = ratings[attribute].cat.categories
        for level in others:
            barred = _barred(ratings, attributes, attribute, [first, level])
            if barred not in fitted:
                fitted[barred] = _fitted(ratings, attributes, barred)
            found = fitted[barred].loc[f"{attribute}[T.{level}]"]
            rows.append({"attribute": attribute, "level": level, **found.to_dict()})
    return pd.DataFrame(rows)


def _barred(
    ratings: pd.DataFrame, attributes: tuple[str, ...], attribute: str, levels: list[str]
) -> frozenset[tuple[str, str]]:
    """The levels of other attributes that never meet one of these levels."""
    found = []
    for other in attributes:
        if other != attribute:
            names = ratings[other].cat.categories
            for level in levels:
                met = ratings.loc[ratings[attribute] == level, other].unique()
                found += [(other, str(name)) for name in names if name not in met]
    return frozenset(found)


def _fitted(
    ratings: pd.DataFrame, attributes: tuple[str, ...], barred: frozenset[tuple[str, str]]
) -> pd.DataFrame:
    """The coefficients of every level, by term, without the cases that have barred ones."""
    kept = ratings
    for attribute, level in barred:
        kept = kept[kept[attribute] != level]
    cases = {name: kept[name].cat.remove_unused_categories() for name in attributes}
    varied = [name for name, column in cases.items() if len(column.cat.categories) > 1]
    fitted = fit(f"rating ~ {' + '.join(varied)}", kept.assign(**cases), cluster="respondent")
    return fitted.table.set_index("term")


def _rated(scores: Scores, name: str, attributes: tuple[str, ...]) -> pd.DataFrame:
    """The ratings of a set of vignettes, one row each."""
    wanted = (*attributes, "rating")
    require(scores, *(f"{name}_1_{column}" for column in wanted))
    frames: list[pd.DataFrame] = []
    while all(f"{name}_{len(frames) + 1}_{column}" in scores.frame for column in wanted):
        place = len(frames) + 1
        shown = scores.frame[[f"{name}_{place}_{column}" for column in wanted]]
        numbered = shown.set_axis(list(wanted), axis=1).reset_index(names="respondent")
        frames.append(numbered)
    return pd.concat(frames, ignore_index=True).dropna()


def _rows(
    scores: Scores, name: str, attributes: tuple[str, ...], keys: Mapping[str, str]
) -> tuple[list[dict[str, object]], int]:
    """Every component as rows, those with a key first, and how many respondents rated."""
    ratings = _rated(scores, name, attributes)
    found = components(ratings, attributes)
    low, high = scores.codebook.variables[f"{name}_1_rating"].range or (1, 7)
    rows = []
    for entry in found.to_dict("records"):
        attribute, level = str(entry.pop("attribute")), str(entry.pop("level"))
        first = ratings[attribute].cat.categories[0]
        rows.append(
            {
                "estimand": f"Rating, {attribute}: {level} less {first}",
                **{str(column): value for column, value in entry.items()},
                "unit": f"points ({low:g} to {high:g})",
                "key": keys.get(level, ""),
            }
        )
    order = list(keys.values())
    rows.sort(key=lambda row: order.index(row["key"]) if row["key"] else len(order))
    return rows, int(ratings["respondent"].nunique())


def _free_to_disclose(claim: str, sign: str, scores: Scores) -> ClaimResult:
    keys = {"therapist decides": "therapist_decides_on_candour"}
    rows, n = _rows(scores, "candour", _CANDOUR, keys)
    return result(
        claim,
        sign,
        [row for row in rows if "policy" in str(row["estimand"])],
        n,
        assumes="cases were drawn at random; one case does not change how the next is rated",
        does_not_show="what clients would say in a room rather than on paper",
    )


def _privilege(claim: str, sign: str, scores: Scores) -> ClaimResult:
    keys = {"not protected": "no_privilege_on_candour"}
    rows, n = _rows(scores, "candour", _CANDOUR, keys)
    rows = [row for row in rows if row["key"]] + _in_court(scores)
    # Privilege raises candour where its absence lowers it.
    turned = {"positive": "negative", "negative": "positive"}.get(sign, sign)
    return result(
        claim,
        turned,
        rows,
        n,
        assumes="cases were drawn at random; which law a practice is under is as good as random",
        does_not_show="what clients would say in a room; on court, what fewer than "
        f"{_LEAST} subpoenas under each law cannot show is left out",
    )


def _in_court(scores: Scores) -> list[dict[str, object]]:
    """What the law does to the chance of being told in court, by waiver of the privilege."""
    asked = ("subpoena", "court_disclosure", "privilege", "waiver", "practice")
    if not set(asked) <= set(scores.frame):
        return []
    rows = []
    for waived, what, key in [
        ("No", "privilege not waived", "privilege_on_disclosure_in_court"),
        ("Yes", "privilege waived", ""),
    ]:
        whom = (scores["subpoena"] == "Yes") & (scores["waiver"] == waived)
        counts = scores.frame.loc[whom, "privilege"].value_counts()
        if (counts < _LEAST).any() or scores.frame.loc[whom, "court_disclosure"].nunique() < 2:
            continue
        sample = Sample.of(
            scores.where(whom, f"Subpoena, {what}"),
            ["court_disclosure", "privilege"],
            cluster="practice",
        )
        estimand = f"Chance of being told in court, protected less not, {what}"
        effect = sample.slopes("court_disclosure", ["privilege"])["privilege"]
        rows.append(effect.row(estimand, "probability", key))
    return rows


def _hard_cases(claim: str, sign: str, scores: Scores) -> ClaimResult:
    keys = {
        "a child is harmed": "harm_to_a_child_on_judgement",
        "given": "consent_on_judgement",
    }
    rows, n = _rows(scores, "judgement", _JUDGEMENT, keys)
    if n < _LEAST * len(_JUDGEMENT):
        raise AnalysisError(f"{claim} needs ratings of fifty respondents or more, not {n}.")
    return result(
        claim,
        sign,
        rows,
        n,
        assumes="cases were drawn at random; one case does not change how the next is rated",
        does_not_show="what is right: it describes how those asked judge",
    )


TESTS: dict[str, Test] = {
    "C10": _free_to_disclose,
    "C17": _privilege,
    "C30": _hard_cases,
}
