"""What events and practices do, estimated from surveys whose truth is known."""

import numpy as np
import pytest

import confstudy as cs
from confstudy.claims.events import TESTS
from confstudy.claims.happened import EVENTS, normal_scores
from confstudy.claims.leaving import Leaving
from confstudy.errors import AnalysisError

CLIENTS = [
    *EVENTS, "alliance", "trust_now", "arm", "until", "dropout", "boundaries", "risk_self",
    "risk_others", "risk_abuse", "told_risk", "disclosure", "family_consent", "complaint",
    "field_trust",
]  # fmt: skip
PRACTICES = [
    *EVENTS, "alliance", "trust_now", "arm", "practice", "training", "audit", "privacy", "rumour",
    "known_breach", "fit", "supervised", "topics",
]  # fmt: skip
HAPPENED = ["C24", "C25a", "C25b", "C25c", "C25d", "C26"]
HARMLESS = {
    f"sessions.{place}": 0.0
    for place in ("events.breach.effects.T", "events.breach.effects.P", "dropout.paths.breach")
}


def drawn(seed, columns=CLIENTS, *, clients=1200, model="therapy", therapists=None):
    found = cs.simulate(
        model,
        clients=clients,
        therapists=therapists,
        seed=seed,
        nonresponse="none",
        columns=columns,
    )
    return found, cs.score(found.survey)


def outcome(claim, scores, **options):
    return TESTS[claim](claim, cs.claims(claim).sign, scores, **options)


def surveys(seeds, claims, columns, **options):
    """Key → one row a survey: how many standard errors it is off, whether its interval holds."""
    found = {}
    for seed in range(seeds):
        simulation, scores = drawn(seed, columns, **options)
        for claim in claims:
            for row in outcome(claim, scores).table.to_dict("records"):
                if row["key"]:
                    truth = simulation.truth[row["key"]]
                    off = (row["estimate"] - truth) / row["std_error"]
                    holds = row["conf_low"] <= truth <= row["conf_high"]
                    found.setdefault(row["key"], []).append((off, holds))
    return {key: np.array(rows, dtype=float) for key, rows in found.items()}


@pytest.mark.parametrize(
    ("claims", "columns"), [(["C24", "C26"], CLIENTS), (["C14", "C15"], PRACTICES)]
)
def test_estimates_scatter_about_the_truth(claims, columns):
    for key, rows in surveys(3, claims, columns).items():
        assert abs(rows[:, 0].sum()) / np.sqrt(len(rows)) < 4, key


@pytest.mark.validate
@pytest.mark.parametrize(
    ("claims", "columns", "options"),
    [
        (HAPPENED, CLIENTS, {}),
        (["C14", "C15"], PRACTICES, {}),
        (["C16"], PRACTICES, {"clients": 6000, "therapists": 300}),
    ],
)
def test_intervals_hold_the_truth_at_the_nominal_rate(claims, columns, options):
    seeds = 200 if not options else 100
    for key, rows in surveys(seeds, claims, columns, **options).items():
        assert abs(rows[:, 1].mean() - 0.95) < 3 * np.sqrt(0.95 * 0.05 / seeds), key


@pytest.mark.validate
def test_a_harmless_breach_is_seldom_found_to_harm():
    harmless = cs.model("therapy", changes=HARMLESS)
    rows = surveys(200, ["C26"], CLIENTS, model=harmless)
    for key in ("breach_on_trust", "breach_on_dropout"):
        assert 1 - rows[key][:, 1].mean() < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200), key


@pytest.mark.parametrize(("size", "verdict"), [(-1.0, "supported"), (1.0, "against")])
def test_the_verdict_turns_with_the_sign_of_the_effect(size, verdict):
    changed = cs.model("therapy", changes={"sessions.events.breach.effects.T": size})
    _, scores = drawn(3, model=changed)
    assert outcome("C26", scores).verdict == verdict


def test_long_exposure_does_not_pass_for_an_event_that_keeps_clients():
    simulation, scores = drawn(1, clients=2400)
    breached = scores.frame["breach"] == "Yes"
    left = scores.frame["dropout"] == "Yes"
    truth = simulation.truth["breach_on_dropout"]
    tables = [outcome("C26", scores, log=log).table for log in (None, simulation.sessions)]
    estimates, errors = (
        [table.set_index("key").loc["breach_on_dropout", name] for table in tables]
        for name in ("estimate", "std_error")
    )
    assert left[breached].mean() - left[~breached].mean() < truth - 0.04
    np.testing.assert_allclose(estimates, truth, atol=4 * max(errors))
    assert errors[1] < errors[0]


@pytest.mark.parametrize(
    ("claim", "columns", "expected"),
    [
        ("C25b", CLIENTS, "C25b needs 10 clients or more .* 'report_others' happened"),
        ("C24", CLIENTS, "C24 needs 10 clients or more"),
        ("C14", PRACTICES, "C14 compares practices, and needs 8 or more of them"),
        ("C16", PRACTICES, "C16 compares practices: it needs 30 or more, 4 at least"),
    ],
)
def test_a_survey_too_small_is_refused_in_words(claim, columns, expected):
    _, scores = drawn(1, columns, clients=140)
    with pytest.raises(AnalysisError, match=expected):
        outcome(claim, scores)


def test_normal_scores_are_means_of_the_slices_of_a_normal_variable():
    scores = normal_scores(np.array([0.0, 1.0, 0.0, 1.0]))
    np.testing.assert_allclose(scores, np.sqrt(2 / np.pi) * np.array([-1, 1, -1, 1]), atol=1e-12)


@pytest.mark.parametrize("known", [False, True])
def test_scores_are_the_derivative_of_the_likelihood(known):
    rng = np.random.default_rng(2)
    until = rng.integers(1, 7, 30)
    happened = rng.random(30) < 0.5
    session = happened * rng.integers(1, until + 1) * known
    left, may = until < 6, happened | (rng.random(30) < 0.5)
    seen = Leaving(until, left, happened, may, session, rng.normal(size=(30, 2)), 6)
    theta = np.array([-1.0, -2.0, -0.1, 0.7, 0.3, -0.2])
    steps = 1e-5 * np.eye(len(theta))
    expected = [(seen.likelihood(theta + h) - seen.likelihood(theta - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(seen.scores(theta), np.transpose(expected), atol=1e-7)
