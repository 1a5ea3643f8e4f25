import pytest

from confstudy.errors import ConfigError
from confstudy.report.config import find_config, read_config

GOOD = '[report.a]\nnotebook = "a.ipynb"\ntitle = "A"\n'


def write(tmp_path, text):
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports" / "reports.toml"
    path.write_text(text)
    return path


def test_reports_and_their_folder_are_read(tmp_path):
    config = read_config(write(tmp_path, "schema = 1\n" + GOOD))
    assert list(config.report) == ["a"]
    assert config.home == tmp_path / "reports"


def test_the_configuration_is_found_from_any_folder_of_the_study(tmp_path):
    path = write(tmp_path, "schema = 1\n" + GOOD)
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    assert find_config(tmp_path / "notebooks" / "deep") == path


def test_outside_a_study_the_error_says_where_to_go(tmp_path):
    with pytest.raises(ConfigError, match="go to the folder of a study"):
        find_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = 2\n" + GOOD, "'schema'"),
        ("schema = 1\nkep = 3\n" + GOOD, "'kep'"),
        ("schema = 1\n[report.a]\ntitle = 'A'\n", "'report.a.notebook'"),
        ("schema = ", "not valid TOML"),
    ],
)
def test_a_wrong_configuration_names_the_place(tmp_path, text, expected):
    with pytest.raises(ConfigError, match=expected):
        read_config(write(tmp_path, text))


def test_an_unknown_report_or_notebook_suggests_the_nearest(tmp_path):
    config = read_config(write(tmp_path, "schema = 1\n" + GOOD))
    with pytest.raises(ConfigError, match="Reports not found"):
        config.named("b")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "aa.ipynb").touch()
    with pytest.raises(ConfigError, match=r"no notebook 'a\.ipynb'"):
        config.notebook("a")
