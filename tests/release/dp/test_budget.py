import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from confstudy.codebook.write import as_yaml
from confstudy.errors import AnalysisError, DataError, DisclosureRefused, LedgerDamaged
from confstudy.release.dp import desk
from confstudy.release.dp.account import Account
from confstudy.release.dp.front import Budget, private_count, private_histogram, private_mean
from confstudy.release.ledger.folder import ledger_folder
from confstudy.release.ledger.ledger import Ledger, current


def lines():
    return (ledger_folder() / "budget" / "ledger.jsonl").read_bytes().splitlines(keepends=True)


def test_what_is_spent_adds_up_exactly_and_no_more_is_answered(survey):
    budget = Budget(survey, 0.3)
    for level in ("none", "conditional", "absolute"):
        private_count(survey, {"arm": level}, epsilon=0.1, budget=budget)
    assert (budget.total, budget.spent, budget.left) == (0.3, 0.3, 0.0)
    with pytest.raises(DisclosureRefused, match=r"ε = 0.0001 is more than .* 0 of 0.3.*raise_to="):
        private_count(survey, epsilon=0.0001, budget=budget)
    assert repr(Budget(survey, 0.3)) == "Budget of 'toy': ε = 0.3, spent 0.3, left 0"


def test_a_refusal_costs_nothing(survey):
    budget = Budget(survey, 1)
    with pytest.raises(DisclosureRefused, match="1 of 1"):
        private_histogram(survey, "arm", epsilon=1.5, budget=budget)
    assert budget.left == 1
    assert len(lines()) == 1


def test_twenty_runs_give_one_answer_at_one_cost(survey, loaded, toy_cells):
    answers = []
    for _ in range(20):
        again = loaded(toy_cells(300))
        answers.append(private_mean(again, "topics", epsilon=0.2, budget=Budget(again, 1)))
    assert len({answer.values for answer in answers}) == 1
    assert [answer.repeated for answer in answers] == [False] + [True] * 19
    assert {answer.left for answer in answers} == {0.8}


@pytest.mark.parametrize(
    ("rows", "epsilon", "free"),
    [
        ({"told": "Yes", "arm": ("absolute", "none")}, 0.1, True),
        ({"told": ["Yes"], "arm": ["none", "absolute"]}, 0.10, True),
        ({"told": "Yes", "arm": ["none", "absolute"]}, 0.11, False),
        ({"told": "Yes", "arm": ["none"]}, 0.1, False),
    ],
)
def test_only_the_same_question_at_the_same_epsilon_is_free(rows, epsilon, free, survey):
    budget = Budget(survey, 1)
    private_count(survey, {"arm": ["none", "absolute"], "told": "Yes"}, epsilon=0.1, budget=budget)
    assert private_count(survey, rows, epsilon=epsilon, budget=budget).repeated is free


def test_other_answers_of_the_same_respondents_are_asked_anew(survey):
    budget = Budget(survey, 1)
    private_count(survey, {"told": "Yes"}, epsilon=0.1, budget=budget)
    changed = survey.frame.copy()
    changed.loc[0, "told"] = "No" if changed.loc[0, "told"] == "Yes" else "Yes"
    other = replace(survey, frame=changed)
    assert not private_count(other, {"told": "Yes"}, epsilon=0.1, budget=budget).repeated
    assert private_count(other, {"arm": "none"}, epsilon=0.1, budget=budget).left == 0.7


def test_another_file_of_the_same_respondents_has_the_same_budget(loaded, toy_cells):
    frame = toy_cells(300)
    survey = loaded(frame)
    private_count(survey, epsilon=0.6, budget=Budget(survey, 1))
    for other in (
        loaded(frame.iloc[::-1], "turned.csv"),
        loaded(frame.iloc[:150], "half.csv"),
        loaded(frame, "renamed.csv", name="other"),
        loaded(toy_cells(300).assign(extra=1), "wider.csv"),
    ):
        assert Budget(other, 1).left == 0.4
        with pytest.raises(DisclosureRefused, match="fixed on"):
            Budget(other, 5)


def test_respondents_who_came_later_share_the_budget_of_those_before(loaded, toy_cells):
    frame = toy_cells(300)
    first, both, last = frame.iloc[:200], frame, frame.iloc[250:]
    survey = loaded(first)
    private_count(survey, epsilon=0.6, budget=Budget(survey, 1))
    longer = loaded(both, "both.csv")
    with pytest.raises(DataError, match="other respondents"):
        private_count(longer, epsilon=0.1, budget=Budget(survey, 1))
    private_count(longer, epsilon=0.1, budget=Budget(longer, 1))
    assert Budget(loaded(last, "last.csv"), 1).left == pytest.approx(0.3)


