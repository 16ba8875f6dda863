"""What is said when the house itself is in trouble: its record cannot be reached, or its disk is full."""

import errno

from kanglu.errors import Full, Unreachable
from kanglu.i18n import Words


def trouble(error: Exception, _: Words) -> str | None:
    """What to say of an error that is nobody's doing and passes; None for any other."""
    if isinstance(error, Full) or (
        isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    ):
        return _(
            "The server's disk is full. Nothing was kept; tell whoever runs Kanglu here, then try again."
        )
    if isinstance(error, Unreachable):
        return _("The record cannot be reached at the moment. Nothing is lost; it is tried again by itself.")
    return None
