"""Notebooks in memory, with the outputs that libraries really write."""

import base64
import io

import nbformat.v4 as v4
import numpy as np
from IPython.core.ultratb import FormattedTB
from nbformat import from_dict

#: The id of the cell that leaks.
HERE = "here"

_BEFORE = (
    v4.new_markdown_cell("# Confidentiality and disclosure\n\nWhat clients keep back, and why."),
    v4.new_code_cell("import numpy as np\nimport pandas as pd\nimport confstudy as cs"),
    v4.new_markdown_cell("## Data\n\nWe load the survey through its codebook."),
    v4.new_code_cell('survey = cs.load("therapy.parquet")\ndf = survey.frame'),
)
_AFTER = (
    v4.new_markdown_cell("## Discussion\n\nI come back to this in the second paper."),
    v4.new_code_cell("rng = np.random.default_rng(2026)"),
    v4.new_markdown_cell("See [the manual](https://pandas.pydata.org/docs/)."),
)


def code(source="", *outputs, **metadata):
    return v4.new_code_cell(source, outputs=list(outputs), execution_count=1, metadata=metadata)


def leak(source, *outputs, **metadata):
    """A code cell that leaks; ``where_it_leaks`` finds it again."""
    return code(source, *outputs, **metadata) | {"id": HERE}


def words(text, **more):
    """A Markdown cell that leaks."""
    return v4.new_markdown_cell(text, **more) | {"id": HERE}


def notebook(seed, *cells, **metadata):
    """The cells among innocent ones, at a place that the seed decides."""
    rng = np.random.default_rng([seed, 17])
    before, after = rng.integers(1, len(_BEFORE) + 1), rng.integers(0, len(_AFTER) + 1)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = v4.new_notebook(metadata={"kernelspec": kernel} | metadata)
    chosen = [*_BEFORE[:before], *cells, *_AFTER[:after]]
    ids = [cell["id"] if cell["id"] == HERE else f"cell-{i}" for i, cell in enumerate(chosen)]
    whole.cells = [cell | {"id": name} for cell, name in zip(chosen, ids, strict=True)]
    return from_dict(whole)


def where_it_leaks(made):
    """The number of the leaking cell, from 1; None where the notebook's metadata leak."""
    places = [i for i, cell in enumerate(made["cells"], 1) if cell.get("id") == HERE]
    return places[0] if places else None


def bundle(data, kind="display_data", **metadata):
    count = {"execution_count": 1} if kind == "execute_result" else {}
    return v4.new_output(kind, data=data, metadata=metadata, **count)


def shown(thing):
    """What the last line of a cell shows."""
    data = {"text/plain": repr(thing)}
    if hasattr(thing, "_repr_html_"):
        data["text/html"] = thing._repr_html_()
    return bundle(data, "execute_result")


def html(text, plain="<IPython.core.display.HTML object>"):
    return bundle({"text/html": text, "text/plain": plain})


def printed(*lines, to="stdout", end="\n"):
    return v4.new_output("stream", name=to, text="\n".join(str(line) for line in lines) + end)


def raised(call, mode="Context"):
    """The output of a call that fails, as IPython colours it."""
    try:
        call()
    except Exception as error:
        tb = error.__traceback__.tb_next or error.__traceback__
        lines = FormattedTB(mode=mode, theme_name="linux").structured_traceback(
            type(error), error, tb
        )
        # Where this checkout stands is not what the notebook is to give away.
        folder = __file__.rsplit("tests", 1)[0]
        return v4.new_output(
            "error",
            ename=type(error).__name__,
            evalue=str(error),
            traceback=[line.replace(folder, "") for line in lines],
        )
    raise AssertionError("nothing was raised")


def picture(canvas, form="png", **options):
    """A Matplotlib figure as the inline backend stores it."""
    file = io.BytesIO()
    canvas.savefig(file, format=form, dpi=60, **options)
    plain = "<Figure size 640x480 with 1 Axes>"
    if form == "svg":
        return bundle({"image/svg+xml": file.getvalue().decode(), "text/plain": plain})
    return bundle({"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": plain})
