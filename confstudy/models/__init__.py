"""Outcome models on statsmodels: one front door, one shape of result."""

from confstudy.models.fit import Fit, FitWarning, fit
from confstudy.models.predict import contrast, predictions

__all__ = ["Fit", "FitWarning", "contrast", "fit", "predictions"]
