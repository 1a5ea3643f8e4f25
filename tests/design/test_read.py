import pytest

from confstudy.design.commands import over_of
from confstudy.design.declare import Design
from confstudy.design.estimands import ate
from confstudy.design.parts import block_ra, likert, mnar
from confstudy.design.read import parse_design, read_design
from confstudy.errors import DeclarationError

WHOLE = """\
model: therapy
seed: 2026
population: {therapists: 30, clients: 20}
assign:
  A: {block_ra: [none, conditional, absolute], by: therapist}
measure:
  privacy: {likert: P, items: 6, points: 5, reverse: [2, 5], alpha: .85}
missing:
  unit: {mnar: P, slope: .4, rate: .35}
  item: .02
vary: {T.P: .3}
estimands:
  - {ate: privacy, A: [absolute, none], name: privacy}
answers:
  - {spec: privacy ~ A + age_band, cluster: therapist}
  - {difference: privacy, by: A}
replications: 1000
find: {therapists: {power: .8, between: [10, 60]}}
"""


def test_a_file_says_what_the_python_says():
    planned = parse_design(WHOLE)
    same = (
        Design("therapy", seed=2026)
        .population(therapists=30, clients=20)
        .assign(A=block_ra(["none", "conditional", "absolute"], by="therapist"))
        .measure(privacy=likert("P", items=6, points=5, reverse=[2, 5], alpha=0.85))
        .missing(unit=mnar("P", slope=0.4, rate=0.35), item=0.02)
        .vary(**{"T.P": 0.3})
    )
    assert planned.design == same
    assert planned.estimands == (ate("privacy", A=("absolute", "none")).named("privacy"),)
    assert [answer.columns[0] for answer in planned.answers] == ["privacy", "privacy"]
    assert planned.options == {"replications": 1000}
    assert planned.find == {"therapists": {"power": 0.8, "between": [10, 60]}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("population:", "popluation:", "line 3: 'popluation' is not known. Did you mean 'pop"),
        ("therapists: 30", "therapist: 30", "line 3: 'therapist' is not known. Did you mean 'th"),
        ("block_ra", "blok_ra", "line 5: name one of .* Did you mean 'block_ra'?"),
        ("A: {block", "AA: {block", r"line 5: Variables not found in .therapy.: .AA"),
        ("by: therapist", "by: street", "line 5: 'by': input should be 'therapist'"),
        ("items: 6", "items: six", "line 7: 'items': input should be a valid integer"),
        ("items: 6, ", "", "line 7: 'items' is missing"),
        ("alpha: .85", "alhpa: .85", "line 7: 'alhpa' is not known. Did you mean 'alpha'"),
        ("T.P: .3", "T.Q9: .3", "line 11: "),
        ("{ate: privacy", "{ate: privcy", "line 13: .*privcy.* Did you mean 'privacy'"),
        ("[absolute, none]", "absolute", "line 13: 'A': "),
        ("age_band", "age_bnad", "line 15: Columns not found in the design: .*'age_band'"),
        ("by: A}", "bye: A}", "line 16: 'bye' is not known"),
        ("seed: 2026", "seed: soon", "line 2: 'seed' is a whole number"),
        ("seed: 2026", "model2: 1", "'seed' is missing"),
        ("model: therapy", "model: teraphy", "line 1: No model"),
    ],
)
def test_a_mistake_is_told_with_its_line(old, new, said):
    assert old in WHOLE
    with pytest.raises(DeclarationError, match=said):
        parse_design(WHOLE.replace(old, new))


def test_all_mistakes_are_told_at_once():
    wrong = WHOLE.replace("block_ra", "blok_ra").replace("alpha", "alhpa").replace("mnar", "mnr")
    with pytest.raises(DeclarationError) as told:
        parse_design(wrong)
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        f"design.yaml, line {number}" for number in (5, 7, 7, 9)
    ]


def test_a_file_that_is_not_there_is_told_with_the_nearest(tmp_path):
    (tmp_path / "design.yaml").write_text(WHOLE)
    assert read_design(tmp_path / "design.yaml").design.n == 600
    with pytest.raises(DeclarationError, match=r"Did you mean 'design\.yaml'"):
        read_design(tmp_path / "desing.yaml")


@pytest.mark.parametrize("text", ["n", "n=", "=3", "n=a,b", "n=inf"])
def test_values_to_go_over_are_numbers(text):
    with pytest.raises(DeclarationError, match="NAME=NUMBER"):
        over_of([text])
