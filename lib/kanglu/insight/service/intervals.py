"""How sure a proportion is."""

from math import sqrt

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for 95 of 100."""


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of a proportion, without continuity correction; None when the whole is nought.

    Source: Wilson EB. J Am Stat Assoc 1927;22:209–212, doi:10.1080/01621459.1927.10502953.

    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if not whole:
        return None
    share, more = part / whole, Z_95**2 / whole
    middle = share + more / 2
    half = Z_95 * sqrt(share * (1 - share) / whole + more / (4 * whole))
    return (middle - half) / (1 + more), (middle + half) / (1 + more)
