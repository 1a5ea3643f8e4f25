"""Plans: every mistake is told by line, equal plans are equal, surveys have what they need."""

import re

import pandas as pd
import pytest
import yaml

import confstudy as cs
from confstudy.codebook.lines import Document
from confstudy.design.answers import spec
from confstudy.design.declare import Design
from confstudy.design.diagnose import diagnose
from confstudy.design.estimands import ate
from confstudy.design.plan.formulas import read_formula, same_random
from confstudy.design.plan.plan import hypothesis, plan
from confstudy.design.plan.problems import validated
from confstudy.design.plan.read import read_plan
from confstudy.design.plan.rules import excluded
from confstudy.design.plan.template import TEMPLATE, write_template
from confstudy.errors import AnalysisError, DataError, DeclarationError, UnwritableFile

TEST = hypothesis("H1", estimand="slope", model={"formula": "alliance ~ privacy"})


def trust(**changes):
    given = {"title": "Trust", "hypotheses": [TEST], "n": 600, "codebook": "therapy"}
    return plan(**given | changes)


def reversed_keys(part):
    if isinstance(part, dict):
        return {key: reversed_keys(part[key]) for key in reversed(part)}
    return [reversed_keys(each) for each in part] if isinstance(part, list) else part


def test_the_template_is_a_sound_plan(tmp_path):
    write_template(tmp_path / "plan.yaml")
    read = read_plan(tmp_path / "plan.yaml")
    assert read.table["smallest"].tolist() == [0.1]
    assert "H1 (primary, C01)" in repr(read)
    with pytest.raises(UnwritableFile, match="not replaced"):
        write_template(tmp_path / "plan.yaml")


def test_equal_plans_have_equal_hashes_whatever_the_order_of_keys():
    content = yaml.safe_load(TEMPLATE)
    one, other = (validated(Document("", each, {})) for each in (content, reversed_keys(content)))
    assert one.hash == other.hash
    assert one.hash != validated(Document("", content | {"n": 601}, {})).hash
    assert validated(Document("", content | {"level": 5e-2}, {})).hash == one.hash


def test_a_draft_reads_back_equal(tmp_path):
    made = trust(exclusions=[{"arm": ["none", "absolute"]}], notes="Yes: no # 3 é\n2026-01-01")
    assert read_plan(made.write(tmp_path / "draft.yaml")).hash == made.hash


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ("stigma\n", "stigmo\n", r"line 31: H1: 'stigmo' is not .* mean 'stigma'"),
        ("holm\n", "hlm\n", r"line 15: 'hlm' is no method .* mean 'holm'"),
        ("sign: positive", "sing: positive", r"line 26: 'sing' is not known. Did you mean 'sign'"),
        ("sign: positive", "sign: positives", r"line 26: .* Did you mean 'positive'"),
        ("family: ols ", "family: ols2 ", r"line 30: H1: 'ols2' is not a family"),
        ("therapist ", "therapst ", r"'therapst' is not a variable .* mean 'therapist'"),
        ("term: privacy", "term: age", r"line 28: H1: 'age' is no term"),
        ("privacy: missing", "privcy: missing", r"line 19: 'privcy' .* mean 'privacy'"),
        ("privacy: missing", "privacy: high", r"'high' is no comparison"),
        ("privacy: missing", "arm: full", r"line 19: 'arm': 'full' is not a level"),
        ("privacy: missing", "arm: < 3", r"'< 3' compares numbers"),
        ("codebook: therapy", "codebook: theraphy", r"line 7: no codebook .* mean 'therapy'"),
        ("n: 600", "n: 3", r"line 10: 'n': should be greater"),
        ("n: 600", "version: 2\nn: 600", r"version 1 amends nothing"),
        ("smallest: 0.1", "smallest: -0.1", r"line 27: .* greater than 0"),
        (r"alliance ~ privacy \+ stigma", "alliance", r"H1: 'alliance' is no formula"),
        ("(?s)hypotheses:.*", "hypotheses: []", "one hypothesis or more"),
        ("n: 600", "n: 600\nn: 700", r"line 11: 'n' stands already on line 10"),
    ],
)
def test_mistakes_are_told_by_line(tmp_path, find, put, told):
    changed = re.sub(find, put, TEMPLATE, count=1)
    assert changed != TEMPLATE
    (tmp_path / "plan.yaml").write_text(changed)
    with pytest.raises(DeclarationError, match=told):
        read_plan(tmp_path / "plan.yaml")


def test_all_mistakes_are_told_at_once():
    wrong = [TEST, hypothesis("H1", estimand="x", model={"formula": "fear ~ privcy"})]
    with pytest.raises(DeclarationError) as found:
        trust(hypotheses=wrong, multiplicity="hlm", exclusions=[{"agee": "< 3"}])
    assert [word in str(found.value) for word in ("'H1'", "privcy", "hlm", "agee")] == [True] * 4


