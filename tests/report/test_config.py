import pytest

from confstudy.codebook.read import codebook_path
from confstudy.errors import ConfigError, ParameterError
from confstudy.report.config import find_config, read_config
from confstudy.report.params import parameters_of
from confstudy.report.variants import _beside, variants

TOP = "schema = 1\n"
GOOD = '[report.a]\nnotebook = "a.ipynb"\ntitle = "A"\n'
FULL = """
[defaults]
formats = ["html", "pdf"]
timeout = "20m"
memory = "4GiB"
keep = 4
warnings = { ConvergenceWarning = "fail", "*" = "show" }
notify = { failure = ["command:tell"], recovery = false }
[report.a]
notebook = "a.ipynb"
title = "Wave {wave}: {outcome}"
params = { n = 20 }
matrix = { outcome = ["trust", "stigma"], wave = [1, 2] }
timeout = 90
warnings = { "*" = "hide" }
[report.b]
notebook = "a.ipynb"
title = "B"
"""
CELL = 'wave: int = 1\noutcome: str = "trust"\nn: int = 10\ndata: str = ""\ncodebook: str = ""\n'
DECLARED = parameters_of(CELL, "a.ipynb")


def write(tmp_path, text):
    (tmp_path / "reports").mkdir(exist_ok=True)
    (tmp_path / "a.ipynb").write_text("{}")
    path = tmp_path / "reports" / "reports.toml"
    path.write_text(text)
    return path


def full(tmp_path, text=FULL):
    return read_config(write(tmp_path, TOP + text))


def all_of(config, given=None, only=None):
    return variants(config, "a", DECLARED, given or {}, config.root, only)


def test_reports_and_their_folder_are_read(tmp_path):
    config = read_config(write(tmp_path, TOP + GOOD))
    assert list(config.report) == ["a"]
    assert config.home == tmp_path / "reports"


def test_the_configuration_is_found_from_any_folder_of_the_study(tmp_path):
    path = write(tmp_path, TOP + GOOD)
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    assert find_config(tmp_path / "notebooks" / "deep") == path


def test_outside_a_study_the_error_says_where_to_go(tmp_path):
    with pytest.raises(ConfigError, match="go to the folder of a study"):
        find_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = 2\n" + GOOD, "line 1: 'schema': input should be 1"),
        ("schema = 1\nkep = 3\n" + GOOD, "line 2: 'kep' is not known. Did you mean 'keep'?"),
        ("schema = 1\n[defaults]\nkep = 3\n" + GOOD, "line 3: 'defaults.kep' is not known. Did"),
        (TOP + GOOD + "notebok = 'a'", r"line 5: 'report.a.notebok' .* Did you mean 'notebook'\?"),
        (TOP + GOOD + "[report.a.mtrix]\nwave = [1]", "line 5: 'report.a.mtrix' is not known"),
        (TOP + "[report.a]\ntitle = 'A'\n", "line 2: 'report.a.notebook' is missing"),
        (TOP + GOOD.replace("report", "reports"), "'reports' is not known. Did you mean 'report'"),
        (TOP + GOOD + "formats = ['htm']", "line 5: 'report.a.formats.0': .* Did you mean 'html'"),
        (TOP + GOOD + "formats = []", "'report.a.formats': the list is empty"),
        (TOP + GOOD + "formats = ['pdf', 'pdf']", "a value stands in the list twice"),
        (TOP + GOOD + "timeout = '20 minutes'", "line 5: 'report.a.timeout': write it as seconds"),
        (TOP + GOOD + "timeout = 0", "it should be a second or more"),
        (TOP + GOOD + "timeout = true", "write it as seconds"),
        (TOP + GOOD + "memory = '4 gigs'", "write it as '4GiB'"),
        (TOP + GOOD + "memory = '1MiB'", "no kernel starts in less"),
        (TOP + GOOD + "keep = 0", "'report.a.keep': input should be greater than or equal to 1"),
        (TOP + GOOD + "title2 = 1\n", "'report.a.title2' is not known. Did you mean 'title'"),
        (TOP + GOOD.replace('"A"', "1"), "line 4: 'report.a.title': input should be text"),
        (TOP + GOOD + "warnings = {A = 'stop'}", "'report.a.warnings.A': input should be 'fail'"),
        (TOP + GOOD + "warnings = {'a b' = 'fail'}", "name classes of warnings"),
        (TOP + GOOD + "params = {n = 1}\nmatrix = {n = [1]}", r"\[n\] stands in params and in m"),
        (TOP + GOOD + "matrix = {n = []}", "the list is empty"),
        (TOP + GOOD.replace("report.a", "report.'a/../b'"), "a report's name becomes its folder"),
        ("keep = 1\n" + TOP + "[defaults]\nkeep = 2\n" + GOOD, "'keep' stands at the top and in"),
        (TOP + GOOD + "gates = {x = {rl = 1}}", "'x': rl is not known. Did you mean 'rel'"),
        (TOP + GOOD + "gates = {x = {rel = -1}}", "line 5: 'report.a.gates': 'x': rel: "),
        (TOP + GOOD + "gates = 3", "'report.a.gates': input should be a table"),
        (TOP + GOOD + "notify = {failure = ['x']}", "'report.a.notify': .*'command:PROGRAM"),
        (TOP + GOOD + "schedule = 'Munday 06:00'", "line 5: 'report.a.schedule': "),
        ("root = '/'\n" + TOP + GOOD, "'root' is not known"),
        ("schema = ", "not valid TOML"),
    ],
)
def test_a_wrong_configuration_names_line_key_and_what_is_allowed(tmp_path, text, expected):
    with pytest.raises(ConfigError, match=expected):
        read_config(write(tmp_path, text))


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read_config(write(tmp_path, TOP + GOOD + "keep = 0\nmemory = 'x'\nformat = 1"))
    places = {line.partition(":")[0] for line in str(caught.value).splitlines()}
    assert places == {f"reports.toml, line {line}" for line in (5, 6, 7)}


