"""A research extract: one row a person, under new pseudonyms, alike with at least k - 1 others.

`make` takes the people whom an expression means and who allow the purpose, and of them what `columns` lets be
asked for. What others may know of somebody (age, sex, where they live) is generalised along its ladder until
few are left whose like is rarer than k; those few are left out.
"""

from kanglu.insight.extract.anonymity import Anonymous, anonymous
from kanglu.insight.extract.columns import QUASI, VALUES, Ladder, Rung, askable
from kanglu.insight.extract.extract import PURPOSES, Extract, Wanted, make

__all__ = [
    "PURPOSES",
    "QUASI",
    "VALUES",
    "Anonymous",
    "Extract",
    "Ladder",
    "Rung",
    "Wanted",
    "anonymous",
    "askable",
    "make",
]
