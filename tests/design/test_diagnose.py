"""Diagnoses give the exact values of known designs, count what fails, and can be drawn again."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
import pytest

from confstudy.design.answers import difference, spec
from confstudy.design.batch import Estimates
from confstudy.design.closed_forms import exaggeration, t_test_power
from confstudy.design.declare import Design
from confstudy.design.diagnose import diagnose
from confstudy.design.drawing import draw
from confstudy.design.estimands import ate, prevalence
from confstudy.design.parts import block_ra, likert, mnar
from confstudy.design.realised import alpha_of, icc_of
from confstudy.design.result import Diagnosis
from confstudy.design.simple import clusters, two_arms, two_shares
from confstudy.design.stopping import mcse
from confstudy.design.task import Task, joined
from confstudy.errors import DeclarationError, UnreadableFile
from confstudy.models.fit import fit

EFFECT = ate("y", arm=("treated", "control"))
TEST = difference("y", by="arm")
SMALL = two_arms(0.25, 150, seed=1)


@dataclass(frozen=True)
class Flaky:
    """The difference of means, which fails in every tenth replication."""

    name: str = "flaky"
    path: str = "by hand"
    columns: tuple[str, ...] = ("y", "arm")

    def estimates(self, batch, cause=None):
        found = TEST.estimates(batch, cause)
        bad = np.arange(batch.first, batch.first + len(found.n)) % 10 == 0
        numbers = ("estimate", "std_error", "p_value", "conf_low", "conf_high")
        blank = {name: np.where(bad, np.nan, getattr(found, name)) for name in numbers}
        return replace(found, **blank, failed=np.where(bad, "did not converge", found.failed))


def equal(one, other):
    return all(
        getattr(a.found, f.name).tobytes() == getattr(b.found, f.name).tobytes()
        and a.null_p.tobytes() == b.null_p.tobytes()
        for a, b in zip(one.findings, other.findings, strict=True)
        for f in fields(Estimates)
    )


def near(row, name, expected):
    return abs(row[name] - expected) < 4 * row[f"{name}_mcse"]


def test_power_and_types_s_and_m_of_a_t_test_are_exact():
    row = diagnose(SMALL, EFFECT, TEST, replications=4_000).table.iloc[0]
    exact = exaggeration(true=0.25, se=np.sqrt(2 / 150))
    assert row["closed_form"] == pytest.approx(0.57854, abs=5e-6)
    assert near(row, "power", 0.57854)
    assert near(row, "type_m", exact.type_m)
    assert row["type_s"] < 0.002
    assert near(row, "coverage", 0.95)
    assert near(row, "false_positives", 0.05)
    assert near(row, "se_ratio", 1)
    assert near(row, "sd_estimate", np.sqrt(2 / 150))


@pytest.mark.parametrize(("size", "wrong"), [(10, 0.1036), (20, 0.1604), (60, 0.3240)])
def test_false_positives_are_exact_where_clusters_are_ignored(size, wrong):
    given = clusters(40, size, icc=0.05, seed=size)
    row = diagnose(given, EFFECT, TEST, replications=1_000, null=size == 10).table.iloc[0]
    # The stated values are for 1.96, the closed form for the quantile itself.
    assert row["closed_form"] == pytest.approx(wrong, abs=1e-4)
    assert near(row, "power", wrong)
    assert size != 10 or near(row, "false_positives", wrong)


@pytest.mark.validate
def test_exact_values_hold_in_many_replications():
    row = diagnose(SMALL, EFFECT, TEST, replications=40_000).table.iloc[0]
    assert near(row, "power", t_test_power(0.25, 150))
    for size, wrong in [(10, 0.1036), (20, 0.1604), (60, 0.3240)]:
        given = clusters(40, size, icc=0.05, seed=3)
        row = diagnose(given, EFFECT, TEST, replications=10_000).table.iloc[0]
        assert near(row, "false_positives", wrong)
    for shares, per_arm in [((0.39, 0.465), 680), ((0.53, 0.67), 189), ((0.62, 0.72), 344)]:
        given = two_shares(*shares, per_arm=per_arm, seed=4)
        row = diagnose(given, EFFECT, TEST, replications=10_000, null=False).table.iloc[0]
        assert abs(row["power"] - 0.8) < 4 * row["power_mcse"] + 0.003


@pytest.mark.validate
@pytest.mark.parametrize("d", [0.0, 0.25, 0.6])
def test_intervals_of_power_cover_over_repeated_diagnoses(d):
    exact, inside = t_test_power(d, 150), 0
    for seed in range(300):
        found = diagnose(two_arms(d, 150, seed=seed), EFFECT, TEST, replications=500, null=False)
        power = found.findings[0].diagnosands["power"]
        inside += power.low <= exact <= power.high
    assert inside / 300 >= 0.93


def test_a_range_of_replications_is_the_same_in_one_piece_and_in_several():
    task = Task(SMALL, (EFFECT,), (TEST,), null=True)
    whole, parts = task(0, 300), joined([task(0, 1), task(1, 149), task(150, 150)])
    assert all(whole[name].tobytes() == parts[name].tobytes() for name in whole)


@pytest.mark.validate
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_diagnosis_is_the_same_on_any_number_of_workers(workers):
    planned = Design("therapy", seed=5).population(therapists=12, clients=12)
    planned = planned.missing(unit=mnar("P", slope=0.4, rate=0.3), item=0.05)
    answers = [spec("privacy ~ A"), spec("privacy ~ A", random="1 | therapist")]
    given = planned, ate("privacy", A=("absolute", "none")), answers
    here, there = (diagnose(*given, replications=1_200, executor=e) for e in (None, workers))
    assert equal(here, there)
    assert repr(here) == repr(there)


def test_failed_fits_are_counted_with_their_reason():
    found = diagnose(SMALL, EFFECT, [TEST, Flaky()], replications=600)
    table = found.table.set_index("answer")
    assert table.loc["flaky", ["usable", "failed"]].tolist() == [540, pytest.approx(0.1)]
    all_, usable = table.loc["flaky", ["power_all", "power"]]
    assert all_ == pytest.approx(0.9 * usable)
    rows = found.failures.set_index("under")
    assert rows["count"].to_dict() == {"design": 60, "null": 60}
    assert "did not converge" in repr(found)
    assert "power_all" in repr(found)
    assert "power_all" not in repr(diagnose(SMALL, EFFECT, TEST, replications=20))
    assert (found.failures["answer"] == "flaky").all()


def test_replications_stop_when_the_error_is_small_or_at_the_most_allowed():
    found = diagnose(SMALL, EFFECT, TEST, until=mcse(power=0.012), null=False)
    drawn = int(found.table["replications"][0])
    assert found.table["power_mcse"][0] <= 0.012
    assert 1_500 <= drawn <= 2_000
    assert found.stopped["design"].startswith(f"{drawn:,} replications, when MCSE of power ≤ 0.012")
    same = diagnose(SMALL, EFFECT, TEST, replications=drawn, null=False)
    assert equal(found, same)
    short = diagnose(SMALL, EFFECT, TEST, until=mcse(power=0.001, most=1_500), null=False)
    assert "1,500 replications, the most allowed" in repr(short)


def test_power_near_1_does_not_stop_as_if_it_were_exact():
    given = two_arms(2.0, 60, seed=2)
    found = diagnose(given, EFFECT, TEST, until=mcse(power=0.0014), null=False)
    assert found.table[["replications", "power"]].iloc[0].tolist() == [1_500, 1.0]


def test_a_run_goes_on_from_its_record(tmp_path, monkeypatch):
    first = diagnose(SMALL, EFFECT, TEST, replications=500, record=tmp_path)
    drawn = []
    run = Task.__call__
    monkeypatch.setattr(
        Task, "__call__", lambda task, *place: (drawn.append(place), run(task, *place))[1]
    )
    second = diagnose(SMALL, EFFECT, TEST, replications=1_000, record=tmp_path)
    assert drawn == [(500, 500)]
    assert equal(second, diagnose(SMALL, EFFECT, TEST, replications=1_000))
    assert np.array_equal(second.findings[0].found.n[:500], first.findings[0].found.n)
    with pytest.raises(DeclarationError, match="another run"):
        diagnose(SMALL.vary(n=200), EFFECT, TEST, replications=500, record=tmp_path)


def test_what_was_saved_comes_back_and_any_replication_can_be_drawn(tmp_path):
    planned = (
        Design("therapy", seed=9)
        .population(therapists=10, clients=12)
        .assign(A=block_ra(["none", "conditional", "absolute"]))
        .measure(trust=likert("T", items=4, alpha=0.8, reverse=[2]))
        .missing(unit=mnar("P", slope=0.4, rate=0.3), item=0.1)
    )
    asked = ate("trust", A=("absolute", "none"))
    answer = spec("trust ~ A")
    found = diagnose(planned, asked, answer, replications=120)
    found.save(tmp_path / "found.npz")
    loaded = Diagnosis.load(tmp_path / "found.npz")
    assert equal(found, loaded)
    assert repr(loaded) == repr(found)
    pd.testing.assert_frame_equal(loaded.table, found.table)
    rows = loaded.replay(57)
    pd.testing.assert_frame_equal(rows, draw(planned, 57, answer.columns))
    complete = rows.dropna()
    assert len(complete) == found.findings[0].found.n[57]
    last = fit("trust ~ A", rows).table.iloc[-1]
    kept = found.findings[0].found
    assert last["std_error"] == pytest.approx(kept.std_error[57], rel=1e-8)
    assert last["estimate"] == pytest.approx(kept.estimate[57], rel=1e-8)
    realised = found.conditions.set_index("quantity")["value"]
    assert abs(realised["response rate"] - 0.7) < 0.03
    assert abs(realised["α of trust"] - 0.8) < 0.05
    with pytest.raises(DeclarationError, match="0 to 119"):
        loaded.replay(120)
    (tmp_path / "other.npz").write_bytes(b"PK\x03\x04 not one")
    with pytest.raises(UnreadableFile):
        Diagnosis.load(tmp_path / "other.npz")


def test_a_prevalence_has_no_twin_without_effect():
    mean = spec("y ~ 1", term="Intercept")
    row = diagnose(two_shares(0.3, 0.5, 100, seed=1), prevalence("y"), mean, replications=200)
    assert row.table["truth"][0] == pytest.approx(0.4, abs=0.01)
    assert np.isnan(row.table["false_positives"][0])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"replications": 1}, "two replications"),
        ({"replications": 100, "until": mcse(power=0.01)}, "not both"),
        ({"level": 0.0}, "level"),
        ({"answers": [TEST, TEST]}, "same name"),
        ({"estimands": [TEST]}, "An estimand is"),
        ({"answers": "y ~ arm"}, "An answer is"),
        ({"designs": "therapy"}, "A design is"),
        ({"replications": 10.5}, "whole number"),
        ({"until": 0.005}, "'until' is what 'mcse'"),
        ({"answers": []}, "or more"),
        ({"answers": spec("x ~ arm")}, "not found in the design"),
        ({"estimands": ate("y", arm=("treated", "usual"))}, "usual"),
    ],
)
def test_what_cannot_be_diagnosed_is_said_before_anything_is_drawn(given, told, monkeypatch):
    monkeypatch.setattr(Task, "__call__", lambda *_: pytest.fail("it was drawn"))
    with pytest.raises(DeclarationError, match=told):
        diagnose(**{"designs": SMALL, "estimands": EFFECT, "answers": TEST, **given})


@pytest.mark.parametrize(
    "given", [{}, {"powr": 0.1}, {"power": 0}, {"power": 0.01, "least": 10}, {"bias": 1, "most": 5}]
)
def test_errors_that_cannot_be_wanted_are_refused(given):
    with pytest.raises(DeclarationError):
        mcse(**given)


def test_icc_and_alpha_are_those_of_their_formulas():
    rng, units = np.random.default_rng(3), np.tile(np.repeat(np.arange(100), 10), (200, 1))
    shared = np.repeat(rng.normal(0, np.sqrt(0.2), (200, 100)), 10, axis=1)
    found = icc_of(shared + rng.normal(0, np.sqrt(0.8), units.shape), units)
    assert abs(found.mean() - 0.2) < 4 * found.std() / np.sqrt(200) + 0.001
    assert np.isnan(icc_of(shared[:1], np.zeros_like(units[:1]))[0])
    items = rng.normal(0, 1, (1, 1, 20_000)) + rng.normal(0, 1, (4, 1, 20_000))
    assert abs(alpha_of(items)[0] - 0.8) < 0.01
