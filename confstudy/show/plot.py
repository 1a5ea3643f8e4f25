"""The pictures: ``cs.plot.coefficients(fit)`` and its neighbours."""

from confstudy.show.binned import binned
from confstudy.show.coefficients import coefficients
from confstudy.show.density import density
from confstudy.show.diagram import path_diagram
from confstudy.show.figure import Figure
from confstudy.show.flow import flow
from confstudy.show.forest import forest, funnel
from confstudy.show.items import items
from confstudy.show.likert import likert
from confstudy.show.mediation import mediation
from confstudy.show.paths import Arrow, paths
from confstudy.show.power import diagnosis, power
from confstudy.show.predicted import predicted
from confstudy.show.quality import quality
from confstudy.show.sensitivity import sensitivity
from confstudy.show.survival import survival
from confstudy.show.tipping import tipping
from confstudy.show.traces import traces

__all__ = [
    "Arrow",
    "Figure",
    "binned",
    "coefficients",
    "density",
    "diagnosis",
    "flow",
    "forest",
    "funnel",
    "items",
    "likert",
    "mediation",
    "path_diagram",
    "paths",
    "power",
    "predicted",
    "quality",
    "sensitivity",
    "survival",
    "tipping",
    "traces",
]
