import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.commands import simulated
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.sample.sampling import Sampling
from confstudy.simulate.sample.weights import Replication

THERAPY = read_structure("therapy")
DESIGNS = {
    "strata": {"strata": "region", "stages": [{"unit": "client", "take": 40}]},
    "by name": {
        "strata": "region",
        "stages": [{"unit": "client", "take": {"north": 80, "east": 20, "south": 30, "west": 40}}],
    },
    "stages": {"stages": [{"unit": "practice", "take": 6}, {"unit": "client", "take": 20}]},
    "by size": {
        "stages": [
            {"unit": "practice", "take": 5, "chance": "size"},
            {"unit": "therapist", "take": 2},
            {"unit": "client", "take": 12},
        ]
    },
}


def sampled(design, seed=1, **options):
    options = {"clients": 2_000, "columns": ["arm", "region"], "nonresponse": "none", **options}
    return cs.simulate(THERAPY, seed=seed, sample=Sampling.model_validate(design), **options)


@pytest.mark.parametrize("name", DESIGNS)
def test_design_weights_reproduce_the_population(name):
    errors, sizes = [], []
    for seed in range(150):
        drawn = sampled(DESIGNS[name], seed)
        truth = (drawn.everyone["region"] == "north").sum()
        weight = drawn.file["weight"]
        errors.append(weight[drawn.file["region"] == "north"].sum() - truth)
        sizes.append(weight.sum())
    assert abs(np.mean(errors)) <= 4 * np.std(errors) / np.sqrt(150) + 1e-6
    np.testing.assert_allclose(sizes, 2_000, rtol=1e-9 if "strata" in DESIGNS[name] else 0.1)


def test_the_population_stays_and_the_survey_holds_the_sampled_who_answered():
    plain = cs.simulate(THERAPY, clients=2_000, seed=4, columns=["arm", "region"])
    drawn = sampled(DESIGNS["stages"], seed=4, nonresponse="mcar")
    assert drawn.everyone.equals(plain.everyone)
    assert set(np.flatnonzero(drawn.answered)) <= set(drawn.invited.sample.rows)
    assert (drawn.answered == plain.answered)[drawn.invited.sample.rows].all()
    assert len(drawn.file) == drawn.answered.sum() < len(drawn.invited.columns) == 120
    assert drawn.survey.response_rate == pytest.approx(drawn.answered.sum() / 120)
    assert drawn.complete.n == 2_000
    assert "120 sampled, " in repr(drawn)


@pytest.mark.parametrize(
    ("design", "strata", "cluster", "added"),
    [
        (DESIGNS["strata"], "region", "therapist", ["weight"]),
        (DESIGNS["stages"], "", "practice", ["practice", "weight"]),
        ({"stages": [{"unit": "therapist", "take": 50}]}, "", "therapist", ["weight"]),
        (
            {"strata": "practice", "stages": [{"unit": "therapist", "take": 2}]},
            "practice",
            "therapist",
            ["practice", "weight"],
        ),
        (
            {"strata": "E", "stages": [{"unit": "client", "take": {"0": 90, "1": 50}}]},
            "E",
            "therapist",
            ["E", "weight"],
        ),
    ],
)
def test_the_codebook_declares_the_design(design, strata, cluster, added):
    drawn = sampled(design)
    declared = drawn.survey.design
    assert (declared.weight, declared.strata, declared.cluster) == ("weight", strata, cluster)
    assert list(drawn.invited.columns) == added
    for part, name in (("strata", strata), ("cluster", cluster), ("weight", "weight")):
        assert not name or part in drawn.codebook.variables[name].role
        assert not name or drawn.survey.frame[name].notna().all()


def test_strata_are_neither_skipped_nor_suppressed():
    drawn = sampled(DESIGNS["by name"], nonresponse="mcar", columns=["region", "age_band"])
    assert drawn.codebook.protection.suppress == ("age_band",)
    assert "region" not in drawn.skipped


@pytest.mark.parametrize(
    ("design", "replication", "columns"),
    [
        ("stages", Replication(method="JK1"), 6),
        ("strata", Replication(method="bootstrap", replicates=12), 12),
    ],
)
def test_replicate_weights_stand_in_the_file_and_in_its_codebook(design, replication, columns):
    drawn = sampled(DESIGNS[design], replicate=replication)
    replicates = drawn.survey.design.replicates
    assert replicates.method == replication.method
    assert len(replicates.weights) == columns
    whole, frame = drawn.file["weight"].sum(), drawn.survey.frame
    totals = [frame[name].sum() for name in replicates.weights]
    assert np.mean(totals) == pytest.approx(whole, rel=0.1)
    assert replicates.weights[0] in drawn.file


def test_strata_with_other_numbers_of_units_declare_each_multiplier():
    design = {
        "strata": "region",
        "stages": [{"unit": "client", "take": {"north": 9, "east": 5, "south": 7, "west": 4}}],
        "replicate": {"method": "JKn"},
    }
    drawn = sampled(design, columns=["region"])
    declared = drawn.codebook.design.replicates
    expected = sorted((m - 1) / m for m in (9, 5, 7, 4) for _ in range(m))
    assert declared.multiplier is None
    assert sorted(declared.each) == pytest.approx(expected)
    assert declared.df == 25 - 4


def test_a_written_sample_loads_with_its_design(tmp_path):
    (tmp_path / "design.yaml").write_text(
        "stages:\n- {unit: practice, take: 6, chance: size}\n- {unit: client, take: 30}\n"
        "replicate: {method: JK1}\n"
    )
    made = simulated(
        tmp_path / "s.parquet",
        columns="arm,privacy",
        survey={"sample": tmp_path / "design.yaml", "nonresponse": "mnar"},
        model="therapy",
        clients=2_000,
        seed=1,
    )
    survey = cs.load(made.files[0])
    assert survey.design.cluster == "practice"
    assert len(survey.design.replicates.weights) == 6
    text = made.files[2].read_text()
    assert '"invited": 180' in text
    assert '"population": 2000' in text
    assert '"chance": "size"' in text


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        ({"stages": [{"unit": "practise", "take": 2}]}, "Did you mean 'practice'"),
        ({"strata": "P", "stages": [{"unit": "client", "take": 2}]}, r"Groupings not found.*\[P\]"),
        (
            {"stages": [{"unit": "client", "take": 1500}], "replicate": {"method": "JK1"}},
            r"about 1,500 replicate weights, .* Use 'method: bootstrap'",
        ),
        ({"strata": "region", "stages": [{"unit": "therapist", "take": 2}]}, "more than one"),
    ],
)
def test_a_design_that_does_not_fit_is_refused(design, expected):
    with pytest.raises(StructureError, match=expected):
        sampled(design)


def test_replicates_need_a_sample_and_a_mistake_in_a_file_has_its_line(tmp_path):
    with pytest.raises(StructureError, match="give 'sample' as well"):
        cs.simulate("therapy", clients=400, seed=1, replicate=Replication(method="JK1"))
    path = tmp_path / "design.yaml"
    path.write_text("stages:\n  - {unit: client, take: none}\n")
    with pytest.raises(StructureError, match=r"design\.yaml, line 2: stages\.0\.take"):
        cs.simulate("therapy", clients=400, seed=1, sample=path)
