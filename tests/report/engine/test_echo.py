"""Messages help an author without repeating what a notebook found in the data."""

from pathlib import Path

import pytest

from confstudy.report.engine.echo import names_in, without_echoes

NAMES = {"privacy", "alliance"}
WRITTEN = "cs.fit(f'alliance ~ {rare}', scores)\nreport.title('Trust in 2024')"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Columns not found: [quokka].", "Columns not found: […]."),
        ("Columns not found: [quokka, axolotl, privacy].", "Columns not found: […, privacy]."),
        ("'alliance ~ quokka' has no estimate.", "'…' has no estimate."),
        ("Did you mean 'privacy'?", "Did you mean 'privacy'?"),
        ("'level' lies between 0 and 1.", "'level' lies between 0 and 1."),
        ("It does not: 7310000.25.", "It does not: ….25."),
        ('No file "quokka.csv" there.', 'No file "…" there.'),
        ("It is about quokka.", "It is about …."),
        ("Trust in 2024: 12 rows are too few.", "Trust in 2024: 12 rows are too few."),
        ("the word 'it's quokka' is not known", "the word 'it's …' is not known"),
        ("Кваква is not known", "… is not known"),
    ],
)
def test_what_nobody_typed_is_not_told(message, told):
    assert without_echoes(message, WRITTEN, NAMES) == told


def test_the_names_are_those_of_the_survey(tmp_path):
    found = names_in({"data": "data_synthetic/therapy.parquet"}, Path())
    assert {"privacy_1", "privacy"} <= found
    assert names_in({"data": "none.csv"}, tmp_path) == frozenset()
    assert names_in({}, tmp_path) == frozenset()
