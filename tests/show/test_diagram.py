"""The path diagram: what is drawn, in which words, with nothing over anything else."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from confstudy.errors import StructureError
from confstudy.show.diagram import path_diagram
from confstudy.show.theme import BLUE, GREY, ORANGE, svg
from confstudy.simulate.model.read import parse_structure, read_structure

THERAPY = read_structure("therapy")
CORE = ["A", "K", "S", "P", "T", "E", "O", "D", "N", "V", "B0"]
VIEWS = {
    "core": {"only": CORE},
    "between": {"between": ("A", "D"), "title": "From assurance to disclosure"},
    "effects": {"effects_of": "P"},
    "all": {},
}
SMALL = """\
name: small
codebook: therapy
variables:
  A: {label: Assurance, kind: arm, arms: [none, some, full]}
  E: {kind: binary, share: 0.4}
  P: {paths: {"A[some]": {value: 0.2, source: book, verified: true}, "A[full]": -0.4}, noise: 1}
  T: {paths: {P: {value: 0.5, source: guess}, "E:P": -0.2, E: 0.1}, noise: 1}
  Y: {paths: {T_last: 0.3}, noise: 1}
sessions:
  planned: 3
  states: [T]
  dropout: {intercept: -3, paths: {T: -0.5, one: 0.2}}
  events:
    one: {label: First event, hazard: {intercept: -2, paths: {two: 0.3}}, effects: {T: -1}}
    two: {hazard: {intercept: -2}, requires: [one]}
nonresponse: {unit: {intercept: 0}}
"""


@pytest.fixture(scope="module")
def figures():
    return {name: path_diagram(THERAPY, **view) for name, view in VIEWS.items()}


@pytest.fixture(scope="module")
def small():
    return path_diagram(parse_structure(SMALL))


def rendered(figure):
    renderer = FigureCanvasAgg(figure.canvas).get_renderer()
    figure.canvas.draw_without_rendering()
    return renderer, figure.canvas.axes[0]


def parts(axes, kind):
    return [patch for patch in axes.patches if isinstance(patch, kind)]


@pytest.mark.parametrize("name", VIEWS)
def test_no_text_stands_over_another_or_leaves_the_page(figures, name):
    renderer, axes = rendered(figures[name])
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert len(boxes) > 4
    for one, other in combinations(boxes, 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        down = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(across, down) < 1.5
    page = figures[name].canvas.bbox
    assert all(box.x0 >= 0 and box.x1 <= page.x1 and box.y0 >= 0 for box in boxes)


@pytest.mark.parametrize("name", VIEWS)
def test_no_box_covers_another_and_no_arrow_runs_through_one(figures, name):
    _, axes = rendered(figures[name])
    boxes = [box.get_path().get_extents() for box in parts(axes, FancyBboxPatch)]
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    for arrow in parts(axes, FancyArrowPatch):
        points = arrow.get_path().cleaned(curves=False).vertices
        assert not any(box.padded(-0.03).count_contains(points) for box in boxes)


@pytest.mark.parametrize("name", VIEWS)
def test_text_is_legible_and_a_small_view_fits_a_phone(figures, name):
    width, height = figures[name].canvas.get_size_inches()
    assert min(text.get_fontsize() for text in figures[name].canvas.axes[0].texts) >= 6.5
    assert width == 4.2 if name in ("core", "between") else 1.2 < width / height < 2


@pytest.mark.parametrize("name", VIEWS)
def test_the_same_diagram_gives_the_same_bytes(figures, name):
    assert svg(figures[name].canvas) == svg(path_diagram(THERAPY, **VIEWS[name]).canvas)
    assert figures[name].decision.status == "pass"


def test_the_words_say_every_arrow_with_its_number_where_there_is_room(figures):
    alt = figures["core"].alt
    assert alt.startswith(f"Path diagram of {len(CORE)} boxes and ")
    assert "Perceived privacy → Trust (0.50, assumed)" in alt
    assert "Openness → Disclosure (0.60)" in alt
    assert "Sensitive topic × Perceived privacy → Openness (0.20, assumed)" in alt
    assert "Perceived privacy → Trust, " in figures["all"].alt
    assert "No arrow touches Age, Gender, Region and Concern." in figures["all"].alt
    assert figures["between"].caption.startswith("From assurance to disclosure.")


def test_a_sign_is_a_colour_and_a_dash_and_an_assumption_is_pale_and_marked(small):
    axes = small.canvas.axes[0]
    styles = {
        (arrow.get_edgecolor()[:3], arrow.get_linestyle() == "-")
        for arrow in parts(axes, FancyArrowPatch)
    }
    drawn = {tuple(round(255 * x) for x in colour): solid for colour, solid in styles}
    rgb = {c: tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in (BLUE, ORANGE, GREY)}
    assert drawn == {rgb[BLUE]: True, rgb[ORANGE]: False, rgb[GREY]: True}
    assert [t.get_text() for t in axes.texts if "?" in t.get_text()] == ["0.50?"]
    assert "some 0.20\nfull −0.40" in [text.get_text() for text in axes.texts]


def test_events_are_drawn_also_where_they_move_each_other(small):
    rows = {(row.causes, row.effect): row for row in small.table.itertuples()}
    assert rows["First event", "T after the last session"].coefficients == "−1.00"
    assert rows["two", "First event"].coefficients == "0.30"
    assert rows["First event", "two"].coefficients == ""
    assert rows["E × P", "T"].sign == -1


def test_views_hold_what_they_name():
    labels = path_diagram(THERAPY, only=["P", "T", "S"]).table
    assert set(zip(labels["causes"], labels["effect"], strict=True)) == {
        ("Stigma", "Perceived privacy"), ("Stigma", "Trust"), ("Perceived privacy", "Trust"),
    }  # fmt: skip
    (row,) = path_diagram(THERAPY, only=["P", "O"]).table.itertuples()
    assert row.coefficients == "0.20, × Sensitive topic: 0.20"
    assert len(path_diagram(THERAPY, effects_of="O", only=["P", "O", "D"]).table) == 1


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({"only": ["P", "Tt"]}, "Variables not found in model 'therapy'.*Did you mean 'T'"),
        ({"effects_of": "Q9"}, "Variables not found"),
        ({"between": ("D", "A")}, "No path of model 'therapy' runs from 'D' to 'A'"),
        ({"only": ["P", "V"]}, "has all its ends among these variables: name more"),
    ],
)
def test_a_view_of_nothing_is_told(view, expected):
    with pytest.raises(StructureError, match=expected):
        path_diagram(THERAPY, **view)


def test_a_long_chain_of_wide_boxes_keeps_its_distances():
    names = [f"x{n}" for n in range(30)]
    lines = [
        f"  {n}: {{label: A rather long label, paths: {{root: 0.1}}, noise: 1}}" for n in names
    ]
    body = "\n".join(["  root: {noise: 1}", *lines])
    top, end = (
        "name: wide\ncodebook: therapy\nvariables:\n",
        "\nnonresponse: {unit: {intercept: 0}}\n",
    )
    figure = path_diagram(parse_structure(top + body + end))
    _, axes = rendered(figure)
    boxes = [box.get_path().get_extents() for box in parts(axes, FancyBboxPatch)]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert np.ptp([box.y0 for box in boxes]) > 2
