"""Plans as the catalogue writes them: for whom, how long, what is to be reached, and what is done for it.

A template is made a person's own when it begins (`kanglu.care.plans`): from then on the person keeps it as it
was, whatever becomes of the template.
"""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from kanglu.catalogue.criteria import Compared
from kanglu.catalogue.models import _ONE_OR_MORE, Entry, Names, Texts
from kanglu.catalogue.rules import Done, Id, Origin, Role
from kanglu.catalogue.spans import NOTHING, Offset, Window


class PlanGoal(Compared):
    """What the newest value of an indicator is to be, on the day `by` after the beginning or before it.

    `relative` compares its change, in percent of the value at the beginning. `target` takes the person's own
    target where the catalogue has one for their age and diseases, and the comparison given where it has none.
    """

    needs_comparison: ClassVar[bool] = True

    id: Id
    of: Id
    by: Window
    words: Names
    relative: bool = False
    target: bool = False

    @model_validator(mode="after")
    def _numbers(self) -> Self:
        if (self.relative or self.target) and not self.has_numbers:
            raise ValueError("a target or a change is a number: compare with lt, le, gt or ge")
        if self.relative and self.target:
            raise ValueError("a goal is a target or a change from the beginning, not both")
        if self.relative and self.unit is not None:
            raise ValueError("a change in percent has no unit: leave unit out")
        return self


class PlanAction(Entry):
    """What is done on the days `at`, or `every` so often `from` a day up to, not including, another (`to`).

    Days count from the beginning. A time may be kept from `opens` before its day, up to `lapses` after it or
    until the next one opens; any fact that `done` names keeps it.
    """

    id: Id
    name: Names
    role: Role
    at: Annotated[tuple[Offset, ...], _ONE_OR_MORE] = ()
    from_: Offset = Field(default=NOTHING, alias="from")
    to: Window | None = None
    every: Window | None = None
    opens: Window | None = None
    lapses: Window | None = None
    done: tuple[Done, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _times(self) -> Self:
        if bool(self.at) == (self.every is not None):
            raise ValueError("an action has days (at) or comes every so often: give one of them")
        if self.at and (self.from_ != NOTHING or self.to is not None):
            raise ValueError("from and to are for what comes every so often")
        if any(span.about < 0 for span in (*self.at, self.from_)):
            raise ValueError("nothing is planned before the beginning")
        return self


class PlanTemplate(Entry):
    """A plan that people with one of the tags `for` are offered; it runs for `length` and ends by itself."""

    id: Id
    version: int = Field(ge=1)
    name: Names
    source: Origin
    for_: Texts = Field(alias="for", min_length=1)
    length: Window
    owner: Role
    goals: tuple[PlanGoal, ...] = Field(min_length=1)
    actions: tuple[PlanAction, ...] = Field(min_length=1)
