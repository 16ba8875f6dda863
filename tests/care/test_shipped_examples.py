"""Every rule that ships does on its examples what it says, no more and no less."""

import pytest

from kanglu.care.examples import try_out
from kanglu.catalogue.rulebook import load_rulebook

RULES = load_rulebook()


@pytest.mark.parametrize("name", RULES.order)
def test_a_rule_gives_what_its_examples_say(name: str) -> None:
    failing = [tried for tried in try_out(RULES, [name]) if not tried.ok]
    assert failing == []
