"""What somebody has begun to fill in: the name of its draft, and where one goes on with it."""

from datetime import date
from typing import NamedTuple, Self

VISITS = "visit/"


class Begun(NamedTuple):
    """A form about a person on a day; `form` is empty for a follow-up visit."""

    number: str
    day: date
    form: str = ""

    @classmethod
    def of(cls, key: str) -> Self:
        """What a draft is of, by its key."""
        number, day, *form = key.removeprefix(VISITS).split("/")
        return cls(number, date.fromisoformat(day), *form)

    @property
    def key(self) -> str:
        """Under which its draft is kept."""
        return f"{VISITS}{self.number}/{self.day}" + (f"/{self.form}" if self.form else "")

    @property
    def path(self) -> str:
        """The page on which one goes on."""
        return f"/visit/{self.number}?day={self.day}" + (f"&form={self.form}" if self.form else "")
