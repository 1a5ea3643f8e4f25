"""The figure of missing answers and break-off shows no small group."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.show.quality import nonresponse_shown, still_there


@pytest.fixture(scope="module")
def found(scores):
    return cs.check(scores)


def with_missing(found, **counts):
    """A quality of one row a variable, each with counts of refused, blank and lost."""
    table = pd.DataFrame(
        [
            {"variable": name, "label": name, "scale": "", "asked": 100}
            | dict(zip(("refused", "blank", "lost"), reasons, strict=True))
            for name, reasons in counts.items()
        ]
    )
    return replace(found, missing=table)


def test_the_figure_says_in_words_what_it_shows(found):
    figure = cs.plot.quality(found)
    assert figure.decision.status == "pass"
    assert len(figure.table) == 20
    assert figure.canvas.get_figwidth() == pytest.approx(4.2)
    first = figure.table.iloc[0]
    assert f"{first['label']} {100 * first['share']:.1f}" in figure.alt
    assert "20 variables with the largest shares" in figure.caption
    assert figure.html.startswith("<figure><img alt=")


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((40, 20, 0), {"refused": 40, "blank": 20}),
        ((40, 4, 0), {"several": 44}),
        ((40, 20, 4), {"refused": 40, "several": 24}),
        ((40, 6, 7), {"refused": 40, "several": 13}),
        ((3, 4, 0), None),
        ((95, 0, 0), None),
    ],
)
def test_reasons_of_few_are_put_together(found, counts, shown):
    table = nonresponse_shown(with_missing(found, a=counts))
    if shown is None:
        assert table.empty
    else:
        drawn = table.drop(columns=["variable", "label", "asked", "missing", "share"])
        assert drawn.iloc[0].to_dict() == shown


@pytest.mark.parametrize(
    ("reached", "shown"),
    [
        ([100, 95, 85, 84, 70], [100, 100, 85, 85, 70]),
        ([100, 85, 85, 80, 80], [100, 80, 80, 80, 80]),
        ([100, 99, 98, 97, 96], [100] * 5),
    ],
)
def test_the_curve_falls_by_ten_or_more(found, reached, shown):
    table = pd.DataFrame({"reached": reached})
    assert still_there(replace(found, attrition=table)).tolist() == shown


def test_a_curve_is_drawn_where_ten_or_more_stopped(found):
    reached = np.linspace(found.n, found.n - 200, len(found.attrition)).astype(int)
    stopped = found.attrition.assign(reached=reached)
    figure = cs.plot.quality(replace(found, attrition=stopped))
    share = 100 * (found.n - 200) / found.n
    assert f"falling curve: {share:.1f}" in figure.alt
    assert figure.smallest >= 10


def test_nothing_missing_is_a_figure_too(found):
    figure = cs.plot.quality(with_missing(found, a=(0, 0, 0)))
    assert "No variable has 10 or more missing" in figure.alt
    assert figure.decision.status == "pass"
