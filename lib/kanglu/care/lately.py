"""What was worked out lately and may be asked for again: kept in the process, whoever asks."""

import threading
from collections import OrderedDict
from collections.abc import Hashable


class Lately[Value]:
    """The values that were asked for last, by all that they depend on.

    Parameters
    ----------
    size : how many are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._found: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value, where it is kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, and let go of the one that was not asked for longest."""
        with self._lock:
            self._found[key] = value
            while len(self._found) > self._size:
                self._found.popitem(last=False)
