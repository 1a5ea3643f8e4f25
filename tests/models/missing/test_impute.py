import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.missing.columns import METHODS
from confstudy.models.missing.fits import fit_imputed
from confstudy.models.missing.impute import impute, quick_predictors

N = 240


def frame(seed=1, n=N):
    """Columns of every type, each with about a sixth missing, all related to z."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n)
    u = z + rng.logistic(size=n)
    whole = pd.DataFrame(
        {
            "z": z,
            "number": 1 + z + rng.normal(size=n),
            "yes": (u > 0).astype(float),
            "word": pd.Series(np.where(u > 0, "no", "yes"), dtype="str"),
            "flag": pd.Series(u > 0.5, dtype="boolean"),
            "rank": pd.Categorical.from_codes(
                np.digitize(u, [-1, 0.5, 2]), ["never", "seldom", "often", "always"], ordered=True
            ),
            "kind": pd.Categorical.from_codes(np.digitize(u, [-1, 1]), ["c", "a", "b"]),
            "visits": rng.poisson(np.exp(0.5 + 0.4 * z)).astype(float),
        }
    )
    holes = rng.uniform(size=whole.shape) < 1 / 6
    holes[:, 0] = False
    return whole.mask(holes)


def test_every_type_is_completed_as_itself_and_answers_stay():
    data = frame()
    imputed = impute(data, m=3, iterations=3, methods={"visits": "count"})
    for done in imputed:
        assert not done.isna().any(axis=None)
        for name in data:
            known = data[name].notna()
            assert (done.loc[known, name] == data.loc[known, name]).all()
            assert set(done[name]) <= set(data[name].dropna()) | (
                set(done[name]) if name in ("z", "number", "visits") else set()
            )
        assert done["rank"].dtype == data["rank"].dtype
        assert done["flag"].dtype == bool
        assert (done["visits"] % 1 == 0).all()
    methods = imputed.table.set_index("variable")["method"].to_dict()
    expected = "residual logit logit logit ordered multinomial count".split()
    assert methods == dict(zip(data.columns[1:], expected, strict=True))


def test_the_same_seed_gives_the_same_draws_and_another_seed_others():
    first, again, other = (
        impute(frame(), m=2, iterations=2, seed=s).completed(1) for s in (5, 5, 6)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_chains_run_in_parts_where_there_is_much_to_hold(monkeypatch):
    monkeypatch.setattr("confstudy.models.missing.chained._MOST_NUMBERS", 20 * N)
    imputed = impute(frame(), m=3, iterations=2)
    assert imputed.values("number").shape[0] == 3
    assert imputed.traces.groupby("variable")["imputation"].nunique().eq(3).all()
    assert len(np.unique(imputed.values("number")[:, 0])) > 1


def test_with_only_the_outcome_missing_the_pooled_fit_is_that_of_complete_cases():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.normal(size=300)})
    data["y"] = 1 + data["x"] + rng.normal(size=300)
    data.loc[data["x"] > 0.4, "y"] = np.nan
    pool = fit_imputed("y ~ x", impute(data, m=60, iterations=1, methods={"y": "normal"}))
    plain = cs.fit("y ~ x", data)
    error = pool.diagnostics["monte_carlo"]
    assert (abs(pool.coefficients - plain.coefficients) < 4 * error).all()
    ratio = pool.table["std_error"] / np.sqrt(np.diag(plain.covariance))
    np.testing.assert_allclose(ratio, 1, atol=0.25)
    assert (pool.diagnostics["missing_information"] > 0.2).all()


def test_matching_takes_any_of_those_who_are_predicted_alike():
    data = pd.DataFrame({"g": np.repeat([0.0, 1.0], 200), "y": np.arange(400.0)})
    data.loc[::2, "y"] = np.nan
    values = impute(data, m=2, iterations=1).values("y")
    assert len(np.unique(values[0])) > 80


def test_items_are_imputed_within_their_points_and_scales_scored_anew(scores):
    imputed = impute(scores, ["privacy", "knowledge", "concealment"], m=2, iterations=2)
    done = imputed.completed(1)
    items = list(scores.codebook.scales["privacy"].items)
    assert done.frame[items].isin([1, 2, 3, 4, 5]).all(axis=None)
    again = done.frame[items].to_numpy(dtype=float)
    again[:, [1, 4]] = 6 - again[:, [1, 4]]
    np.testing.assert_allclose(done.frame["privacy"], again.mean(axis=1))
    assert done.frame["knowledge"].between(0, 1).all()
    assert not done.reasons[items].to_numpy().any()
    assert done.provenance == scores.provenance
    used = imputed.predictors
    assert used.loc["privacy_1", "privacy_2"]
    assert not used.loc["privacy_1", "privacy"]
    assert used.loc["knowledge_family", "privacy"]
    assert not used.loc["knowledge_family", "privacy_2"]


def test_questions_that_were_not_asked_stay_unanswered(scores):
    from confstudy.survey.recode import MISSING_REASONS

    reasons = scores.reasons.assign(fear_1=0)
    reasons.loc[scores.frame["fear_1"].isna(), "fear_1"] = 1
    rows = reasons.index[:50]
    reasons.loc[rows, "fear_1"] = MISSING_REASONS.index("not_asked") + 1
    frame = scores.frame.copy()
    frame.loc[rows, "fear_1"] = np.nan
    import dataclasses

    survey = dataclasses.replace(scores, frame=frame, reasons=reasons)
    done = impute(survey, ["fear_1", "fear_2", "topics"], m=2, iterations=2).completed(0)
    assert done.frame["fear_1"].isna().sum() == 50
    assert done.frame.loc[rows, "fear_1"].isna().all()
    assert done.frame["fear_2"].notna().all()


def test_derived_columns_keep_step_with_what_they_are_computed_from():
    imputed = impute(frame(), ["z", "number", "yes"], m=2, iterations=2,
                     derived={"both": "number * yes", "square": "number ** 2 - 1"})  # fmt: skip
    for done in imputed:
        np.testing.assert_allclose(done["both"], done["number"] * done["yes"])
        np.testing.assert_allclose(done["square"], done["number"] ** 2 - 1)
    assert not imputed.predictors.loc["number", "both"]


def test_a_derived_interaction_is_recovered_that_plain_chains_flatten():
    rng = np.random.default_rng(4)
    n = 4000
    arm, x = rng.integers(0, 2, n).astype(float), rng.normal(size=n)
    y = x * (2 * arm - 1) + 0.5 * rng.normal(size=n)
    data = pd.DataFrame({"arm": arm, "x": x, "y": np.where(rng.uniform(size=n) < 0.5, np.nan, y)})
    slopes = [
        fit_imputed("y ~ x * arm", impute(data, m=3, iterations=2, derived=more)).coefficients[3]
        for more in ({}, {"both": "x * arm"})
    ]
    assert slopes[0] < 1.4
    assert slopes[1] == pytest.approx(2, abs=0.1)


def test_range_bounds_normal_draws(scores):
    data = scores.frame[["topics", "sessions"]].copy()
    survey = __import__("dataclasses").replace(
        scores, frame=data.mask(np.arange(len(data))[:, None] % 3 == [0, 3]), reasons=scores.reasons
    )
    done = impute(survey, ["topics", "sessions"], m=4, iterations=1, methods={"topics": "normal"})
    values = done.values("topics")
    assert values.min() >= 0
    assert values.max() <= 10


def test_separated_levels_give_finite_draws():
    x = np.linspace(-1, 1, 60)
    data = pd.DataFrame({"x": x, "y": (x > 0).astype(float)})
    data.loc[::7, "y"] = np.nan
    imputed = impute(data, m=5, iterations=3)
    drawn = imputed.chains.drawn["y"].latent
    assert np.isfinite(drawn).all()
    assert np.abs(drawn).max() < 60


def test_collinear_and_constant_predictors_are_named_and_left_out():
    data = frame()[["z", "number"]].assign(twice=lambda d: 2 * d["z"], same=1.0)
    imputed = impute(data, m=2, iterations=1)
    assert "same" in repr(imputed)
    assert any(name in repr(imputed) for name in ("twice", "z,"))
    assert np.isfinite(imputed.values("number")).all()


def test_one_answer_only_is_given_to_everybody_and_said():
    data = frame()[["z"]].assign(same=np.where(np.arange(N) < 20, np.nan, 3.0))
    imputed = impute(data, m=2, iterations=1)
    assert (imputed.completed(0)["same"] == 3).all()
    assert "'same' has one answer only" in repr(imputed)


@pytest.mark.parametrize("n", [4, 6, 12])
def test_tiny_data_are_imputed_without_failing(n):
    data = frame(n=n)[["z", "number"]]
    data.loc[0, "number"], data.loc[1, "number"] = np.nan, 1.0
    data.loc[2:, "number"] = np.arange(n - 2, dtype=float)
    assert np.isfinite(impute(data, m=3, iterations=2).values("number")).all()


def test_strongest_predictors_are_taken_where_there_are_too_many():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.normal(size=(40, 30)), columns=[f"v{i}" for i in range(30)])
    data["y"] = data["v3"] + 0.1 * rng.normal(size=40)
    data.loc[:9, "y"] = np.nan
    imputed = impute(data, m=2, iterations=1)
    assert imputed.predictors.loc["y"].sum() == 6
    assert imputed.predictors.loc["y", "v3"]
    assert "strongest predictors" in repr(imputed)


def test_predictors_can_be_named_listed_or_thresholded():
    data = frame()
    table = quick_predictors(data, least=0.2)
    by_table = impute(data, m=2, iterations=1, predictors=table)
    assert by_table.predictors.loc["number", "z"] == table.loc["number", "z"]
    named = impute(data, m=2, iterations=1, predictors={"number": ["z"]})
    assert named.predictors.loc["number"].sum() == 1
    assert named.predictors.loc["yes"].sum() == 7
    assert impute(data, m=2, iterations=1, predictors=0.99).predictors.sum().sum() < 7


def test_quick_predictors_see_columns_that_tell_who_does_not_answer():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.normal(size=(500, 2)), columns=["y", "why"])
    data.loc[data["why"] > 0.5, "y"] = np.nan
    assert quick_predictors(data, least=0.5).loc["y", "why"]


def test_nothing_of_a_respondent_stands_in_the_repr():
    data = frame()
    data.loc[3, "number"] = 987.654
    assert "987" not in repr(impute(data, m=2, iterations=1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"m": 1}, "2 or more"),
        ({"m": 2.5}, "whole number"),
        ({"seed": -1}, "0 or more"),
        ({"columns": ["z"]}, "Nothing is missing"),
        ({"columns": ["numbers"]}, "Did you mean 'number'"),
        ({"methods": {"number": "normals"}}, "Did you mean 'normal'"),
        ({"methods": {"number": "logit"}}, "two levels"),
        ({"methods": {"kind": "pmm"}}, "has levels"),
        ({"methods": {"other": "pmm"}}, "not found"),
        ({"predictors": {"number": ["number"]}}, "from itself"),
        ({"predictors": {"number": ["nobody"]}}, "not found"),
        ({"derived": {"both": "number * kind"}}, "not a number"),
        ({"derived": {"both": "__import__('os')"}}, "arithmetic"),
        ({"derived": {"both": "number *"}}, "arithmetic"),
        ({"cluster": "kind"}, "without a cluster"),
        ({"cluster": "nobody"}, "not found"),
        ({"reference": {"number": ("kind", "z")}}, "Levels not found"),
        ({"shift": {"kind": 1.0}}, "unordered"),
    ],
)
def test_what_cannot_be_imputed_is_said(options, said):
    with pytest.raises(AnalysisError, match=said):
        impute(frame(), **options)


def test_objects_that_are_all_numbers_are_numbers():
    data = frame()[["z", "number"]].astype({"number": object})
    assert impute(data, m=2, iterations=1).table["method"].tolist() == ["residual"]
    with pytest.raises(AnalysisError, match="more than 30 levels"):
        impute(data.assign(number=[str(i) if i else None for i in range(N)]), m=2)


@pytest.mark.parametrize("names", [["z", "z"], [1, 2]])
def test_names_of_columns_are_words_used_once(names):
    with pytest.raises(AnalysisError, match="used once"):
        impute(frame()[["z", "number"]].set_axis(names, axis=1))


def test_any_index_and_any_name_will_do():
    data = frame()[["z", "number"]].set_axis(["Größe", "fear of it"], axis=1)
    plain = impute(data, m=2, iterations=1).completed(1)
    data.index = np.repeat(np.arange(N // 2), 2)
    done = impute(data, m=2, iterations=1).completed(1)
    assert done.index.equals(data.index)
    np.testing.assert_array_equal(done, plain)


def test_a_column_without_answers_is_left_out_or_refused():
    data = frame()[["z", "number"]].assign(empty=np.nan)
    assert "'empty' is left out: it has no answers" in repr(impute(data, m=2, iterations=1))
    with pytest.raises(AnalysisError, match="has no answers"):
        impute(data, ["empty", "z"])


def test_jump_to_reference_draws_the_unanswered_as_if_in_the_other_arm():
    rng = np.random.default_rng(1)
    arm = pd.Categorical(np.where(np.arange(600) % 2, "care", "none"), ["none", "care"])
    data = pd.DataFrame({"arm": arm, "y": 4.0 * (arm == "care") + rng.normal(size=600)})
    data.loc[rng.uniform(size=600) < 0.3, "y"] = np.nan
    gone = data["y"].isna() & (data["arm"] == "care")
    for method in ("pmm", "normal", "residual"):
        done = impute(data, m=3, iterations=1, methods={"y": method},
                      reference={"y": ("arm", "none")}).completed(0)  # fmt: skip
        assert abs(done.loc[gone, "y"].mean()) < 0.6


def test_a_shift_in_the_chains_is_seen_by_other_columns():
    data = frame()[["number", "visits", "z"]]
    plain, moved = (
        impute(data, m=2, iterations=5, shift=shift).table for shift in ({}, {"number": 3.0})
    )
    assert plain.equals(moved) is False


def test_every_method_is_documented():
    assert all(f"``{method}``" in impute.__doc__ for method in METHODS)
