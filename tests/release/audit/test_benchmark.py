"""How many notebooks that give somebody away are found, and how many others are: all and none."""

import json
from zlib import crc32

import nbformat
import pytest

from confstudy.release.audit.audit import audit
from tests.release.audit import benign, benign_second
from tests.release.audit.benign import released
from tests.release.audit.fragments import fragment, summary
from tests.release.audit.leaks import LEAKS, LISTED
from tests.release.audit.leaks_notebook import where_it_leaks
from tests.release.audit.leaks_people import study

BENIGN = benign.BENIGN | benign_second.BENIGN
#: Numbers and settings that anybody could have written: only the data tell whose they are.
NEEDS_DATA = {"literal row", "means of singletons", "thresholds of a ROC", "file of columns"}
KNOWN = {
    "nothing": lambda: None,
    "the survey": lambda: study().survey,
    "the file": lambda: study().file,
}
# Levels that no message of the audit has another reason to hold.
LEVELS = "woman another gender trauma anxiety depression conditional absolute 18–29 30–49".split()


def plain(made):
    """The notebook as a reader of the file sees it."""
    return json.loads(json.dumps(made))


def said(found):
    lines = [f"{f.rule} {f.where} {f.what} {f!r}" for f in found.findings]
    return "\n".join([repr(found), str(found), found.table.to_string(), *lines])


def assert_found(name, seed, known):
    made = LEAKS[name](seed)
    found = audit(plain(made), survey=KNOWN[known]())
    assert not found, f"{name} {seed} passes, knowing {known}"
    place = where_it_leaks(made)
    if place is None:
        assert any("metadata" in finding.where for finding in found.findings)
    else:
        cells = {finding.cell for finding in found.findings}
        assert cells == {place}, f"{name} {seed}: {cells} instead of {place}"
    text = said(found)
    assert not [secret for secret in study().secrets if secret in text]
    assert not [level for level in LEVELS if f" {level}" in text]


def fair(name, known):
    return known != "nothing" or name not in NEEDS_DATA


@pytest.mark.parametrize("name", sorted(LEAKS))
def test_a_leak_is_found_in_its_cell_and_not_repeated(name):
    variant = crc32(name.encode())
    known = ("nothing", "the survey")[variant // 3 % 2]
    assert_found(name, variant % 3, known if fair(name, known) else "the survey")


@pytest.mark.validate
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("name", sorted(LEAKS))
def test_every_variant_of_a_leak_is_found(name, known):
    for seed in range(6) if fair(name, known) else ():
        assert_found(name, seed, known)


def assert_clean(name, seed, known):
    made = BENIGN[name](seed)
    found = audit(plain(made), survey=KNOWN[known](), released=released(made))
    assert found, f"{name} {seed}, knowing {known}:\n{found.table.to_string()}"


@pytest.mark.parametrize("name", BENIGN)
def test_nothing_is_found_where_nothing_is(name):
    assert_clean(name, 0, ("nothing", "the survey")[crc32(name.encode()) % 2])


@pytest.mark.validate
@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("name", BENIGN)
def test_nothing_is_found_in_any_variant(name, known):
    for seed in range(4):
        assert_clean(name, seed, known)


def missed_fragments(seeds):
    """Those of four or more values that fewer than ten respondents share, and the missed ones."""
    drawn = [fragment(seed) for seed in seeds]
    telling = [one for one in drawn if len(one.names) >= 4 and one.alike < 10]
    missed = [one for one in telling if audit(plain(one.notebook), survey=study().survey)]
    return len(telling), [(one.form, one.names) for one in missed]


def false_alarms(seeds, survey):
    return [seed for seed in seeds if not audit(plain(summary(seed)), survey=survey)]


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(600), marks=pytest.mark.validate)], ids=len
)
def test_nine_of_ten_fragments_of_records_are_found(seeds):
    count, missed = missed_fragments(seeds)
    assert len(missed) <= 0.1 * count, f"{1 - len(missed) / count:.1%} of {count}: {missed}"


@pytest.mark.parametrize(
    "seeds", [range(20), pytest.param(range(500), marks=pytest.mark.validate)], ids=len
)
def test_summaries_are_no_records(seeds):
    alarms = false_alarms(seeds, study().survey)
    assert len(alarms) <= 0.01 * len(seeds), alarms


def test_a_file_is_audited_like_its_content(tmp_path):
    made = LEAKS["head, text"](1)
    nbformat.write(made, tmp_path / "one.ipynb")
    by_path, by_content = audit(tmp_path / "one.ipynb"), audit(plain(made))
    assert by_path.table.equals(by_content.table)
    assert not by_path


def test_there_are_cases_enough():
    assert len(LISTED) == 43
    assert len(LEAKS) >= 43 + 20
    assert len(BENIGN) >= 24
