import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

import confstudy as cs
from confstudy.release.drawing import check_drawing

RNG = np.random.default_rng(8)
N = 200
X, Y = RNG.normal(size=(2, N))
LINE = np.linspace(-2, 2, 60)
COUNTS = np.array([[40.0, 25], [12, 30]])


def one_by_one(axes):
    for x, y in zip(X, Y, strict=True):
        axes.plot(x, y, "o")


def scattered_in_an_inset(axes):
    axes.inset_axes([0.5, 0.5, 0.4, 0.4]).scatter(X, Y)


def named(axes):
    for place, (x, y) in enumerate(zip(X, Y, strict=True)):
        axes.text(x, y, f"P{place}")


def courses(axes):
    for _ in range(40):
        axes.plot([1, 2, 3], RNG.normal(size=3))


def quantiles(axes):
    axes.plot(np.sort(X), np.sort(Y))


def a_row_each(axes):
    axes.imshow(RNG.normal(size=(N, 4)), aspect="auto")


def ticks_for_names(axes):
    axes.plot(LINE, LINE**2)
    axes.set_xticks(range(40), [f"P{place}" for place in range(40)])


def circles(axes):
    for x, y in zip(X, Y, strict=True):
        axes.add_patch(Circle((x, y), 0.02))


REFUSED = {
    "scatter": (lambda a: a.scatter(X, Y), "single points"),
    "markers": (lambda a: a.plot(X, Y, "o"), "single points"),
    "pixels": (lambda a: a.plot(X, Y, ","), "single points"),
    "markers on a line": (lambda a: a.plot(np.sort(X), Y, ".-"), "single points"),
    "one by one": (one_by_one, "single points"),
    "inset": (scattered_in_an_inset, "single points"),
    "line through records": (lambda a: a.plot(Y), "single points"),
    "quantile plot": (quantiles, "single points"),
    "courses of clients": (courses, "single points"),
    "ecdf": (lambda a: a.ecdf(X), "single points"),
    "steps": (lambda a: a.step(np.sort(X), np.arange(N)), "single points"),
    "rug of events": (lambda a: a.eventplot(X), "single points"),
    "rug of lines": (lambda a: a.vlines(X, 0, 1), "single points"),
    "rug of marks": (lambda a: a.plot(X, np.zeros(N), "|"), "single points"),
    "stems": (lambda a: a.stem(X), "single points"),
    "a bar each": (lambda a: a.bar(range(N), np.abs(Y)), "single points"),
    "circles": (circles, "single points"),
    "arrows": (lambda a: a.quiver(X, Y, X, Y), "single points"),
    "names": (named, "single points"),
    "names at ticks": (ticks_for_names, "single points"),
    "outliers": (lambda a: a.boxplot([*X, 9.0]), "single points"),
    "filled outliers": (lambda a: a.boxplot([*X, 9.0], patch_artist=True), "single points"),
    "violin": (lambda a: a.violinplot(X), "extremes"),
    "violin across": (lambda a: a.violinplot(X, orientation="horizontal"), "extremes"),
    "histogram": (lambda a: a.hist(X, bins=30), "threshold"),
    "outline": (lambda a: a.hist(X, bins=30, histtype="step"), "threshold"),
    "density bars": (lambda a: a.hist(X, bins=30, density=True), "threshold"),
    "shares": (lambda a: a.hist(X, bins=30, weights=np.full(N, 1 / N)), "threshold"),
    "across": (lambda a: a.barh(["a", "b"], [4, 90]), "threshold"),
    "stairs": (lambda a: a.stairs([20, 3, 40]), "threshold"),
    "hexbin": (lambda a: a.hexbin(X, Y, gridsize=10), "threshold"),
    "two-way histogram": (lambda a: a.hist2d(X, Y), "threshold"),
    "small cell": (lambda a: a.imshow([[4, 90], [80, 30]]), "threshold"),
    "pie": (lambda a: a.pie([0.04, 0.96]), "threshold"),
    "size in words": (lambda a: a.set_title("Rare kind (n = 4)"), "threshold"),
    "largest in words": (lambda a: a.annotate("max 97.5", (0, 0)), "extremes"),
    "printed frame": (lambda a: a.text(0, 0, pd.Series(X).head(20).to_string()), "records"),
    "table": (lambda a: a.table([["1", "2"]]), "records"),
    "a row each": (a_row_each, "records"),
    "picture": (lambda a: a.imshow(RNG.random((9, 9, 3))), "unchecked"),
}
REVIEWED = {
    "curve": lambda a: a.plot(LINE, np.exp(-(LINE**2))),
    "wave": lambda a: a.plot(LINE, np.sin(9 * LINE)),
    "band": lambda a: a.fill_between(LINE, LINE - 1, LINE + 1),
    "means": lambda a: a.errorbar([1, 2, 3], [3.1, 3.5, 3.3], [0.2, 0.2, 0.3], fmt="o", capsize=3),
    "large bars": lambda a: a.bar(["a", "b", "c"], [60, 80, 60]),
    "mean bars": lambda a: a.bar(["a", "b"], [3.17, 3.49]),
    "wide bins": lambda a: a.hist(X, bins=[-9, -1, -0.5, 0, 0.5, 1, 9]),
    "large cells": lambda a: a.figure.colorbar(a.imshow(COUNTS)),
    "correlations": lambda a: a.matshow(np.corrcoef(RNG.normal(size=(12, 50)))),
    "pie": lambda a: a.pie([0.4, 0.6], labels=["yes", "no"]),
    "box": lambda a: a.boxplot([X, Y], showfliers=False),
    "density": lambda a: a.contour(np.outer(LINE, LINE)),
    "hidden": lambda a: a.scatter(X, Y, visible=False),
}


def drawn(draw, **options):
    canvas = Figure()
    draw(canvas.subplots(**options))
    return canvas


@pytest.mark.parametrize("name", REFUSED)
def test_marks_that_could_be_one_respondent_fail(name):
    draw, rule = REFUSED[name]
    decision = check_drawing(drawn(draw), N)
    assert (decision.status, decision.rule) == ("fail", rule)


@pytest.mark.parametrize("name", REVIEWED)
def test_what_cannot_be_told_is_for_a_person(name):
    assert check_drawing(drawn(REVIEWED[name]), N).status == "review"


@pytest.mark.parametrize(
    ("n", "marks", "status"),
    [
        (None, 10, "review"),
        (None, 11, "fail"),
        (200, 20, "review"),
        (200, 21, "fail"),
        (9, 1, "fail"),
    ],
)
def test_as_many_marks_pass_as_groups_of_ten_there_could_be(n, marks, status):
    canvas = drawn(lambda a: a.scatter(range(marks), range(marks)))
    assert check_drawing(canvas, n).status == status


def test_marks_are_counted_over_all_panels():
    canvas = Figure()
    for axes in canvas.subplots(5, 5).ravel():
        axes.scatter([1, 2], [1, 2])
    assert check_drawing(canvas, 300).rule == "single points"


def test_depth_and_what_is_not_a_figure_fail():
    canvas = drawn(lambda a: a.scatter(X[:3], Y[:3], Y[:3]), subplot_kw={"projection": "3d"})
    assert check_drawing(canvas, N).status == "fail"
    assert check_drawing(object(), N).rule == "unchecked"
    assert check_drawing(Figure(), N).status == "pass"


def test_figures_of_the_package_hold_no_single_points(scores):
    fit = cs.fit("concealment ~ privacy", scores, "logit")
    for figure in (cs.plot.coefficients(fit), cs.plot.predicted(fit, "privacy")):
        assert check_drawing(figure.canvas, fit.n).status == "review"
