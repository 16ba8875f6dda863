"""Rules told in words: whom one is for, when it fires, what it gives, until when, and where it comes from.

Every condition of the language is said by a sentence (`conditions`), what a rule answers and gives by others
(`giving`), its examples by what is known of their people (`examples`); `rules` puts them together.
"""

from kanglu.care.telling.lines import Line
from kanglu.care.telling.rules import Told, tell, tell_programme

__all__ = ["Line", "Told", "tell", "tell_programme"]
