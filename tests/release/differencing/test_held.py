import re

import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.release.decision import Rules
from confstudy.release.differencing.held import decision, held_back
from confstudy.release.differencing.published import Published

RNG = np.random.default_rng(7)


def number(members, label="all", quantity="count", of=(), *, at="", output="Sample", **more):
    bits = np.zeros(1 + max(members, default=0), dtype=bool)
    bits[list(members)] = True
    return Published(label, quantity, tuple(of), np.packbits(bits), at=at, output=output, **more)


def table(columns, members, *, at="", table=0, hidden=(), margins=True, output="Table"):
    """A table of respondents by one or two lists of levels, with margins; some of it hidden."""
    names = list(columns)
    answered = [r for r in members if all(columns[name][r] for name in names)]
    groups = {}
    for keep in range(2 ** len(names)) if margins else [2 ** len(names) - 1]:
        kept = [name for place, name in enumerate(names) if keep >> place & 1]
        for r in answered:
            label = ", ".join(f"{name}={columns[name][r]}" for name in kept) or "all"
            groups.setdefault(label, []).append(r)
    return [
        number(who, label, of=names, at=at, output=output, table=table, shown=label not in hidden)
        for label, who in groups.items()
    ]


def split(*sizes, levels="abcdefgh"):
    return "".join(level * size for level, size in zip(levels, sizes, strict=False))


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (range(412), range(413), True),
        (range(412), range(421), True),
        (range(412), range(422), False),
        (range(412), range(412), False),
        (range(413), range(412), True),
        (range(412), range(1, 413), True),
        (range(412), range(6, 412), True),
        (range(412), range(25, 412), False),
        (range(412), range(500, 900), False),
        (range(412), range(300, 900), False),
    ],
    ids=str,
)
@pytest.mark.parametrize("quantity", ["count", "total:trust", "model:trust ~ arm (ols)"])
def test_two_numbers_may_differ_by_nobody_or_by_ten(before, after, held, quantity):
    old = [number(before, quantity=quantity, of=("arm", "trust"), at="2025-11-03")]
    new = [number(after, quantity=quantity, of=("trust", "arm"), table=2)]
    assert bool(held_back(new, old)) == held


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": "model:trust ~ arm + age (ols)"},
        {"exact": False},
        {"of": ("trust",)},
    ],
)
def test_what_cannot_be_subtracted_is_free(changed):
    model = {"quantity": "model:trust ~ arm (ols)", "of": ("trust", "arm")}
    old = [number(range(412), **model, at="2025-11-03")]
    assert not held_back([number(range(413), **{**model, **changed}, table=2)], old)


def test_the_respondents_of_a_mean_are_a_count():
    old = [number(range(412), quantity="mean:trust", of=("trust",), at="2025-11-03")]
    assert held_back([number(range(413), of=("trust",), table=2)], old)
    assert held_back(
        [number(range(413), of=("trust",), quantity="total:trust", table=2)],
        [number(range(412), of=("trust",), at="2025-11-03")],
    )


def test_a_cell_and_its_margin_differ_by_ten_within_one_table():
    small, large = table({"arm": split(40, 9)}, range(49)), table({"arm": split(40, 10)}, range(50))
    assert held_back([one for one in small if one.label != "arm=b"], [])
    assert not held_back(large, [])


def test_a_threshold_of_five_is_kept_too():
    new, old = [number(range(36), table=2)], [number(range(30))]
    assert held_back(new, old)
    assert not held_back(new, old, Rules(threshold=5))


def test_a_margin_gives_away_what_an_earlier_table_hid():
    columns = {"arm": split(60, 60), "told": split(56, 4, 30, 30, levels="ynyn")}
    inner = {f"arm={arm}, told={told}" for arm in "ab" for told in "yn"}
    first = table(columns, range(120), hidden=inner, at="2025-11-03")
    assert not held_back(first, [])
    later = table({"told": columns["told"]}, range(60, 120), table=2)
    held = held_back(later, first)
    assert held
    assert "'Table' of 2025-11-03" in held[0].reason
    assert not held_back(table({"told": columns["told"]}, range(120), table=2), first)


def test_a_chain_over_three_reports_is_found():
    # a + b, b + c and c + d give a − d; with d known, a = 7 follows.
    a, b, c, d = range(7), range(7, 40), range(40, 90), range(90, 130)

    def shown(*parts, at):
        who = [r for part in parts for r in part]
        return number(who, f"group {at}", at=f"2025-11-0{at}", output=f"Report {at}", table=at)

    first, second, third = shown(a, b, at=1), shown(b, c, at=2), shown(c, d, at=3)
    last = shown(d, at=4)
    assert not held_back([third], [first, second])
    held = held_back([last], [first, second, third])
    assert [one.output for one in held] == ["Report 4"]
    assert held[0].against == "'Report 3' of 2025-11-03"
    assert not held_back([third], [first, second, last, third])


