"""Whether a model's table may leave."""

from __future__ import annotations

from confstudy.release.counts import check_count
from confstudy.release.decision import Decision, worst
from confstudy.release.fits import check_model
from confstudy.show.tables.source import Model

__all__ = ["check_source"]


def check_source(model: Model) -> Decision:
    """Decide on the coefficients of a model and on the number of respondents beside them."""
    return worst([check_count(model.n), check_model(model.fit)])
