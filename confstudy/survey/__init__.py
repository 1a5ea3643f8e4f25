"""From a file to a survey: read, load through the codebook, check, score."""

from confstudy.survey.load import load
from confstudy.survey.survey import Provenance, Step, Survey

__all__ = ["Provenance", "Step", "Survey", "load"]
