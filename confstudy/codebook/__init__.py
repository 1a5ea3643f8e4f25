"""What a data file means: variables, scales, roles, missing codes, labels, protection.

A codebook is a YAML file. Bundled ones are named: ``therapy``, ``osmi-2014``, ``hints-7``.
"""

from confstudy.codebook.read import bundled_codebooks, parse_codebook, read_codebook
from confstudy.codebook.schema import (
    Codebook,
    Fieldwork,
    Protection,
    Replicates,
    SampleDesign,
    Scale,
    Variable,
)

__all__ = [
    "Codebook",
    "Fieldwork",
    "Protection",
    "Replicates",
    "SampleDesign",
    "Scale",
    "Variable",
    "bundled_codebooks",
    "parse_codebook",
    "read_codebook",
]
