import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.indirect.questions import crosswise
from confstudy.models.missing.pooling import pooled
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survival.frailty import frailty
from confstudy.models.survival.weibull import weibull
from confstudy.release.decision import Rules
from confstudy.release.fits import check_model, check_vector

RNG = np.random.default_rng(41)


def people(n, **columns):
    data = pd.DataFrame({"x": RNG.normal(size=n), "y": RNG.normal(size=n)})
    return data.assign(**columns)


N = 400
MANY = people(
    N,
    z=np.arange(float(N)),
    g=list("abcd") * 100,
    h=["c"] * 200 + ["d"] * 200,
    rare=["a"] * 4 + ["b"] * (N - 4),
    hit=RNG.integers(0, 2, N),
    few=[1] * 4 + [0] * (N - 4),
    count=RNG.poisson(2, N),
    level=pd.Categorical(RNG.choice(["low", "mid", "high"], N), ["low", "mid", "high"], True),
    until=RNG.integers(1, 5, N),
    left=RNG.random(N) < 0.6,
    group=np.repeat([f"t{place}" for place in range(20)], 20),
    one=RNG.integers(0, 2, N),
)
# Two dummies that only together set four people apart; a product made by hand; noise on a dummy.
MANY["u"] = [1] * 200 + [0] * 200
MANY["v"] = [1] * 4 + [0] * 196 + [0, 1] * 100
MANY["both"] = MANY["u"] * MANY["v"]
MANY["noisy"] = MANY["few"] + 0.02 * RNG.normal(size=N)
MANY["sum"], MANY["less"] = MANY["x"] + 50 * MANY["few"], MANY["x"] - 50 * MANY["few"]
MANY["weight"] = np.where(MANY["z"] < 5, 1.0, 1e-6)
MANY["domain"] = np.where(MANY["z"] < 40, 1.0, 0.0)
MANY["shift"] = np.where(MANY["z"] < 5, 0.0, -30.0)
MANY["fee"] = RNG.lognormal(size=N) + 1e4 * (MANY["z"] == 7)
MANY["copy"] = 2 * MANY["y"] + 1
SIMPLE = SurveyDesign()
LONG = pd.concat([MANY] * 3)


@pytest.mark.parametrize(
    ("data", "formula", "family", "rule"),
    [
        (people(60), "y ~ x", "ols", ""),
        (people(12), "y ~ x", "ols", ""),
        (people(11), "y ~ x", "ols", "residual df"),
        (people(80, g=["a"] * 77 + ["b"] * 3), "y ~ g", "ols", "cells"),
        (people(81, g=["a"] + ["b"] * 40 + ["c"] * 40), "y ~ g", "ols", "cells"),
        (people(80, g=["a"] * 9 + ["b"] * 71), "y ~ g + x", "ols", "cells"),
        (people(80, g=["a"] * 10 + ["b"] * 70), "y ~ g + x", "ols", ""),
        (people(80, x=[1000.0] + [0.0, 0.1] * 39 + [0.2]), "y ~ x", "ols", "leverage"),
        (people(80, z=np.arange(80.0)), "y ~ I(z > 77)", "ols", "cells"),
        (people(80, z=np.arange(80.0)), "y ~ C(z > 77) + x", "ols", "cells"),
        (people(80, z=np.arange(80.0)), "y ~ C((z > 2) * 1 + (z > 40))", "ols", "cells"),
        (people(80, z=np.arange(80.0)), "y ~ C(z > 30) + poly(z, 3)", "ols", ""),
        (people(80, z=np.arange(80) % 8), "y ~ z", "ols", ""),
        (people(80, g=["a", "b"] * 40, h=["c"] * 35 + ["d"] * 45), "y ~ g * h * x", "ols", ""),
        (people(80, hit=[0, 1] * 8 + [0] * 64), "hit ~ x", "logit", "outcome cells"),
        (people(80, hit=[0, 1] * 8 + [0] * 64), "hit ~ x", "ols", "outcome cells"),
        (MANY, "y ~ rare", "ols", "cells"),
        (MANY, "y ~ rare:x", "ols", "cells"),
        (MANY, "y ~ x + few:x", "ols", "cells"),
        (MANY, "y ~ g + rare + x", "ols", "cells"),
        (MANY, "y ~ g/h", "ols", ""),
        (MANY, "y ~ u * v", "ols", "cells"),
        (MANY, "y ~ u + v + both", "ols", "cells"),
        (MANY, "y ~ u + v", "ols", ""),
        (MANY, "y ~ C(z // 8)", "ols", "cells"),
        (MANY, "y ~ C(z // 100, contr.sum) + C(z < 5, contr.sum)", "ols", "cells"),
        (MANY, "y ~ noisy", "ols", "leverage"),
        (MANY, "y ~ sum + less", "ols", "leverage"),
        (MANY, "y ~ bs(z, knots=(200, 393), degree=1)", "ols", "cells"),
        (MANY, "y ~ bs(z, knots=(200,), degree=1)", "ols", ""),
        (MANY, "y ~ copy", "ols", "perfect fit"),
        (MANY, "fee ~ x", "ols", "dominance"),
        (MANY, "few ~ x", "logit", "outcome cells"),
        (MANY, "I(y * few) ~ x", "ols", "outcome cells"),
        (MANY, "count ~ x", "poisson", ""),
        (MANY, "count ~ x", "negbin", ""),
        (MANY, "I(3 * few) ~ x", "poisson", "outcome cells"),
        (MANY, "count ~ x | rare", "hurdle_poisson", "cells"),
        (MANY, "count ~ x | x", "zip", ""),
        (MANY, "level ~ x + g", "ordered", ""),
        (MANY, "level ~ rare", "ordered_probit", "cells"),
    ],
)
@pytest.mark.filterwarnings("ignore::confstudy.models.fit.FitWarning")
def test_a_model_that_would_give_single_answers_away_fails(data, formula, family, rule):
    decision = check_model(cs.fit(formula, data, family))
    assert (decision.status, decision.rule) == ("fail", rule) if rule else ("pass", "model")