def test_a_design_that_cannot_give_the_estimand_is_told():
    asked = ate("ret", A=("absolute", "none"))
    for formula in ("ret ~ stigma", "alliance ~ A"):
        test = hypothesis("H1", estimand=asked, model={"formula": formula})
        with pytest.raises(DeclarationError, match=r"cannot be estimated|not found"):
            trust(hypotheses=[test], design=Design("therapy", seed=1))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("y ~ a * b", "y ~ b + a + b:a", True),
        ("y ~ log( a ) + 1", "y~log(a)", True),
        ("y ~ (a + b + c)**2", "y ~ a*b + a*c + b*c", True),
        ("y ~ a | a", "y ~ a", True),
        ("y ~ a + b | b", "y ~ a + b", False),
        ("y ~ a", "log(y) ~ a", False),
        ("y ~ a:b", "y ~ a*b", False),
        ("y ~ C(a)", "y ~ a", False),
    ],
)
def test_formulas_are_compared_by_what_they_mean(one, other, same):
    assert (read_formula(one) == read_formula(other)) is same


@pytest.mark.parametrize("formula", ["y", "~ x", "y ~ x ~ z", "y + z ~ x", "y ~ x - 1", "y ~ ("])
def test_what_is_no_formula_is_refused(formula):
    with pytest.raises(AnalysisError, match=r"formula|outcome"):
        read_formula(formula)


def test_random_parts_are_compared_by_what_they_mean():
    assert same_random("(1 | a) + (1 + x | b)", "(x + 1|b) + (1|a)")
    assert not same_random("1 | a", "1 + x | a")
    assert not same_random("", "1 | a")


@pytest.mark.parametrize(
    ("rule", "out"),
    [
        ({"minutes": ("< 3",)}, [True, False, False, False]),
        ({"minutes": (">= 3",)}, [False, True, True, False]),
        ({"minutes": ("missing",)}, [False, False, False, True]),
        ({"arm": ("none",)}, [True, False, True, False]),
        ({"arm": ("none", "missing")}, [True, False, True, True]),
        ({"arm": ("none",), "minutes": ("> 3",)}, [False, False, True, False]),
    ],
)
def test_exclusions(rule, out):
    arm = pd.Categorical(["none", "full", "none", None])
    frame = pd.DataFrame({"minutes": [2.0, 3, 9, None], "arm": arm})
    assert excluded(frame, rule).tolist() == out


def test_check_says_what_n_is(simulation):
    survey = simulation.survey
    found = trust(exclusions=[{"arm": "none"}, {"privacy": "< 2"}]).check(survey)
    scores = cs.score(survey)
    left = scores.frame[(scores["arm"] != "none") & ~(scores["privacy"] < 2)]
    assert found.n == len(left)
    assert found.hypotheses["complete"].tolist() == [
        int(left[["alliance", "privacy"]].notna().all(axis=1).sum())
    ]
    assert found.exclusions["left"].tolist()[-1] == found.n
    assert f"n = {found.n:,} of 600 planned" in repr(found)
    assert "fewer than planned" in repr(trust(n=90_000).check(survey))


def test_check_refuses_what_the_survey_lacks(simulation):
    test = hypothesis(
        "H2", estimand="x", model={"formula": "concealment ~ fear", "survey_design": True}
    )
    survey = simulation.survey
    made = trust(hypotheses=[TEST, test])
    frame = cs.score(survey).frame.drop(columns=["concealment"]).assign(alliance=float("nan"))
    poor = type(survey)(frame, survey.reasons, survey.codebook, survey.provenance)
    with pytest.raises(DataError) as found:
        made.check(poor)
    assert "'concealment' (for H2)" in str(found.value)
    assert "'alliance' was answered by nobody" in str(found.value)


def test_signing_says_which_package_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr("confstudy.design.plan.ed25519.find_spec", lambda _: None)
    with pytest.raises(DeclarationError, match=r"cryptography .* pip install 'confstudy\[plan\]'"):
        trust().sign(tmp_path / "plan.yaml", key=tmp_path / "key.pem")
    assert not [*tmp_path.iterdir()]


def test_a_plan_holds_the_design_its_spec_and_its_power(tmp_path):
    planned = Design("therapy", seed=1).population(n=200)

    asked = ate("alliance", A=("absolute", "none"))
    answer = spec("alliance ~ arm", cluster="therapist", term="arm[T.absolute]")
    found = diagnose(planned, asked, answer, replications=20, null=False, progress=False)
    test = hypothesis("H1", estimand=asked, model=answer)
    content = trust(hypotheses=[test], design=planned, power=found).content
    assert content.hypotheses[0].model.cluster == "therapist"
    assert content.hypotheses[0].term == "arm[T.absolute]"
    assert content.design.sha256 == planned.key
    assert content.power[0].power == pytest.approx(found.table["power"][0], abs=1e-4)
    assert read_plan(trust(hypotheses=[test]).write(tmp_path / "a.yaml")).content.n == 600
