"""The truth of the synthetic survey lies in its 95 % intervals as often as it should."""

import numpy as np
import pytest

import confstudy as cs

ESTIMANDS = {
    "assurance_on_privacy": ("C01", 0),
    "privacy_on_trust": ("C02", 0),
    "trust_on_concealment": ("C03", 0),
    "assurance_on_disclosure_through_trust": ("C03", 1),
}
ASKED = ["arm", "privacy", "alliance", "stigma", "sensitive_topic", "disclosure", "concealment"]
MODEL = "concealment ~ privacy + stigma + sensitive_topic"


def coverage(seeds):
    """For each estimand, how often its 95 % interval holds the truth."""
    hits = {name: [] for name in [*ESTIMANDS, "regression"]}
    population = None
    for seed in range(seeds):
        drawn = cs.simulate("therapy", clients=1200, seed=seed, columns=ASKED)
        scores = cs.score(drawn.survey)
        tables = {claim: cs.claims(claim).test(scores).table for claim in ("C01", "C02", "C03")}
        for name, (claim, row) in ESTIMANDS.items():
            found = tables[claim].iloc[row]
            hits[name].append(found["conf_low"] <= drawn.truth[name] <= found["conf_high"])
        fit = cs.fit(MODEL, scores, "logit", cluster="therapist")
        if population is None:
            population = cs.population_values(fit)["truth"].to_numpy()
        table = fit.table
        hits["regression"].append(
            (table["conf_low"] <= population) & (population <= table["conf_high"])
        )
    return {name: np.mean(found, axis=0) for name, found in hits.items()}


@pytest.mark.parametrize("seeds", [100, pytest.param(500, marks=pytest.mark.validate)])
def test_intervals_cover_the_truth_at_the_nominal_rate(seeds):
    # Three Monte Carlo standard errors of a proportion of .95; four in the quick one, which
    # runs with every change.
    margin = (3 if seeds >= 500 else 4) * np.sqrt(0.95 * 0.05 / seeds)
    for name, share in coverage(seeds).items():
        assert np.all(np.abs(share - 0.95) < margin), f"{name}: {share}"


def test_nonresponse_that_depends_on_privacy_biases_the_effect_of_assurance_downwards():
    estimates = {}
    for mechanism in ("mnar", "none"):
        drawn = [
            cs.simulate("therapy", clients=6000, seed=seed, nonresponse=mechanism, columns=ASKED)
            for seed in range(20)
        ]
        surveys = [d.survey if mechanism == "mnar" else d.complete for d in drawn]
        found = [cs.claims("C01").test(survey).table["estimate"][0] for survey in surveys]
        estimates[mechanism] = np.array(found)
    gap = estimates["mnar"] - estimates["none"]
    assert gap.mean() < -4 * gap.std(ddof=1) / np.sqrt(len(gap))