def test_other_respondents_have_a_budget_of_their_own(loaded, toy_cells):
    survey, others = loaded(toy_cells(300)), loaded(toy_cells(300, seed=9), "b.csv", name="b")
    private_count(survey, epsilon=0.6, budget=Budget(survey, 1))
    assert Budget(others, 2).left == 2
    with pytest.raises(DataError, match="other respondents"):
        private_count(others, epsilon=0.1, budget=Budget(survey, 1))


@pytest.mark.parametrize(("synthetic", "left"), [(False, 0.4), (True, 1.0)])
def test_later_data_of_a_study_may_be_of_the_same_people(synthetic, left, loaded, toy_cells):
    survey = loaded(toy_cells(300), synthetic=synthetic)
    private_count(survey, epsilon=0.6, budget=Budget(survey, 1))
    later = loaded(toy_cells(300, seed=5), "later.csv", synthetic=synthetic)
    for _ in range(2):
        assert Budget(later, 1).left == left
    private_count(later, epsilon=0.2, budget=Budget(later, 1))
    assert Budget(survey, 1).left == (0.4 if synthetic else 0.2)


def test_data_that_belong_to_two_studies_join_their_budgets(loaded, toy_cells):
    frame = toy_cells(300)
    one, two = loaded(frame, name="one"), loaded(toy_cells(300, seed=5), "b.csv", name="two")
    private_count(one, epsilon=0.6, budget=Budget(one, 1))
    private_count(two, epsilon=0.3, budget=Budget(two, 1))
    both = loaded(frame, name="two")
    assert [Budget(data, 1).left for data in (both, one, two)] == pytest.approx([0.1] * 3)


def test_of_two_budgets_that_meet_the_smaller_one_holds(loaded, toy_cells):
    frame = toy_cells(300)
    Budget(loaded(frame, name="one"), 3)
    Budget(loaded(toy_cells(300, seed=5), "b.csv", name="two"), 1)
    both = loaded(frame, name="two")
    with pytest.raises(DisclosureRefused, match="ε = 1,"):
        Budget(both, 3)
    assert Budget(both, 1).left == 1


def test_a_total_is_raised_only_by_a_decision_that_is_recorded(survey):
    budget = Budget(survey, 1)
    for options in ({"raise_to": 2}, {"raise_to": 2, "reason": " "}, {"raise_to": 0.5}):
        with pytest.raises(AnalysisError, match="reason="):
            Budget(survey, 1, **options)
    for other in (2, 0.5):
        with pytest.raises(DisclosureRefused, match=r"ε = 1, of which 1 is left.*raise_to="):
            Budget(survey, other)
    for _ in range(2):
        raised = Budget(survey, 1, raise_to=2, reason="the board agreed")
        assert raised.left == budget.left == Budget(survey, 2).left == 2
    assert raised.table["what"].tolist() == ["", "the board agreed"]
    assert raised.table["epsilon"].tolist() == [1, 2]


def test_a_crash_after_spending_loses_budget_and_tells_nothing(survey, monkeypatch):
    budget = Budget(survey, 1)

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(desk, "noisy", crash)
        with pytest.raises(KeyboardInterrupt):
            private_count(survey, epsilon=0.4, budget=budget)
    assert budget.spent == 0.4
    assert "answer" not in {record.kind for record in Account.read(ledger_folder()).records}
    assert private_count(survey, epsilon=0.4, budget=budget).left == pytest.approx(0.2)


def test_the_spending_is_on_the_disk_before_the_data_are_looked_at(survey, monkeypatch):
    budget, seen = Budget(survey, 1), []
    plain = desk.noisy

    def watched(*asked):
        seen.append(json.loads(lines()[-1]))
        return plain(*asked)

    monkeypatch.setattr(desk, "noisy", watched)
    private_count(survey, epsilon=0.4, budget=budget)
    assert [(line["kind"], line["epsilon"]) for line in seen] == [("spend", "0.4")]


