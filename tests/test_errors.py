from confstudy import errors
from confstudy.errors import ConfstudyError, did_you_mean, listing, unknown


def test_every_public_error_has_one_root():
    classes = [getattr(errors, name) for name in errors.__all__]
    assert all(issubclass(c, ConfstudyError) for c in classes if isinstance(c, type))


def test_the_tree_in_the_docstring_names_every_error():
    for name in errors.__all__:
        if isinstance(getattr(errors, name), type):
            assert name in errors.__doc__


def test_a_near_name_is_suggested_whatever_its_case():
    assert did_you_mean("PRIVCY", ["Privacy", "trust"]) == " Did you mean 'Privacy'?"


def test_nothing_is_suggested_when_nothing_is_near():
    assert did_you_mean("xyz", ["privacy", "trust"]) == ""


def test_long_listings_are_cut_and_say_so():
    assert listing(range(20), most=3) == "[0, 1, 2, … 17 more]"


def test_an_unknown_name_says_what_there_is():
    text = unknown("Columns", ["trst"], ["trust"], "the data")
    expected = "Columns not found in the data: [trst]. Did you mean 'trust'? There are: [trust]."
    assert text == expected
