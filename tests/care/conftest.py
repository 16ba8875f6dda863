"""People without a database, for what is worked out from facts."""

import pytest
from tests.care.known import Known


@pytest.fixture
def known() -> Known:
    """Nobody yet."""
    return Known()
