import numpy as np
import pytest

from confstudy.release.synthesis.attacks import Attack, Records, infer, link, single_out
from confstudy.release.synthesis.risk import Risks
from confstudy.release.synthesis.synthesize import synthesize

NAMES = [f"x{place}" for place in range(12)]


def records(n, seed):
    values = np.random.default_rng(seed).integers(0, 4, (n, len(NAMES))).astype(float)
    values[0, 0] = np.nan
    return Records(dict(zip(NAMES, values.T, strict=True)), dict.fromkeys(NAMES, 0.0))


def attacked(synthetic, source, control):
    rng = np.random.default_rng(1)
    found = single_out(synthetic, source, control, 400, rng), link(synthetic, source, control, rng)
    return Risks((*found, *infer(synthetic, source, control, ["x1", "x2"])), 0)


def test_a_copy_of_the_source_is_found_by_every_attack():
    source, control = records(300, 1), records(300, 2)
    copied = attacked(source, source, control)
    risk = copied.table.set_index("attack")["risk"]
    assert risk["singling out"] > 0.9
    assert risk["linkability"] > 0.5
    assert risk["inference"] > 0.9
    assert copied.decision(0.05).status == "fail"
    assert "larger leaf" in copied.decision(0.05).reason


def test_strangers_give_nothing_away():
    found = attacked(records(300, 3), records(300, 1), records(300, 2)).table
    assert (found["conf_low"] == 0).all()
    assert (found.set_index("attack")["risk"] < 0.12).all()


@pytest.mark.parametrize(
    ("hits", "control", "replicated", "status"),
    [
        (100, 100, 0, "pass"),
        (1400, 1000, 0, "fail"),
        (100, 100, 1, "fail"),
        (1030, 1000, 0, "review"),
    ],
)
def test_the_decision_follows_risk_and_interval(hits, control, replicated, status):
    n = 10000 if status == "pass" else 2000
    risks = Risks((Attack("linkability", n, hits, n, control),), replicated)
    assert risks.decision(0.05).status == status


@pytest.mark.parametrize(
    ("gains", "status"),
    [
        ((0.04, 0.05, 0.03, 0.04), "pass"),
        ((0.01, 0.12, -0.03, 0.09), "review"),
        ((0.06, 0.05, 0.05, 0.06), "review"),
        ((0.08, 0.07, 0.09, 0.08), "fail"),
    ],
)
def test_several_measurements_are_judged_by_their_mean_and_spread(gains, status):
    risks = Risks((Attack("linkability", 900, 9, 900, 9, gains),), 0)
    row = risks.table.iloc[0]
    assert row["risk"] == pytest.approx(np.mean(gains))
    # Student's t with 3 degrees of freedom: 3.182.
    reach = 3.182 * np.std(gains, ddof=1) / 2
    assert row["conf_high"] == pytest.approx(np.mean(gains) + reach, abs=1e-4)
    assert risks.decision(0.05).status == status


def test_the_same_source_has_the_same_risk_whatever_the_seed(toy, monkeypatch):
    monkeypatch.setattr("confstudy.release.synthesis.risk._DIVISIONS", 2)
    said = []
    made = [synthesize(toy(240), seed=seed, attacks=20, progress=said.append) for seed in (1, 2)]
    assert said[-2].startswith("risk: division 1 of 2, about ")
    assert said[-1].endswith(" left")
    assert made[0].risk.table.equals(made[1].risk.table)
    assert made[0].decision == made[1].decision
    assert not made[0].survey.frame.equals(made[1].survey.frame)


def test_the_risk_is_what_only_the_synthetic_data_give_away():
    row = Risks((Attack("linkability", 100, 60, 100, 50),), 0).table.iloc[0]
    assert row["risk"] == pytest.approx(0.2)
    assert row["conf_low"] == 0
    # Wilson by hand: (.6 + .0192 ± 1.96 √(.0024 + .000096)) / 1.0384, and the like for .5.
    expected = (0.1 + np.hypot(0.6906 - 0.6, 0.5 - 0.4038)) / 0.5
    assert row["conf_high"] == pytest.approx(expected, abs=1e-3)


def test_unmeasured_risk_is_for_a_person_to_judge():
    assert Risks((), 0).decision(0.05).status == "review"
