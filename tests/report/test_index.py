"""The page over all reports says of each variant what a reader must know before opening it."""

import json
import re
import shutil
from html.parser import HTMLParser

import nbformat
import pytest

from confstudy.files import write_text
from confstudy.report.config import read_config
from confstudy.report.index import write_index
from confstudy.report.plan import plans

TOML = """schema = 1
[report.trust]
notebook = "notebooks/trust.ipynb"
title = "Trust"
schedule = "Mon 06:00 Europe/Amsterdam"
[report.waves]
notebook = "notebooks/trust.ipynb"
title = "Wave {wave}"
matrix = { wave = [1, 2] }
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "reports" / "reports.toml").write_text(TOML)
    cell = nbformat.v4.new_code_cell("wave: int = 1")
    cell.metadata["tags"] = ["parameters"]
    notebook = nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("wave")])
    nbformat.write(notebook, tmp_path / "notebooks" / "trust.ipynb")
    return read_config(tmp_path / "reports" / "reports.toml")


def plan_of(config, name="trust"):
    return plans(config, name, {}, config.root)[0]


def publish(plan, effect=0.5, title="Trust rose"):
    values = {"effect": {"name": "effect", "value": effect}}
    files = {"report.html": b"<p>", "report.pdf": b"%PDF", "values.json": json.dumps(values)}
    manifest = {"title": title, "fingerprint": plan.parts({}), "watched": {}}
    written = {
        name: part if isinstance(part, bytes) else part.encode() for name, part in files.items()
    }
    return plan.shelf.publish(written, manifest, keep=9), written, manifest


def change(config):
    path = config.root / "notebooks" / "trust.ipynb"
    path.write_text(path.read_text().replace('"wave"', '"wave + 1"'))


def page(config, **said):
    return write_index(config, **said).read_text()


def row(html, heading="Trust rose"):
    """The words of one variant."""
    found = next(part for part in html.split("<h3>")[1:] if heading in part)
    return " ".join(re.sub(r"<[^>]+>", " ", found.split("<h3>")[0].split("</section>")[0]).split())


def test_what_was_never_built_is_on_the_page(config):
    html = page(config)
    assert "3 never built." in html
    assert "wave = 1 never built" in row(html, "wave = 1")
    assert "next due" in row(html, "Nothing published yet")


def test_a_fresh_report_has_its_links_its_numbers_and_its_history(config):
    first, *_ = publish(plan_of(config), 0.5)
    publish(plan_of(config), 0.4)
    html = page(config)
    assert "1 fresh and 2 never built." in html
    assert "effect: 0.40; 2 builds, from 0.50" in row(html)
    assert html.count("<polyline") == 1
    for link in ("latest/report.html", "latest/report.pdf", f"runs/{first.name}/report.html"):
        assert f'href="trust/default/{link}"' in html
    assert "report.docx" not in html
    assert re.search(r"next due \d{4}-\d\d-\d\d 06:00 CES?T", row(html))


def test_a_stale_report_says_what_changed(config):
    publish(plan_of(config))
    change(config)
    assert "stale" in row(page(config))
    assert "code cell 2 changed" in row(page(config))


def test_a_failed_build_says_why_in_a_line_and_which_one_is_good(config):
    publish(plan_of(config))
    change(config)
    plan_of(config).shelf.fail("cell [3] raised ValueError\nand more of it")
    words = row(page(config))
    assert re.search(r"failed on [\d-]+; the last good one is of \d{4}-\d\d-\d\d\.", words)
    assert "cell [3] raised ValueError" in words
    assert "and more of it" not in words


def test_a_failure_that_a_fresh_report_has_outlived_stands_in_the_history_only(config):
    plan = plan_of(config)
    publish(plan)
    plan.shelf.fail("out of memory")
    assert "1 fresh" in page(config)
    assert "failed: out of memory" in row(page(config))


def test_a_held_build_says_which_numbers_wait_and_a_refused_one_why(config):
    plan = plan_of(config)
    _, files, manifest = publish(plan)
    plan.shelf.hold(files, manifest, ["'effect' changed by more than 20 %."])
    words = row(page(config))
    assert "waits for review" in words
    assert "'effect' changed by more than 20 %." in words.replace("&#39;", "'")
    plan.shelf.refuse("the coding is wrong")
    assert "refused on" in row(page(config))
    assert "the coding is wrong" in row(page(config))


def test_a_published_report_that_is_not_whole_is_not_called_never_built(config):
    run, *_ = publish(plan_of(config))
    (run / "report.html").write_text("<p>other")
    html = page(config)
    assert "1 damaged" in html
    assert "is not whole any more" in row(html, "Nothing published yet")


def test_variants_that_no_longer_stand_in_the_file_are_retired(config):
    publish(plan_of(config, "waves"), title="Wave one")
    toml = config.home / "reports.toml"
    toml.write_text(TOML.replace("[1, 2]", "[2, 3]"))
    assert "1 retired" in page(read_config(toml))
    toml.write_text(TOML.partition("[report.waves]")[0])
    html = page(read_config(toml))
    assert "1 never built and 1 retired." in html
    assert "Wave one retired waves · wave=1 · built" in row(html, "Wave one")


def test_a_report_whose_notebook_is_gone_stays_on_the_page(config):
    publish(plan_of(config))
    shutil.move(config.root / "notebooks", config.root / "elsewhere")
    assert "1 unknown." in page(config)
    assert "see confstudy report status" in row(page(config))


def test_states_that_somebody_found_are_taken_over(config):
    plan = plan_of(config)
    publish(plan)
    assert "1 held" in page(config, states={plan.shelf.folder: "held"})


def test_words_of_a_finding_a_reason_or_a_number_are_only_words(config):
    plan = plan_of(config)
    publish(plan, title="<script>a</script>")
    change(config)
    plan.shelf.fail("<b onclick=x>")
    assert not re.search(r"<(?:script|b)\b", page(config))


def test_many_numbers_and_damaged_values_stop_no_page(config):
    plan = plan_of(config)
    run, *_ = publish(plan)
    publish(plan, float("nan"))
    write_text(run / "values.json", "[half")
    assert "effect" not in row(page(config))


class _Closed(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, _):
        if tag not in ("meta", "polyline", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("polyline", "circle"):
            assert self.open.pop() == tag


def test_every_element_is_closed(config):
    publish(plan_of(config))
    parser = _Closed()
    parser.feed(page(config))
    assert parser.open == []
