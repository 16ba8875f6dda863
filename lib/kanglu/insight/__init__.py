"""Insight: what the facts of a person, or of a panel, say; as data, without a word of any language.

`annual` sums up one person's year, `cohort` a panel's. Reports put words to it (`kanglu.reporting`).
"""
