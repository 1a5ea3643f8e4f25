"""The verbs of ``confstudy report``, from the folder a person stands in."""

from confstudy.report.commands.building import build_all
from confstudy.report.commands.keeping import accept, keep_run, prune_all, refuse, unlock
from confstudy.report.commands.looking import (
    diff_of,
    history_of,
    page_of,
    status_all,
    verify_all,
    why_of,
)
from confstudy.report.commands.parameters import list_all, params_of
from confstudy.report.commands.scheduling import run_all_due, schedule
from confstudy.report.commands.study import shelf_of
from confstudy.report.commands.twice import verify_twice

__all__ = [
    "accept", "build_all", "diff_of", "history_of", "keep_run", "list_all", "page_of",
    "params_of", "prune_all", "refuse", "run_all_due", "schedule", "shelf_of", "status_all",
    "unlock", "verify_all", "verify_twice", "why_of",
]  # fmt: skip
