"""Kernels give what the package's own fits give, and their bits depend on nothing else."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.design.answers import Spec, spec
from confstudy.design.batch import Batch, Estimates
from confstudy.design.comparisons import difference
from confstudy.design.drawing import frame_of
from confstudy.design.kernels.columns import plan_of
from confstudy.design.kernels.run import run
from confstudy.errors import AnalysisError

NUMBERS = ["estimate", "std_error", "p_value", "conf_low", "conf_high"]
FULL = "arm[T.full]"
SPECS = [
    *(spec("y ~ arm + age + x", cov=cov, term=FULL) for cov in (None, "HC0", "HC1", "HC2", "HC3")),
    *(
        spec("y ~ treated + age", cluster="therapist", cov=cov, term="treated")
        for cov in (None, "CR0", "CR1")
    ),
    spec("y ~ arm * x", cluster="therapist", term="arm[T.full]:x"),
    *(
        spec("yes ~ arm + age + x", family, cov=cov, term=FULL)
        for family in ("logit", "probit")
        for cov in (None, "HC0", "HC1", "HC2", "HC3")
    ),
    spec("yes ~ treated + x * age", "logit", cluster="therapist", cov="CR1", term="treated"),
    *(spec("band ~ arm + age + x", "ordered", cov=cov, term=FULL) for cov in (None, "HC0", "HC1")),
    *(
        spec("yes ~ treated + x", family, cluster="therapist", term="treated")
        for family in ("logit", "probit")
    ),
    spec("band ~ arm + x", "ordered", cluster="therapist", term=FULL),
    spec("y ~ treated + age", random="1 | therapist", term="treated"),
    spec("y ~ arm + x", random="(1 | therapist)", term=FULL),
    spec("rare ~ arm + x", "logit", term=FULL),
]  # fmt: skip


def fitted(answer: Spec, batch: Batch, place: int) -> Any:
    """The same model by the package's front doors."""
    frame = frame_of(batch, place)
    if answer.family == "ordered":
        frame["band"] = frame["band"].cat.as_ordered()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cs.FitWarning)
        if answer.random:
            return cs.mixed(answer.formula, frame, answer.random)
        return cs.fit(answer.formula, frame, answer.family, cluster=answer.cluster, cov=answer.cov)


def part(batch: Batch, places: list[int]) -> Batch:
    return Batch(
        places[0],
        {name: values[places] for name, values in batch.columns.items()},
        batch.levels,
        {name: values[places] for name, values in batch.groups.items()},
    )


@pytest.mark.parametrize("answer", SPECS, ids=lambda a: f"{a.formula}, {a.path}")
def test_kernels_agree_with_fits(answer: Spec, batch: Batch) -> None:
    few = part(batch, list(range(6)))
    request = answer._request(few, None)
    plan = plan_of(answer.formula)
    assert plan is not None
    fine = run(request, few, plan).fine
    assert fine.mean() > 0.5
    found = answer.estimates(few)
    for place in np.flatnonzero(fine):
        fit = fitted(answer, few, int(place))
        expected = fit.table.set_index("term").loc[answer.term, NUMBERS].to_numpy(dtype=float)
        result = [getattr(found, name)[place] for name in NUMBERS]
        # cs.mixed differentiates its degrees of freedom by differences.
        digits = 1e-6 if answer.random else 1e-8
        np.testing.assert_allclose(result, expected, rtol=digits, atol=1e-12)
        assert (found.n[place], found.failed[place]) == (fit.n, "")


@pytest.mark.parametrize("answer", [*SPECS[::3], difference("yes", by="treated", shares=True)])
def test_bits_do_not_depend_on_the_batch(answer: Spec, batch: Batch) -> None:
    whole = answer.estimates(batch)
    for places in ([7], [3, 4, 5], list(range(20, 24))):
        alone = answer.estimates(part(batch, places))
        for name in (*NUMBERS, "n", "failed"):
            expected = getattr(whole, name)[places]
            assert getattr(alone, name).astype(expected.dtype).tobytes() == expected.tobytes(), name


