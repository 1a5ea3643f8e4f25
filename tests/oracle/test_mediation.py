"""Mediation and its sensitivity beside what R gives on the same data."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.mediation.mediate import mediate
from confstudy.models.sensitivity.evalue import evalue
from confstudy.models.sensitivity.rho import rho_sensitivity
from confstudy.models.sensitivity.robustness import robustness

HERE = Path(__file__).parent
R = json.loads((HERE / "r_mediation.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
PATH = ("privacy", "trust", "disclosure")
SERIAL = ("privacy", ["trust", "disclosure"], "engaged")


def row(table, term, outcome=None):
    rows = table["term"] == term
    if outcome:
        rows &= table["outcome"] == outcome
    return table[rows].iloc[0]


def close(found, expected, digits):
    np.testing.assert_allclose(found, expected, rtol=10.0**-digits)


def same_as_lavaan(found, expected):
    names = {"estimate": "est", "std_error": "se", "conf_low": "ci.lower", "conf_high": "ci.upper"}
    for ours, theirs in names.items():
        close(found[ours], expected[theirs], 7)


@pytest.mark.parametrize(
    ("place", "label"),
    [
        (("trust", "privacy"), "a"),
        (("disclosure", "trust"), "b"),
        (("disclosure", "privacy"), "cp"),
        ("indirect", "ab"),
        ("total", "tot"),
    ],
)
def test_a_path_model_equals_lavaan(place, label):
    found = mediate(DATA, *PATH, bootstrap=0, errors="ml")
    by_effect = isinstance(place, str)
    one = row(found.table, place) if by_effect else row(found.paths, place[1], place[0])
    same_as_lavaan(one, R["lavaan_path_ml"][label])


@pytest.mark.parametrize(
    ("term", "label"),
    [
        ("indirect: trust → disclosure", "serial"),
        ("indirect: trust", "viaT"),
        ("indirect: disclosure", "viaD"),
        ("total", "tot"),
        ("direct", "g"),
    ],
)
def test_a_serial_model_equals_lavaan(term, label):
    found = mediate(DATA, *SERIAL, serial=True, bootstrap=0, errors="ml")
    same_as_lavaan(row(found.table, term), R["lavaan_serial_path"][label])


def test_the_paths_of_a_serial_model_equal_lavaan():
    paths = mediate(DATA, *SERIAL, serial=True, bootstrap=0, errors="ml").paths
    outcomes, terms = ("trust", "disclosure", "engaged"), ("privacy", "trust", "disclosure")
    labels = ("a", "eb", "gfc")
    for k, outcome in enumerate(outcomes):
        for term, label in zip(terms, labels[k], strict=False):
            same_as_lavaan(row(paths, term, outcome), R["lavaan_serial_path"][label])


@pytest.mark.parametrize(
    ("place", "label"),
    [
        (("trust", "privacy"), "a"),
        (("disclosure", "trust"), "b"),
        (("disclosure", "privacy"), "cp"),
        ("indirect", "ab"),
        ("total", "tot"),
    ],
)
def test_percentile_limits_equal_lavaan_within_monte_carlo(place, label):
    found = mediate(DATA, *PATH, seed=1)
    by_effect = isinstance(place, str)
    one = row(found.table, place) if by_effect else row(found.paths, place[1], place[0])
    expected = R["lavaan_path_boot5000"]["perc"][label]
    # The 2.5 % quantile of 5,000 draws is off by .038 standard errors; two such differ by .053.
    tolerance = 4 * 0.053 * one["std_error"]
    assert abs(one["conf_low"] - expected["ci.lower"]) < tolerance
    assert abs(one["conf_high"] - expected["ci.upper"]) < tolerance
    if "se" in expected:
        assert one["std_error"] == pytest.approx(expected["se"], rel=4 * np.sqrt(1 / 5000))


@pytest.mark.parametrize(("term", "label"), [("indirect", "ab"), ("total", "tot")])
def test_bias_corrected_limits_equal_lavaan_within_monte_carlo(term, label):
    # lavaan's bca.simple corrects for bias and not for acceleration.
    one = row(mediate(DATA, *PATH, seed=1, interval="bca").table, term)
    expected = R["lavaan_path_boot5000"]["bc"][label]
    tolerance = 0.3 * one["std_error"]
    assert abs(one["conf_low"] - expected["ci.lower"]) < tolerance
    assert abs(one["conf_high"] - expected["ci.upper"]) < tolerance


def test_least_squares_products_and_sobel_equal_lm():
    found, r = mediate(DATA, *PATH, bootstrap=0), R["med_ols"]
    a, b = row(found.paths, "privacy", "trust"), row(found.paths, "trust", "disclosure")
    direct = row(found.paths, "privacy", "disclosure")
    close([a["estimate"], a["std_error"]], [r["a"], r["a_se"]], 12)
    close([b["estimate"], b["std_error"]], [r["b"], r["b_se"]], 12)
    close([direct["estimate"], direct["std_error"]], [r["cp"], r["cp_se"]], 12)
    close(row(found.table, "total")["estimate"], r["c"], 12)
    indirect = row(found.table, "indirect")
    close(indirect["estimate"], r["a"] * r["b"], 12)
    close(indirect["std_error"], np.hypot(r["a"] * r["b_se"], r["b"] * r["a_se"]), 9)


@pytest.mark.parametrize(
    ("term", "key"),
    [("total", "TE"), ("direct", "NDE"), ("indirect", "NIE"), ("pure indirect", "PNIE")],
)
def test_natural_effects_on_a_chance_equal_quadrature_in_r(term, key):
    r = R["natural_effects_binary"]
    found = mediate(
        DATA, "privacy", "trust", "dropout", "woman", family="logit", interaction=True,
        levels=(r["x0"], r["x1"]), bootstrap=0,
    )  # fmt: skip
    close(row(found.table, term)["estimate"], r[key], 10)


def test_the_rho_curve_equals_the_formula_in_r():
    found = rho_sensitivity(DATA, *PATH, "woman", rho=R["imai_rho"]["rho"])
    close(found.table["indirect"], R["imai_rho"]["acme"], 11)
    assert found.rho_zero == pytest.approx(R["imai_rho"]["rho_tilde"], rel=1e-10)
    assert found.rho_zero == pytest.approx(R["sensitivity"]["imai_rho_at_zero"], rel=1e-10)


def test_robustness_values_equal_sensemakr():
    found = robustness(cs.fit("disclosure ~ trust + privacy + woman", DATA), "trust").table
    names = {"partial_r2": "partial_r2", "robustness_value": "rv_q1"}
    names["robustness_value_alpha"] = "rv_q1_a05"
    for ours, theirs in names.items():
        close(found[ours][0], R["sensitivity"][theirs], 11)


@pytest.mark.parametrize("ratio", [2.5, 0.4])
def test_e_values_equal_the_package(ratio):
    close(evalue(ratio).estimate, R["sensitivity"][f"evalue_{ratio:g}"], 13)
