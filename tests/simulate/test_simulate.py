import json
from pathlib import Path

import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import CodebookMismatch, StructureError
from confstudy.files import sha256_of
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.sample.missing import Nonresponse
from confstudy.simulate.write import simulate_to, write_simulation

ROOT = Path(__file__).parents[2]


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_simulation(cs.simulate("therapy", clients=400, seed=9), tmp_path / f"{name}.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    codebooks = [(tmp_path / f"{name}.codebook.yaml").read_bytes() for name in "ab"]
    assert codebooks[0] == codebooks[1]


def test_another_seed_gives_other_answers():
    one, two = (cs.simulate("therapy", clients=300, seed=seed).everyone for seed in (1, 2))
    assert not one.equals(two)


def test_the_bundled_survey_is_what_its_own_command_draws(tmp_path):
    folder = ROOT / "data_synthetic"
    made = json.loads((folder / "therapy.truth.json").read_text())["made"]
    assert made["sha256"] == sha256_of(folder / "therapy.parquet")
    simulation = cs.simulate("therapy", clients=1200, therapists=60, seed=2026)
    write_simulation(simulation, tmp_path / "therapy.parquet")
    for name in ("therapy.parquet", "therapy.codebook.yaml", "therapy.truth.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_the_bundled_survey_loads_as_it_was_drawn(simulation):
    loaded = cs.load(ROOT / "data_synthetic" / "therapy.parquet")
    assert loaded.frame.equals(simulation.survey.frame)
    assert loaded.response_rate == pytest.approx(simulation.answered.mean())


def test_respondents_are_those_who_answered(simulation):
    assert simulation.survey.n == simulation.answered.sum()
    assert len(simulation.everyone) == 1200
    assert simulation.complete.n == 1200
    assert simulation.complete.frame.notna().all(axis=None)


def test_mnar_respondents_perceive_more_privacy_and_mcar_ones_do_not():
    gaps = {}
    for mechanism in ("mnar", "mcar"):
        drawn = cs.simulate("therapy", clients=60_000, seed=1, nonresponse=mechanism)
        privacy = cs.score(drawn.complete).frame["privacy"].to_numpy()
        gaps[mechanism] = privacy[drawn.answered].mean() - privacy.mean()
    assert gaps["mnar"] > 0.06
    assert abs(gaps["mcar"]) < 4 * 0.8 / np.sqrt(60_000)


def test_a_reliability_is_what_the_model_states_in_the_reference_arm():
    drawn = cs.simulate("therapy", clients=60_000, seed=5, nonresponse="none")
    survey = drawn.complete
    reference = cs.score(survey.where(survey["arm"] == "none", "No assurance"))
    for name, expected in (("privacy", 0.85), ("alliance", 0.90), ("stigma", 0.80)):
        assert reference.reliability[name].alpha == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(
    "options",
    [
        {"clients": 0},
        {"seed": -1},
        {"therapists": 5000},
        {"nonresponse": "sometimes"},
        {"model": "nothing"},
        {"response_rate": 1.0},
        {"response_rate": 0.5, "nonresponse": "none"},
        {"columns": []},
        {"columns": "privacy"},
        {"columns": ["privcy"]},
        {"do": {"A": "full"}},
        {"do": {"Q7": 1}},
        {"do": {"E": 2}},
        {"do": {"E": "Yes"}},
        {"do": {"P": float("nan")}},
    ],
)
def test_impossible_simulations_are_refused(options):
    with pytest.raises(StructureError):
        cs.simulate(**{"model": "therapy", "clients": 100, "seed": 1, **options})


def test_too_few_to_pass_the_gate_is_told_as_such_and_nothing_is_written(tmp_path):
    expected = r"too few to pass the load gate of codebook 'therapy': simulate more\."
    with pytest.raises(StructureError, match=expected) as caught:
        _ = cs.simulate("therapy", clients=4, seed=1).survey
    assert caught.value.__cause__ is None
    with pytest.raises(StructureError, match=expected):
        simulate_to(tmp_path / "t.parquet", clients=4, seed=1)
    assert not list(tmp_path.iterdir())


def test_a_file_with_more_rows_than_were_invited_is_refused(tmp_path):
    data, codebook, _ = write_simulation(
        cs.simulate("therapy", clients=400, seed=9), tmp_path / "t.parquet"
    ).files
    codebook.write_text(codebook.read_text().replace("invited: 400", "invited: 100"))
    with pytest.raises(CodebookMismatch, match=r"rows, more than the 100 .* were invited"):
        cs.load(data)


SKIPPING = {"rate": 0.1, "paths": {"self": 0.3, "P": -0.2}, "sensitivity": {"stigma_2": 1.5}}


@pytest.fixture(scope="module")
def skipping():
    nonresponse = {"unit": {"rate": 0.7, "paths": {"P": 0.4}}, "item": SKIPPING}
    declared = Nonresponse.model_validate(nonresponse)
    return read_structure("therapy").model_copy(update={"nonresponse": declared})


@pytest.mark.parametrize("mechanism", ["mcar", "mnar"])
def test_a_short_questionnaire_holds_the_same_answers(skipping, mechanism):
    options = {"clients": 1500, "seed": 3, "nonresponse": mechanism}
    whole = cs.simulate(skipping, **options)
    short = cs.simulate(skipping, columns=["stigma", "arm", "privacy_2"], **options)
    stigma = [f"stigma_{number}" for number in range(1, 5)]
    assert set(short.file) == {"therapist", "arm", "privacy_2", *stigma}
    assert short.file.equals(whole.file[list(short.file)])
    assert set(short.codebook.variables) == set(short.file)
    assert list(short.codebook.scales) == ["stigma"]
    missing = whole.file.isna().mean()
    assert missing["stigma_2"] > missing["stigma_1"] + 0.05


def test_a_response_rate_takes_the_place_of_the_model_s(skipping):
    for mechanism in ("mcar", "mnar"):
        drawn = cs.simulate(
            skipping, clients=40_000, seed=2, nonresponse=mechanism, response_rate=0.25,
            columns=["privacy"],
        )  # fmt: skip
        assert abs(drawn.answered.mean() - 0.25) < 4 * np.sqrt(0.1875 / 40_000)


def test_what_is_done_is_done_to_everybody_and_its_causes_stay_as_they_were():
    natural, held = (
        cs.simulate("therapy", clients=900, seed=3, do=do, columns=["arm", "stigma", "privacy"])
        for do in (None, {"A": "absolute"})
    )
    assert set(held.everyone["arm"]) == {"absolute"}
    stigma = [name for name in held.everyone if name.startswith("stigma")]
    assert held.everyone[stigma].equals(natural.everyone[stigma])
    same = natural.everyone["arm"] == "absolute"
    assert held.everyone[same].equals(natural.everyone[same])
    assert held.everyone["privacy_1"].mean() > natural.everyone["privacy_1"].mean()
    assert held.survey.codebook.fieldwork.mode.endswith("A=absolute for everybody")


@pytest.mark.parametrize(
    ("part", "change", "expected"),
    [
        ("columns", {"arm": None}, r"come from: \[arm\]\. Name each under 'columns'"),
        ("scales", {"stigma": None}, r"come from: \[stigma_1, stigma_2, stigma_3, stigma_4\]"),
        ("columns", {"arm": "B0"}, "'arm' has 3 levels in codebook 'therapy', and 'B0' has 2"),
        ("columns", {"age_band": "P"}, "'age_band' has 3 levels .*'P' has 0"),
    ],
)
def test_a_model_gives_every_column_of_its_codebook(part, change, expected):
    whole = read_structure("therapy")
    given = {**getattr(whole, part), **change}
    kept = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(StructureError, match=expected):
        cs.simulate(whole.model_copy(update={part: kept}), clients=400, seed=1)


def test_existing_files_are_not_replaced_unless_asked(tmp_path):
    out = tmp_path / "therapy.parquet"
    simulate_to(out, clients=300, seed=1)
    before = out.read_bytes()
    with pytest.raises(StructureError, match=r"exist already; give another --out, or --force"):
        simulate_to(out, clients=300, seed=2)
    assert out.read_bytes() == before
    simulate_to(out, clients=300, seed=2, force=True)
    assert out.read_bytes() != before


def test_the_truth_file_says_how_it_was_made(tmp_path):
    simulate_to(tmp_path / "t.parquet", clients=300, seed=1, nonresponse="mnar")
    truth = json.loads((tmp_path / "t.truth.json").read_text())
    assert "--seed 1 --nonresponse mnar" in truth["made"]["how"]
    assert {row["claim"] for row in truth["estimands"]} >= {"C01", "C02", "C03"}


def test_the_log_of_the_sessions_belongs_to_the_rows_of_the_file():
    drawn = cs.simulate("therapy", clients=800, seed=5, do={"training": "usual"})
    log = drawn.sessions
    assert log["row"].nunique() == len(drawn.file)
    last = log.groupby("row")["session"].max()
    assert (last.to_numpy() == drawn.file["until"].to_numpy()).all()
    attended = log.groupby("row")["attended"].sum()
    assert (attended.to_numpy() == drawn.file["sessions"].to_numpy()).all()
    breached = log.groupby("row")["breach"].any().to_numpy()
    assert (breached == (drawn.file["breach"] == "Yes").to_numpy()).all()
    assert log["T"].notna().all()
