"""What counts as success: every cell ran, and nothing failed that its reply does not tell of."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from confstudy import errors
from confstudy.errors import ReportError
from confstudy.report.engine.echo import without_echoes

__all__ = ["MAY_FAIL", "Judge", "Policy", "require_every_cell_ran", "unexpected", "worded"]

#: What becomes of a warning; ``hide`` and ``ignore`` are the same.
Policy = Literal["fail", "show", "hide", "ignore"]

#: The tag of cells whose shell commands may fail.
MAY_FAIL = "may-fail"
_HIDDEN = "Its message may hold data and is not shown"
#: Exceptions whose messages are known to hold no value of the data.
_OURS = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}


class Judge:
    """Judges every cell's reply, with what the kernel's watchman tells beside it.

    Attributes
    ----------
    policy
        What becomes of a warning, by its class or one it descends from; ``*`` for all others,
        which fail if it is not given. None: warnings are not looked at.
    shown
        How often which warning was given in which cell, of those to be shown.
    """

    def __init__(self, policy: Mapping[str, str] | None = None) -> None:
        self.policy = policy
        self.shown: Counter[tuple[str, str]] = Counter()

    def judge(self, place: str, tags: Sequence[str], reply: Mapping[str, Any]) -> None:
        """Raise ReportError where a cell did not end well though its reply says so.

        Parameters
        ----------
        place
            What the cell is called in messages.
        tags
            The cell's tags.
        reply
            The content of the kernel's reply to the cell.
        """
        if reply.get("ename") == "SystemExit":
            raise ReportError(f"{place} raised SystemExit: a notebook runs to its end.")
        if reply["status"] == "aborted":
            raise ReportError(f"{place} did not run to its end.")
        if reply["status"] != "ok":
            return
        if any(part.get("source") == "ask_exit" for part in reply.get("payload", [])):
            raise ReportError(f"{place} ended the kernel by exit or quit: leave that out.")
        told = _told(reply)
        if told is None:
            raise ReportError(f"{place} left the kernel so that it cannot be asked how it went.")
        if told["commands"] and MAY_FAIL not in tags:
            raise ReportError(
                f"{place} ran a command that ended with status {told['commands'][0]}: mend it, "
                f"or tag the cell '{MAY_FAIL}'."
            )
        if told["threads"]:
            raise ReportError(
                f"a thread raised {told['threads'][0]} by the end of {place}. {_HIDDEN}."
            )
        self._judge_warnings(place, told["warnings"])

    def _judge_warnings(self, place: str, given: Mapping[str, int]) -> None:
        for line, count in given.items():
            names = line.split()
            policy = self.policy or {}
            what = next((policy[n] for n in (*names, "*") if n in policy), "fail")
            if what == "fail":
                raise ReportError(
                    f"{place} warned ({names[0]}), which was not released. {_HIDDEN}: mend the "
                    f'cause, or set warnings = {{ {names[0]} = "show" }} in reports.toml.'
                )
            if what == "show":
                self.shown[place, names[0]] += count


def _told(reply: Mapping[str, Any]) -> dict[str, Any] | None:
    answer = reply.get("user_expressions", {}).get("watchman", {})
    try:
        told: dict[str, Any] = json.loads(ast.literal_eval(answer["data"]["text/plain"]))
    except (KeyError, SyntaxError, TypeError, ValueError):
        return None
    return told


def worded(
    place: str,
    name: str,
    message: str,
    traceback: Sequence[str],
    written: str = "",
    names: Collection[str] = (),
) -> str:
    """An exception in words; its message only where confstudy raised it, without echoes."""
    if name in _OURS and _raised_by_us(traceback):
        return f"{place} raised {name}: {without_echoes(message, written, names)}"
    return f"{place} raised {name}. {_HIDDEN}: run the notebook in JupyterLab to see it."


def unexpected(failed: Exception) -> ReportError:
    """An exception that nobody foresaw, by its class alone.

    >>> print(unexpected(KeyError("a respondent")))
    unexpected KeyError. This is a fault of confstudy. Its message may hold data and is not shown.
    """
    return ReportError(
        f"unexpected {type(failed).__name__}. This is a fault of confstudy. {_HIDDEN}."
    )


def _raised_by_us(traceback: Sequence[str]) -> bool:
    """Whether the innermost frame of the traceback is in this package."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(traceback))
    frames = re.findall(r"^(?:File |Cell In)\S*", text, re.MULTILINE)
    places = re.findall(r"^File ([^\n]*?):\d+", text, re.MULTILINE)
    package = Path(errors.__file__).parent
    return bool(frames and places and frames[-1].startswith("File")) and Path(
        places[-1]
    ).expanduser().is_relative_to(package)


def require_every_cell_ran(notebook: Any) -> None:
    """Raise ReportError unless every code cell ran to its end and shows no error."""
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        status = cell.metadata.get("papermill", {}).get("status")
        shown = [output for output in cell.outputs if output.output_type == "error"]
        if cell.execution_count is None or status != "completed" or shown:
            raise ReportError(f"cell {place} of the notebook did not run to its end.")
