"""What the pages share: signing in, the frame around a page, the wire between it and the server, its style.

A page is a class in `apps/` (one file a page) with a template beside it. It is shown as finished HTML and
then kept up to date over Panel's websocket: what somebody does calls a method, the parts that have changed
are sent back. `docs/guides/pages.md` tells how a page is written.
"""

from kanglu.ui.bounds import Upload, number
from kanglu.ui.page import Page, act
from kanglu.ui.visitors import House, Visitor, house_of, visitor_of

__all__ = ["House", "Page", "Upload", "Visitor", "act", "house_of", "number", "visitor_of"]
