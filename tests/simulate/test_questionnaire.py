import pytest

from confstudy.codebook.read import parse_codebook
from confstudy.errors import StructureError
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.questionnaire import questionnaire

BOOK = """\
name: small
protection: {suppress: [age, sex]}
design: {cluster: site, strata: age}
impossible: {young and retired: {age: young, work: retired}}
variables:
  site: {type: code, role: cluster}
  age: {levels: [young, old], role: quasi_identifier}
  sex: {levels: [w, m], role: quasi_identifier}
  work: {levels: [works, retired]}
  hours: {levels: [few, many], asked_if: {work: works}}
  trust_1: {type: item}
  trust_2: {type: item}
scales:
  trust: {items: [trust_1, trust_2], points: [1, 5]}
"""


@pytest.fixture
def structure(tmp_path):
    (tmp_path / "small.yaml").write_text(BOOK)
    codebook = str(tmp_path / "small.yaml")
    return read_structure("therapy").model_copy(update={"codebook": codebook})


@pytest.mark.parametrize(
    ("columns", "variables", "scales", "suppress"),
    [
        (["trust"], ["site", "trust_1", "trust_2"], ["trust"], ()),
        (["trust_1", "sex"], ["site", "sex", "trust_1"], [], ("sex",)),
        (["hours"], ["site", "work", "hours"], [], ()),
    ],
)
def test_what_is_asked_is_kept_with_its_cluster_and_what_leads_to_it(
    structure, columns, variables, scales, suppress
):
    found = questionnaire(structure, columns)
    assert list(found.variables) == variables
    assert list(found.scales) == scales
    assert found.protection.suppress == suppress
    assert (found.design.cluster, found.design.strata) == ("site", "")
    assert not found.impossible
    assert parse_codebook(BOOK).impossible


def test_all_is_asked_unless_columns_are_named_and_a_changed_file_is_read_again(
    structure, tmp_path
):
    assert questionnaire(structure) == parse_codebook(BOOK)
    assert questionnaire(structure, ["age", "work"]).impossible
    (tmp_path / "small.yaml").write_text(BOOK.replace("name: small", "name: another"))
    assert questionnaire(structure).name == "another"


@pytest.mark.parametrize(
    ("columns", "expected"), [(["trsut"], "Did you mean 'trust'"), ([], "name at least one")]
)
def test_what_is_not_there_is_refused(structure, columns, expected):
    with pytest.raises(StructureError, match=expected):
        questionnaire(structure, columns)
