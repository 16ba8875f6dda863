"""How often passwords may be tried from one address, and how many may wait to be weighed.

An account locks itself; this is against whoever tries one password on many accounts, and against floods: each
try takes memory and a processor. What was right is not counted: a whole centre may sign in from one address.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

MOST: Final = 30
"""Wrong tries from one address within `WINDOW`; a centre behind one router mistypes less often."""
WINDOW: Final = timedelta(minutes=10)
WAITING: Final = 40
"""Passwords that wait to be weighed at most, from all addresses: some two seconds of work."""
SOON: Final = timedelta(seconds=5)
"""After how long to try again where too many wait."""
ADDRESSES: Final = 10_000
"""Addresses that are kept in mind; the one that tried longest ago is forgotten first."""


class TooManyTries(Exception):
    """A password is not looked at now.

    Parameters
    ----------
    wait : how long until another may be tried.
    flood : many wait from everywhere; else it was this address that tried too often.
    """

    def __init__(self, wait: timedelta, *, flood: bool = False) -> None:
        super().__init__(f"Too many tries; the next one may be in {wait}.")
        self.wait, self.flood = wait, flood


@dataclass
class Tries:
    """The tries of the last minutes, by the network that they came from.

    Parameters
    ----------
    most : tries within `window` that are not taken back.
    addresses : how many are kept in mind.
    """

    most: int = MOST
    window: timedelta = WINDOW
    addresses: int = ADDRESSES
    _made: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict, repr=False)

    def take(self, address: str | None, now: datetime) -> None:
        """Count a try before it is looked at. Raises `TooManyTries` where there were too many."""
        network = _network(address)
        # One from a future that was none, before the clock was put right, does not count.
        made = [one for one in self._made.get(network, ()) if now - self.window < one <= now]
        if len(made) >= self.most:
            raise TooManyTries(min(made) + self.window - now)
        self._made[network] = [*made, now]
        self._made.move_to_end(network)
        while len(self._made) > self.addresses:
            self._made.popitem(last=False)

    def take_back(self, address: str | None, at: datetime) -> None:
        """Forget the try that was counted at an instant: it was right, or nothing could be looked at."""
        made = self._made.get(_network(address), [])
        if at in made:
            made.remove(at)


def _network(address: str | None) -> str:
    """Whose an address is: of IPv6 one has a whole /64 to try from."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return address or ""
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or int(found) >> 64)
