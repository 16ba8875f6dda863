"""Anything done to the pages: no crash, no traceback, nothing lost. `./run bench fuzz` does ten thousand."""

import pytest
from tests.attacks.conftest import ended, record_template, site  # noqa: F401  fixtures
from tests.fuzz.posts import Posting

SOME = 300


@pytest.mark.slow
def test_whatever_is_done_to_the_pages_they_go_on(site):  # noqa: F811
    assert list(Posting(site).run(range(SOME))) == []
