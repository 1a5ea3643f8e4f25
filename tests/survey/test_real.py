"""The public surveys, where they are at hand."""

import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import CodebookMismatch, IdentifiedData, UnreadableFile


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
    row = osmi.recodes.set_index("variable").loc["gender"]
    assert row["spellings"] == 49
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


def test_a_file_damaged_by_a_spreadsheet_is_refused(real):
    with pytest.raises(CodebookMismatch, match="no_employees: 452 cells are not among"):
        cs.load(real("osmi2014_excel_dates.csv"), "osmi-2014")


def test_a_file_in_a_wrong_encoding_is_refused(real):
    with pytest.raises(UnreadableFile, match="is not UTF-8"):
        cs.load(real("osmi2014_wrong_encoding.csv"), "osmi-2014")


def test_another_snapshot_with_free_text_is_refused_by_column(real):
    with pytest.raises(IdentifiedData, match="Any additional notes or comments: free text"):
        cs.load(real("osmi2014_question_text.csv"), "osmi-2014")