def test_a_file_that_is_not_utf8_is_told(tmp_path):
    path = write(tmp_path, "")
    path.write_bytes(b"title = '\xe9'")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_config(path)


def test_an_unknown_report_or_notebook_suggests_the_nearest(tmp_path):
    config = read_config(write(tmp_path, TOP + GOOD))
    with pytest.raises(ConfigError, match="Reports not found"):
        config.named("b")
    (tmp_path / "a.ipynb").unlink()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "aa.ipynb").touch()
    with pytest.raises(ConfigError, match=r"no notebook 'a\.ipynb'"):
        config.notebook("a")


def test_a_report_has_the_defaults_where_it_says_nothing(tmp_path):
    config = full(tmp_path)
    own, plain = config.settings("a"), config.settings("b")
    assert (own.timeout, plain.timeout, own.keep) == (90, 1200, 4)
    assert own.formats == plain.formats == ("html", "pdf")
    assert own.memory == 4 * 2**30
    assert own.warnings == {"ConvergenceWarning": "fail", "*": "hide"}
    assert (own.notify.recovery, plain.notify.failure) == (False, ("command:tell",))
    silent = full(tmp_path, FULL.replace("timeout = 90", "notify = {}")).settings("a")
    assert silent.notify is None


def test_settings_at_the_top_still_count(tmp_path):
    config = read_config(write(tmp_path, "keep = 3\ntimeout = 60\n" + TOP + GOOD))
    assert (config.keep, config.timeout) == (3, 60)
    assert (config.settings("a").keep, config.settings("a").timeout) == (3, 60)
    assert config.settings("a").formats == ("html",)


def test_declared_data_are_looked_for_from_the_study_s_folder(tmp_path):
    config = full(tmp_path, GOOD + "data = ['data/x.csv']")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x1.csv").touch()
    with pytest.raises(ConfigError, match=r"no file 'data/x\.csv'.* Did you mean 'x1\.csv'"):
        config.data("a")
    (tmp_path / "data" / "x.csv").touch()
    assert config.data("a") == [tmp_path / "data" / "x.csv"]


def test_the_matrix_makes_a_variant_for_each_combination(tmp_path):
    found = all_of(full(tmp_path))
    assert [variant.title for variant in found] == [
        "Wave 1: trust", "Wave 1: stigma", "Wave 2: trust", "Wave 2: stigma",
    ]  # fmt: skip
    assert all(variant.parameters["n"] == 20 for variant in found)
    folders = [variant.folder for variant in found]
    assert folders[0].startswith("wave=1,outcome=trust-")
    assert len(set(folders)) == 4