@pytest.mark.parametrize("family", ["logit", "ols", "cloglog"])
@pytest.mark.parametrize(("hits", "status"), [(9, "fail"), (10, "pass"), (36, "fail")])
def test_a_full_model_of_shares_repeats_their_table(family, hits, status):
    hit = [1] * hits + [0] * (45 - hits) + [0, 1, 1] * 15
    data = people(90, g=["a"] * 45 + ["b"] * 45, hit=hit)
    decision = check_model(cs.fit("hit ~ g", data, family))
    assert (decision.status, decision.rule == "saturated") == (status, status == "fail")


@pytest.mark.parametrize(
    ("formula", "family", "options", "rule"),
    [
        ("y ~ x", "ols", {"weights": "weight"}, "dominance"),
        ("y ~ C(z < 35)", "ols", {"weights": "domain"}, "cells"),
        ("y ~ C(z < 20)", "ols", {"weights": "domain"}, "model"),
        ("count ~ 1", "poisson", {"offset": "shift"}, "dominance"),
        ("y ~ 1", "ols", {"offset": "copy"}, "perfect fit"),
        ("y ~ x", "ols", {"cluster": "group"}, "model"),
        ("y ~ rare", "ols", {"design": SurveyDesign(weights="u")}, "cells"),
    ],
)
@pytest.mark.filterwarnings("ignore::confstudy.models.fit.FitWarning")
def test_weights_and_offsets_hide_nobody(formula, family, options, rule):
    assert check_model(cs.fit(formula, MANY, family, **options)).rule == rule


@pytest.mark.parametrize(
    ("fit", "status", "rule"),
    [
        (lambda: cs.mixed("y ~ x", MANY, "1 | group"), "pass", "model"),
        (lambda: cs.mixed("y ~ rare", MANY, "1 | group"), "fail", "cells"),
        (lambda: cs.gee("hit ~ x", MANY, "group", "logit"), "pass", "model"),
        (lambda: cs.gee("few ~ x", MANY, "group", "logit"), "fail", "outcome cells"),
        (lambda: cs.gee("y ~ C(z < 12)", MANY.assign(two=MANY.z // 2), "two"), "review", "cells"),
        (lambda: cs.fit("y ~ rare", LONG), "fail", "cells"),
        (lambda: cs.cox("until + left ~ x", MANY), "pass", "model"),
        (lambda: cs.cox("until + left ~ rare", MANY), "fail", "cells"),
        (lambda: cs.cox("until + few ~ x", MANY), "fail", "outcome cells"),
        (lambda: frailty("until + left ~ rare", MANY, "group"), "fail", "cells"),
        (lambda: cs.discrete_hazard("until + left ~ x", MANY), "pass", "model"),
        (lambda: cs.discrete_hazard("until + left ~ rare", MANY), "fail", "cells"),
        (lambda: weibull("until + left ~ x", MANY), "review", "unchecked"),
        (lambda: weibull("until + few ~ x", MANY), "fail", "threshold"),
        (lambda: pooled([cs.fit("y ~ rare", MANY)] * 2), "fail", "cells"),
        (lambda: pooled([cs.fit("y ~ x", MANY)] * 2), "pass", "model"),
        (lambda: cs.sensitive("one ~ x", MANY, crosswise(p=0.25)), "pass", "model"),
        (lambda: cs.sensitive("one ~ rare", MANY, crosswise(p=0.25)), "fail", "cells"),
        (lambda: cs.sem("y ~ x", MANY), "review", "unchecked"),
        (lambda: cs.survival_curve("until", "left", MANY), "fail", "records"),
        (lambda: cs.survey_proportion("g", MANY, SIMPLE), "pass", "threshold"),
        (lambda: cs.survey_proportion("rare", MANY, SIMPLE), "fail", "threshold"),
        (lambda: object(), "fail", "unchecked"),
        (lambda: pd.DataFrame({"table": [1]}), "fail", "unchecked"),
    ],
)
@pytest.mark.filterwarnings("ignore::confstudy.models.fit.FitWarning")
def test_every_kind_of_fit_is_decided_on(fit, status, rule):
    decision = check_model(fit())
    assert (decision.status, decision.rule) == (status, rule)


@pytest.mark.parametrize(("n", "status"), [(9, "fail"), (10, "pass")])
def test_a_mediation_is_decided_on_its_smallest_group(n, status):
    data = people(300, m=RNG.normal(size=300), a=["yes"] * n + ["no"] * (300 - n))
    assert check_model(cs.mediate(data, "a", "m", "y", interval="delta")).status == status


def test_limits_can_be_stricter():
    fit = cs.fit("y ~ g", people(60, g=["a"] * 15 + ["b"] * 45))
    assert check_model(fit).status == "pass"
    assert check_model(fit, Rules(threshold=20)).rule == "cells"


def test_residuals_and_effects_of_small_clusters_never_leave():
    fit = cs.fit("y ~ x", MANY)
    residuals = fit.design.outcome - fit.design.matrix @ fit.coefficients
    effects = cs.mixed("y ~ x", MANY, "1 | group").random_effects()
    assert check_vector(residuals, fit.n).status == "fail"
    assert check_vector(effects, fit.n).status == "review"
    assert check_vector(effects, 150).status == "fail"