SPENDER = """
import sys
from confstudy.errors import DisclosureRefused
import confstudy as cs
survey = cs.load(sys.argv[1])
budget = cs.release.Budget(survey, 1)
given = 0
for place in range(8):
    low = 20 * place + float(sys.argv[2])
    try:
        cs.release.private_count(survey, {"miles": (low, 400)}, epsilon=0.1, budget=budget)
        given += 1
    except DisclosureRefused:
        pass
print(given)
"""


def test_processes_that_spend_at_once_never_spend_too_much(tmp_path, toy_cells, book):
    toy_cells(300).to_csv(tmp_path / "toy.csv", index=False)
    (tmp_path / "toy.codebook.yaml").write_text(as_yaml(book))
    command = [sys.executable, "-c", SPENDER, str(tmp_path / "toy.csv")]
    running = [
        subprocess.Popen([*command, str(one)], stdout=subprocess.PIPE, text=True) for one in (0, 1)
    ]
    given = [int(process.communicate(timeout=120)[0]) for process in running]
    assert sum(given) == 10
    kinds = [record.kind for record in Account.read(ledger_folder()).records]
    assert (kinds.count("spend"), kinds.count("answer")) == (10, 10)


def edited(found):
    found[1] = found[1].replace(b'"epsilon":"0.5"', b'"epsilon":"0.1"')
    return found


@pytest.mark.parametrize(
    "damage",
    [
        edited,
        lambda found: found[:-1],
        lambda found: found[:1],
        lambda found: found[1:],
        lambda _: [],
        lambda found: [found[0], *found[2:]],
        lambda found: [*found[:-1], found[-1][:-40]],
        lambda found: [*found, b"nonsense\n"],
        lambda found: [found[1], found[0], *found[2:]],
    ],
)
def test_a_changed_or_shortened_record_is_found(damage, survey):
    budget = Budget(survey, 1)
    private_count(survey, epsilon=0.5, budget=budget)
    path = ledger_folder() / "budget" / "ledger.jsonl"
    before = path.read_bytes()
    path.write_bytes(b"".join(damage(lines())))
    assert path.read_bytes() != before
    for again in (lambda: Budget(survey, 1), lambda: budget.left):
        with pytest.raises(LedgerDamaged, match="budgets is damaged"):
            again()
    with pytest.raises(LedgerDamaged, match="Nothing is answered"):
        private_count(survey, epsilon=0.1, budget=budget)


@pytest.mark.parametrize("gone", ["folder", "earlier"])
def test_a_record_put_back_to_an_earlier_state_is_found_by_the_ledger(gone, survey, tmp_path):
    budget = Budget(survey, 1)
    folder = ledger_folder() / "budget"
    shutil.copytree(folder, tmp_path / "copy")
    private_count(survey, epsilon=0.5, budget=budget)
    shutil.rmtree(folder)
    if gone == "earlier":
        shutil.copytree(tmp_path / "copy", folder)
    with pytest.raises(LedgerDamaged, match="lines are gone"):
        Budget(survey, 1)


def test_half_a_line_left_by_a_crash_is_no_damage(survey):
    budget = Budget(survey, 1)
    path = ledger_folder() / "budget" / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b'{"kind":"spe')
    assert private_count(survey, epsilon=0.5, budget=budget).left == 0.5


def test_the_ledger_tells_every_answer_and_stays_whole(survey, tmp_path, monkeypatch):
    monkeypatch.setenv("CONFSTUDY_STAGE", str(tmp_path / "stage"))
    private_count(survey, {"arm": "none"}, epsilon=0.5, budget=Budget(survey, 1))
    told = Ledger(ledger_folder())
    assert [output.output for output in told.outputs] == [
        "Privacy budget",
        "Number of respondents: arm = none",
    ]
    assert told.verify() == []
    assert current().stage is not None
    assert not (tmp_path / "stage").exists(), "noise is never staged"


def test_another_ledger_has_other_budgets(survey, tmp_path):
    Budget(survey, 1)
    assert Budget(survey, 3, ledger=Ledger(tmp_path / "elsewhere")).left == 3


def test_answers_in_the_record_are_the_noisy_ones(survey):
    answer = private_histogram(survey, "arm", epsilon=0.01, budget=Budget(survey, 1))
    stored = json.loads(lines()[-1])["values"]
    exact = survey.frame["arm"].value_counts().sort_index().to_numpy()
    assert tuple(map(float, stored)) == answer.values
    # Three draws of noise this wide are all zero once in ten million times.
    assert np.abs(np.array(stored) - exact).max() > 0