def test_the_order_of_keys_in_the_file_means_nothing(tmp_path):
    turned = FULL.replace(
        'outcome = ["trust", "stigma"], wave = [1, 2]',
        'wave = [1, 2], outcome = ["trust", "stigma"]',
    )
    assert turned != FULL
    assert all_of(full(tmp_path)) == all_of(full(tmp_path, turned))


def test_the_command_line_counts_before_matrix_and_params(tmp_path):
    config = full(tmp_path)
    found = all_of(config, {"wave": "2", "n": "7"})
    assert [(v.parameters["wave"], v.parameters["n"]) for v in found] == [(2, 7), (2, 7)]
    alone = all_of(config, {"wave": "2"})
    assert alone[0].folder == all_of(config)[2].folder


def test_variants_are_chosen_by_values_of_the_matrix(tmp_path):
    config = full(tmp_path)
    (one,) = all_of(config, only={"wave": "2", "outcome": "stigma"})
    assert one.title == "Wave 2: stigma"
    with pytest.raises(ParameterError, match="no variant with wave=3"):
        all_of(config, only={"wave": "3"})
    with pytest.raises(ParameterError, match=r"not found in the matrix: \[wav\]. Did you mean 'wa"):
        all_of(config, only={"wav": "3"})


@pytest.mark.parametrize(
    ("old", "new", "error", "expected"),
    [
        ("wave = [1, 2]", "wave = [1, 'x']", ParameterError, r"Parameter 'wave' \(int\)"),
        ("wave = [1, 2]", "wave = [1, '1']", ParameterError, "in the matrix twice"),
        ("wave = [1, 2]", "wav = [1, 2]", ParameterError, r"matrix not found .* Did you mean 'wav"),
        ("n = 20", "m = 20", ParameterError, "Parameters not found"),
        ("{wave}", "{wav}", ConfigError, r"'\{wav\}' is no parameter. Did you mean 'wave'"),
        ("{wave}", "{wave.x}", ConfigError, "is no parameter"),
        ("{wave}", "{wave:>9999}", ConfigError, "is no parameter"),
        ("{wave}", "{wave", ConfigError, "a brace is open|is no parameter"),
    ],
)
def test_a_matrix_or_title_that_does_not_fit_the_notebook_is_refused(
    tmp_path, old, new, error, expected
):
    assert old in FULL
    with pytest.raises(error, match=expected):
        all_of(full(tmp_path, FULL.replace(old, new)))


def test_data_named_by_a_parameter_are_declared_with_their_codebook(tmp_path):
    config = full(tmp_path)
    for name in ("w.csv", "w.codebook.yaml", "own.yaml"):
        (tmp_path / name).touch()
    (one, *_) = all_of(config, {"data": "w.csv", "wave": 1, "outcome": "trust"})
    assert [path.name for path in one.data] == ["w.csv", "w.codebook.yaml"]
    assert one.shown["data"] == "w.csv"
    (two, *_) = all_of(config, {"data": "w.csv", "codebook": "own.yaml"})
    assert [path.name for path in two.data] == ["w.csv", "own.yaml"]
    with pytest.raises(ParameterError, match=r"Parameter 'data': no file 'v\.csv' there"):
        all_of(config, {"data": "v.csv"})


@pytest.mark.parametrize("name", ["a.csv", "wave.1.csv.gz", "b.parquet", "c"])
def test_the_codebook_beside_is_where_cs_load_looks(tmp_path, name):
    assert _beside(tmp_path / name) == codebook_path(tmp_path / name)


def test_a_list_of_paths_is_named_checked_and_moved_file_by_file(tmp_path):
    config = full(tmp_path, FULL.replace("Wave {wave}: {outcome}", "A"))
    (tmp_path / "sub").mkdir()
    for name in ("w.csv", "x.csv"):
        (tmp_path / "sub" / name).touch()
    declared = {**DECLARED, **parameters_of("more: list[Path] = []", "a.ipynb")}
    given = {"more": "w.csv, x.csv", "wave": 1, "outcome": "trust"}
    (one,) = variants(config, "a", declared, given, tmp_path / "sub")
    assert (one.parameters["more"], one.shown["more"]) == (
        ["sub/w.csv", "sub/x.csv"],
        ["w.csv", "x.csv"],
    )
    assert one.data == [tmp_path / "sub" / "w.csv", tmp_path / "sub" / "x.csv"]
    with pytest.raises(ParameterError, match=r"Parameter 'more': no file 'v\.csv' there"):
        variants(config, "a", declared, {**given, "more": "v.csv"}, tmp_path)
