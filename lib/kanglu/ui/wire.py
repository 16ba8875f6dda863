"""The wire between a page in the browser and its object on the server: one small Panel component.

Panel gives the websocket, its session and its end; the page itself stands in the document, not in the
component, so that it is there before any script runs and is plain HTML for a screen reader.
"""

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn


class Wire(pn.custom.JSComponent):
    """Carries what somebody does to the page's object, and its answers back."""

    _esm = """
export function render({model}) {
  window.kanglu.connect(data => model.send_msg(data))
  model.on('msg:custom', event => window.kanglu.receive(event.data ?? event))
}
"""

    def __init__(self, hear: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(width=0, height=0, margin=0)  # type: ignore[no-untyped-call]
        self._hear = hear

    def _handle_msg(self, data: Any) -> None:
        if isinstance(data, Mapping) and isinstance(data.get("with") or {}, Mapping):
            self._hear(data)

    def say(self, message: Mapping[str, Any]) -> None:
        """Send something to the browser."""
        self._send_msg(dict(message))
