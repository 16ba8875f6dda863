"""The analysts' guide does what it says."""

import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "analyst-measures.md"


def test_every_example_of_the_guide_gives_what_it_shows() -> None:
    found = doctest.testfile(
        str(GUIDE), module_relative=False, encoding="utf-8", optionflags=doctest.NORMALIZE_WHITESPACE
    )
    assert found.attempted > 15
    assert found.failed == 0