def test_parts_without_their_total_are_added_up():
    whole = [number(range(200), at="2025-11-03")]
    parts = [number(range(90), "arm=a"), number(range(90, 196), "arm=b")]
    assert held_back(parts, whole)
    assert not held_back([number(range(90), "arm=a"), number(range(90, 190), "arm=b")], whole)


def test_those_who_skipped_a_question_do_not_hold_a_table_back():
    arms = split(200, 200)
    told = ["" if r in (3, 50, 399) else "yn"[r % 2] for r in range(400)]
    old = table({"arm": arms}, range(400), at="2025-11-03")
    assert not held_back(table({"arm": arms, "told": told}, range(400), table=2), old)
    # One who is known to have answered both is missing for another reason.
    told[50] = "y"
    known = [*old, *table({"told": told}, range(400), table=3, at="2025-11-03")]
    without = [r for r in range(400) if r != 50]
    assert held_back(table({"arm": arms, "told": told}, without, table=2), known)


def test_a_newcomer_shows_in_a_finer_table():
    arms, told = split(200, 201), "yn" * 201
    old = table({"arm": arms}, range(400), at="2025-11-03")
    assert held_back(table({"arm": arms, "told": told}, range(401), table=2), old)


def test_a_hidden_group_that_answered_alike_can_still_be_published():
    columns = {"arm": split(43, 60, 90), "told": split(43, 40, 20, 50, 40, levels="yynyn")}
    inner = {f"arm={arm}, told={told}" for arm in "abc" for told in "yn"}
    first = table(columns, range(193), hidden=inner, at="2025-11-03")
    assert not held_back(first, [])
    # … but not where another report lacks that group only.
    assert held_back(table({"told": columns["told"]}, range(43, 193), table=2), first)


def test_two_variables_that_go_together_are_free():
    # Off the diagonal stand three and four respondents: hidden, and both margins are shown.
    columns = {"told": split(103, 104, levels="yn"), "agreed": split(100, 3, 4, 100, levels="ynyn")}
    inner = {f"told={a}, agreed={b}" for a in "yn" for b in "yn"}
    first = table(columns, range(207), hidden=inner, at="2025-11-03")
    assert not held_back(first, [])
    one, two = ({name: columns[name]} for name in columns)
    assert not held_back(table(two, range(207), table=2), table(one, range(207)))
    swapped = [*range(206), 207]
    longer = {"told": columns["told"] + "n"}
    assert held_back(table(longer, swapped, table=2), table(one, range(207)))


def test_a_hidden_count_is_not_narrowed_down():
    # (x + p) + (x + q) − (p + q + g) + (g + t) = 2x + t = 11, so that x is at most 5.
    x, p, q, g, t = range(4), range(4, 12), range(12, 21), range(21, 41), range(41, 44)
    parts = [(x, p), (x, q), (p, q, g), (g, t)]
    shown = [
        number([r for part in group for r in part], f"group {place}", of=("a",), table=place)
        for place, group in enumerate(parts)
    ]
    hidden = number(x, "x", of=("a",), shown=False)
    held = held_back(shown[3:], [*shown[:3], hidden])
    assert [one.label for one in held] == ["group 3"]
    assert "narrow a hidden number" in held[0].reason
    assert not held_back(shown[3:], shown[:3])
    assert not held_back(shown[2:3], [*shown[:2], hidden])


def test_the_reason_says_what_to_do_and_never_how_many_differ():
    for differing in range(1, 10):
        held = held_back(
            [number(range(412 + differing), table=2)], [number(range(412), at="2025-11-03T10:00")]
        )
        told = decision(held)
        assert (told.status, told.rule) == ("fail", "differencing")
        numbers = set(re.findall(r"\d+", told.reason.replace("2025-11-03", "")))
        assert numbers == {"10", "5"}
        assert "'Sample' of 2025-11-03" in told.reason
        for remedy in ("wait until", "earlier output", "base 5", "merge groups"):
            assert remedy in told.reason
        assert held[0].more == 10
        assert str(412 + differing) not in repr(held)


def test_nothing_new_is_passed():
    assert held_back([], [number(range(5))]) == []
    assert held_back([number([], shown=False)], []) == []
    assert decision([]).status == "pass"


def test_the_repr_of_a_number_has_no_respondents():
    assert repr(number(range(3))) == "Published(all: count)"
    with pytest.raises(AnalysisError, match="packed bits"):
        Published("all", "count", (), np.ones(3, dtype=bool))


def test_sets_of_other_lengths_are_padded():
    old = [number(range(20), at="2025-11-03")]
    assert not held_back([number(range(5000), table=2)], old)
    assert not held_back([number(range(20), table=2)], [number(range(5000))])