def hard(kind: str) -> Batch:
    """Twelve respondents with something that makes a fit fail."""
    rng = np.random.default_rng(5)
    x = np.linspace(-1, 1, 12)
    columns = {
        "x": x, "y": rng.normal(size=12), "yes": (rng.random(12) < 0.5).astype(float),
        "band": np.tile([0.0, 1, 2], 4), "twin": 2 * x + 1, "arm": np.tile([0.0, 1], 6),
    }  # fmt: skip
    if kind == "separated":
        columns["yes"] = (x > 0).astype(float)
        columns["band"] = np.repeat([0.0, 1, 2], 4)
    if kind == "constant":
        columns["yes"] = columns["y"] = np.ones(12)
    if kind == "few":
        columns = {name: np.where(np.arange(12) < 2, v, np.nan) for name, v in columns.items()}
    if kind == "arm":
        columns["arm"] = np.zeros(12)
    if kind == "nobody":
        columns = {name: np.full(12, np.nan) for name in columns}
    groups = np.zeros((1, 12), dtype=np.intp) if kind == "one" else np.arange(12)[None] // 3
    wide = {name: values[None] for name, values in columns.items()}
    return Batch(0, wide, {"arm": ("none", "full"), "band": ("a", "b", "c")}, {"g": groups})


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("separated", spec("yes ~ x", "logit", term="x"), "separation"),
        ("separated", spec("yes ~ x", "probit", term="x"), "separation"),
        ("separated", spec("band ~ x", "ordered", term="x"), "separation"),
        ("plain", spec("y ~ x + twin", term="x"), "collinear"),
        ("plain", spec("yes ~ x + twin", "logit", term="x"), "collinear"),
        ("plain", spec("y ~ x + twin", random="1 | g", term="x"), "collinear"),
        ("constant", spec("y ~ x", term="x"), "perfect fit"),
        ("constant", spec("yes ~ x", "logit", term="x"), "two outcomes"),
        ("constant", spec("y ~ x", random="1 | g", term="x"), "constant"),
        ("few", spec("y ~ x + arm", term="x"), "cannot be fitted to 2 rows"),
        ("few", spec("band ~ x", "ordered", term="x"), "cannot be fitted to 2 rows"),
        ("arm", spec("y ~ arm", term="arm[T.full]"), "one level only"),
        ("one", spec("y ~ x", cluster="g", term="x"), "one group only"),
        ("nobody", spec("y ~ x", term="x"), "No row has all of"),
        ("few", difference("y", by="arm"), "too few"),
        ("constant", difference("yes", by="arm"), "constant"),
        ("plain", difference("y", by="arm", shares=True), "other than 0 and 1"),
    ],
)
def test_a_failed_fit_says_what_the_fit_says(kind: str, answer: Any, words: str) -> None:
    found = answer.estimates(hard(kind))
    assert words in str(found.failed[0])
    assert all(np.isnan(getattr(found, name)[0]) for name in NUMBERS)
    if isinstance(answer, Spec):
        assert said(answer, hard(kind)).startswith(str(found.failed[0]))


def said(answer: Spec, batch: Batch) -> str:
    try:
        return "; ".join(fitted(answer, batch, 0).problems)
    except AnalysisError as refused:
        return str(refused)


def test_a_lost_reference_is_no_silent_change_of_question(batch: Batch) -> None:
    arm = batch.columns["arm"].copy()
    arm[0] = np.where(arm[0] == 0, 1.0, arm[0])
    other = Batch(0, {**batch.columns, "arm": arm}, batch.levels, batch.groups)
    found: Estimates = spec("y ~ arm", term=FULL).estimates(other)
    assert "nobody" in str(found.failed[0])
    assert (found.failed[1:] == "").all()


def test_levels_that_nobody_has_have_no_threshold(batch: Batch) -> None:
    band = np.where(batch.columns["band"] == 1, 2.0, batch.columns["band"])
    other = part(Batch(0, {**batch.columns, "band": band}, batch.levels, batch.groups), [0, 1])
    answer = spec("band ~ arm + x", "ordered", term=FULL)
    expected = [
        fitted(answer, other, r).table.set_index("term").loc[FULL, "std_error"] for r in (0, 1)
    ]
    np.testing.assert_allclose(answer.estimates(other).std_error, expected, rtol=1e-8)


def test_an_estimate_of_no_variance_is_an_estimate() -> None:
    rng = np.random.default_rng(2)
    groups = np.tile(np.arange(60) % 12, (20, 1))
    x, y = rng.normal(size=(2, 20, 60))
    alike = Batch(0, {"x": x, "y": y}, {}, {"g": groups})
    answer = spec("y ~ x", random="1 | g", term="x")
    found = answer.estimates(alike)
    fits = [cs.mixed("y ~ x", frame_of(alike, r), "1 | g") for r in range(20)]
    singular = [bool(fit.singular) for fit in fits]
    assert 3 < sum(singular) < 20
    expected = pd.concat([fit.table.iloc[[1]] for fit in fits])
    np.testing.assert_allclose(found.std_error, expected["std_error"], rtol=1e-8)
    np.testing.assert_allclose(found.p_value, expected["p_value"], rtol=1e-6)
