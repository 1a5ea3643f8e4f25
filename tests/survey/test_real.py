"""The public surveys, where they are at hand."""

import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import CodebookMismatch, IdentifiedData


@pytest.fixture(scope="module")
def osmi(real):
    return cs.load(real("osmi2014.csv"), "osmi-2014")


def test_osmi_2014_gives_the_published_cells(osmi):
    cells = pd.crosstab(osmi.frame["anonymity"], osmi.frame["treatment"])
    assert cells.loc["Don't know"].tolist() == [448, 371]
    assert cells.loc["No"].tolist() == [27, 38]
    assert cells.loc["Yes"].tolist() == [147, 228]


def test_impossible_ages_are_out_of_range_and_counted(osmi):
    missing = osmi.missing.set_index("variable")
    assert missing.loc["age_band", "out_of_range"] == 8
    assert set(osmi.frame["age_band"].dropna()) <= {"18–24", "25–34", "35–44", "45+"}


def test_49_spellings_of_gender_are_mapped_by_the_recipe(osmi):
    assert dict(osmi.provenance.spellings)["gender"] == 49
    assert osmi.frame["gender"].cat.categories.tolist() == ["Man", "Woman", "Another gender"]
    missing = osmi.missing.set_index("variable").loc["gender"]
    assert (missing["refused"], missing["lost"]) == (1, 2)


def test_osmi_reaches_k_by_declared_suppression(osmi):
    assert osmi.provenance.gate.startswith("gate: k = 5, ")


def test_hints_7_loads_with_its_weights_and_reasons(real):
    survey = cs.load(real("hints7_privacy_subset.csv.gz"), "hints-7")
    assert survey.n == 7278
    assert survey.design.replicates.multiplier == 0.98
    assert survey.frame[list(survey.design.replicates.weights)].notna().all(axis=None)
    both = survey.frame[["WillingShareData_HCP2", "TrustHCSystem"]].notna().all(axis=1)
    assert both.sum() == 2618
    missing = survey.missing.set_index("variable")
    assert missing.loc["WillingShareData_HCP2", "not_asked"] == 3849


@pytest.mark.parametrize("name", ["osmi2014_excel_dates.csv", "osmi2014_wrong_encoding.csv"])
@pytest.mark.parametrize("book", ["osmi-2014", "osmi"])
def test_damaged_files_give_the_clean_file_s_tables(real, osmi, name, book):
    survey = cs.load(real(name), book)
    for variable in ("treatment", "no_employees"):
        found, clean = (pd.crosstab(s["anonymity"], s[variable]) for s in (survey, osmi))
        assert (found.to_numpy() == clean.to_numpy()).all()
    repaired = survey.recodes[survey.recodes["read"] == "spreadsheet date"]
    assert repaired["respondents"].tolist() == [290, 162]
    assert repaired["made"].tolist() == ["6-25", "1-5"]


@pytest.mark.parametrize("name", ["osmi2014_excel_dates.csv", "osmi2014_wrong_encoding.csv"])
def test_damage_is_refused_where_no_repair_is_declared(real, name):
    strict = cs.read_codebook("osmi-2014").model_copy(update={"repairs": ()})
    with pytest.raises(CodebookMismatch, match="no_employees: 452 cells are levels that a spread"):
        cs.load(real(name), strict)


def test_another_snapshot_with_free_text_is_refused_by_column(real):
    with pytest.raises(IdentifiedData, match="Any additional notes or comments: free text"):
        cs.load(real("osmi2014_question_text.csv"), "osmi-2014")


@pytest.fixture(scope="module")
def waves(real):
    files = [real(f"osmi{year}.csv") for year in (2014, 2016, 2017, 2019)]
    return cs.load(files, "osmi")


# Logits on anonymity (yes against the rest) of all who were shown the item: R's glm.
@pytest.mark.parametrize(
    ("wave", "outcome", "n", "estimate", "std_error"),
    [
        ("2014", "treatment", 1259, 0.588513, 0.125455),
        ("2016", "treatment", 1146, 0.206275, 0.134313),
        ("2017", "treatment", 643, 0.341922, 0.173232),
        ("2017", "discussed", 643, 0.753763, 0.175993),
        ("2019", "treatment", 304, 0.077415, 0.253366),
        ("2019", "discussed", 304, 0.576423, 0.254748),
    ],
)
def test_stacked_waves_give_the_published_logits(waves, wave, outcome, n, estimate, std_error):
    one = waves.where(waves["wave"] == wave, wave).one_against_rest("anonymity", "Yes")
    fit = cs.fit(f"{outcome} ~ anonymity", one, "logit")
    row = fit.table.iloc[1]
    assert fit.n == n
    assert row["estimate"] == pytest.approx(estimate, abs=5e-7)
    assert row["std_error"] == pytest.approx(std_error, abs=5e-7)


def test_who_was_not_asked_is_kept_apart(waves):
    missing = waves.missing.set_index("variable")
    # The self-employed of 2016, 2017 and 2019, whom the employer's items were not put to.
    assert missing.loc["anonymity", "not_asked"] == 287 + 113 + 48
    assert missing.loc["discussed", "not_asked"] == 1259 + 1433 + 113 + 48
    assert missing.loc["discussed_coworkers", "blank"] == 3


def test_the_waves_have_their_sizes_and_are_protected_together(waves):
    assert waves["wave"].value_counts(sort=False).tolist() == [1259, 1433, 756, 352]
    assert "wave" in waves.codebook.with_role("quasi_identifier")
    assert waves.provenance.gate.startswith("gate: k = ")
