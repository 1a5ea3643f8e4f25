"""The command line: one verb a function, each a thin call of the package."""

from confstudy.cli import codebooks, data, design, plan, release, reports, study
from confstudy.cli.app import main

__all__ = ["codebooks", "data", "design", "main", "plan", "release", "reports", "study"]
