"""What may be wrong with a survey's answers, counted."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from confstudy.survey.survey import Survey

__all__ = ["Quality", "check"]

_SAID = {
    "refused": "refused",
    "dont_know": "did not know",
    "not_asked": "not asked (skipped by routing)",
    "lost": "lost or unusable",
    "blank": "left blank",
    "out_of_range": "out of the codebook's range",
    "unlisted": "not among the levels",
    "suppressed": "suppressed to protect respondents",
}


@dataclass(frozen=True, repr=False)
class Quality:
    """The result of :func:`check`."""

    table: pd.DataFrame
    n: int

    def __repr__(self) -> str:
        return f"Quality of {self.n:,} answers a variable\n{self.table.to_string(index=False)}"


def check(survey: Survey) -> Quality:
    """Count missing answers by reason, repeated rows, empty and constant columns.

    Returns
    -------
    Quality
        With ``.table``: one row a finding, ``check, variable, count, share`` (of respondents).

    Examples
    --------
    >>> import confstudy as cs
    >>> quality = cs.check(cs.load("data_synthetic/therapy.parquet"))
    >>> bool((quality.table["share"] <= 1).all())
    True
    """
    missing = survey.missing.set_index("variable")
    rows = [
        (_SAID[str(reason)], str(variable), int(count))
        for variable, counts in missing.iterrows()
        for reason, count in counts.items()
        if count
    ]
    repeated = int(survey.frame.duplicated().sum())
    if repeated:
        rows.append(("same answers as an earlier row", "all variables", repeated))
    for name, column in survey.frame.items():
        answers = column.dropna()
        if answers.empty:
            rows.append(("nobody answered", str(name), survey.n))
        elif len(answers.unique()) == 1:
            rows.append(("everybody answered the same", str(name), len(answers)))
    table = pd.DataFrame(rows, columns=["check", "variable", "count"])
    return Quality(table.assign(share=table["count"] / max(survey.n, 1)), survey.n)
