"""Making an extract: who is in it, what each column tells, and how many are alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from kanglu.care.checks import now
from kanglu.care.permitted import permitted, reason_of
from kanglu.errors import ExpressionError, PermissionDenied, RecordError
from kanglu.insight.disclosure import SMALLEST
from kanglu.insight.extract.anonymity import Anonymous, anonymous
from kanglu.insight.extract.columns import QUASI, Column, columns_of
from kanglu.record import Panel, Store
from kanglu.record.expressions import names_people, parse
from kanglu.record.veiling import Days
from kanglu.trust import Action, ConsentPurpose, Purpose, Resource, require
from kanglu.trust.pseudonyms import Pseudonyms

PURPOSES: Final = (ConsentPurpose.RESEARCH, ConsentPurpose.TRAINING, ConsentPurpose.QUALITY)
"""What an extract may be made for; consent is asked for the same."""
DAYS: Final = ("moved", "month", "year")
PSEUDONYM: Final = "pseudonym"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Parameters
    ----------
    expression : whom, as `Store.panel` reads it.
    purpose : one of `PURPOSES`.
    columns : names of `askable`, or of indicators.
    k : the fewest rows that may be alike. GB/T 37964-2019 leaves it to whoever hands data on; five is the
        smallest count that Kanglu shows anywhere, and data for the public want more.
    days : each person's days moved back by the same secret number of weeks, or known by month or year.
    sensitive : columns of whose values the report says how many each class has.
    project : extracts of one project have the same pseudonyms; new ones when None.
    most_suppressed : the share of rows that may be left out before columns are told more coarsely.
    """

    expression: str
    purpose: str
    columns: Sequence[str]
    k: int = SMALLEST
    days: str = "moved"
    sensitive: Sequence[str] = ()
    project: str | None = None
    most_suppressed: float = 0.05

    @property
    def purpose_of(self) -> ConsentPurpose:
        """The purpose, as consent is asked for it."""
        return ConsentPurpose(self.purpose)


@dataclass(frozen=True, eq=False)
class Extract:
    """An extract, before it is written anywhere.

    Parameters
    ----------
    rows : one row a person, by pseudonym: `PSEUDONYM`, then the columns.
    columns : what they are, in the same order.
    anonymity : how the quasi-identifiers are told; its index is of people, and leaves the record with nobody.
    diversity : of each sensitive column the fewest distinct values of a class, the unknown being one.
    panel : how many people the expression means; `permitted` how many of them allow the purpose.
    left_out : why others are not in it, by the number under which the actor knows them.
    """

    wanted: Wanted
    as_of: date
    known: date
    revision: str
    rows: pd.DataFrame
    columns: tuple[Column, ...]
    anonymity: Anonymous
    diversity: Mapping[str, int]
    panel: int
    permitted: int
    left_out: Mapping[str, str]

    @property
    def people(self) -> list[int]:
        """The ids of who is in it, for the audit log."""
        return [int(one) for one in self.anonymity.rows.index]

    @property
    def reasons(self) -> Mapping[str, int]:
        """How many are left out for want of consent, by the answer; no day, which could point at somebody."""
        return dict(sorted(Counter(why.split()[0] for why in self.left_out.values()).items()))


def make(store: Store, wanted: Wanted) -> Extract:
    """An extract of the people whom an expression means and who allow the purpose, by the clock.

    The store is opened for analysis, by an analyst or a supervisor. Raises `PermissionDenied` for others,
    `ExpressionError` for an expression or a column that is none, `RecordError` for fewer people than k.
    """
    require(store.actor, Action.EXPORT, Resource.EXTRACT)
    if store.purpose != Purpose.ANALYSIS:
        raise PermissionDenied(
            f"An extract is made for analysis, not for {store.purpose}.", remedy="Open the record for it."
        )
    columns, sensitive = _checked(wanted)
    if names_people(parse(wanted.expression, store.catalogue)):
        raise ExpressionError(
            "An extract is not made of record numbers: its manifest would name them.",
            remedy="Say by a condition whom it is about, such as diabetes and age >= 40.",
        )
    panel = store.panel(wanted.expression)
    allowed = permitted(store, panel.ids, wanted.purpose_of, now(store))
    inputs = Panel(store, wanted.expression, panel.moment, allowed.ids).inputs()
    quasi = inputs[[one.name for one in columns if one.kind == "quasi"]]
    told = anonymous(quasi, QUASI, wanted.k, wanted.most_suppressed)
    return Extract(
        wanted=wanted,
        as_of=panel.moment.as_of,
        known=panel.moment.known,
        revision=store.catalogue.revision,
        rows=_rows(inputs.loc[told.rows.index], columns, told, wanted, _pseudonyms(store, wanted)),
        columns=columns,
        anonymity=told,
        diversity={one: _diversity(inputs.loc[told.rows.index, one], told) for one in sensitive},
        panel=len(panel),
        permitted=len(allowed.ids),
        left_out={store.called(one): reason_of(why) for one, why in allowed.left_out.items()},
    )


def _checked(wanted: Wanted) -> tuple[tuple[Column, ...], list[str]]:
    """The columns, and the sensitive ones among them; an error where something cannot be asked for."""
    if wanted.purpose not in PURPOSES:
        raise ExpressionError(
            f"No extract is made for {wanted.purpose!r}.", remedy=f"Purposes: {', '.join(PURPOSES)}."
        )
    if wanted.days not in DAYS:
        raise ExpressionError(f"Days cannot be {wanted.days!r}.", remedy=f"They can be: {', '.join(DAYS)}.")
    if wanted.k < 2:
        raise RecordError(f"k is {wanted.k}: everybody would stand alone.", remedy="Ask for k of 2 or more.")
    if not 0 <= wanted.most_suppressed < 1:
        raise RecordError(
            f"{wanted.most_suppressed:g} is no share of rows that may be left out.",
            remedy="Give one from 0 to below 1.",
        )
    columns = columns_of(wanted.columns)
    values = {one.name for one in columns if one.kind == "value"}
    sensitive = [one.name for one in columns_of(wanted.sensitive)] if wanted.sensitive else []
    if other := [one for one in sensitive if one not in values]:
        raise ExpressionError(
            f"{', '.join(other)} is not among the values of the extract.",
            remedy="Name sensitive columns that are asked for; days and quasi-identifiers are none.",
        )
    return columns, sensitive


def _pseudonyms(store: Store, wanted: Wanted) -> Pseudonyms:
    if wanted.project is None:
        return Pseudonyms.fresh()
    if not wanted.project.strip():
        raise ExpressionError("The project has no name.", remedy="Name it, or leave it out.")
    return Pseudonyms.of_project(store.database.keys, wanted.project.strip())


def _rows(
    inputs: pd.DataFrame,
    columns: Sequence[Column],
    told: Anonymous,
    wanted: Wanted,
    pseudonyms: Pseudonyms,
) -> pd.DataFrame:
    """What is handed on, in the order of the pseudonyms: that of the record would say who came first."""
    ids = [int(one) for one in inputs.index]
    moved = Days({one: -7 * pseudonyms.weeks(one) for one in ids}, date.min)
    rows: dict[str, Any] = {PSEUDONYM: [pseudonyms.name(one) for one in ids]}
    for column in columns:
        if column.kind == "quasi":
            rows[column.name] = told.rows[column.name].to_numpy()
        elif column.kind == "value":
            rows[column.name] = inputs[column.name].to_numpy()
        else:
            days = zip(ids, inputs[column.name].tolist(), strict=True)
            rows[column.name] = [_day(one, text, wanted.days, moved) for one, text in days]
    return pd.DataFrame(rows).sort_values(PSEUDONYM, ignore_index=True)


def _day(person: int, text: str | None, how: str, moved: Days) -> str | None:
    """A day as it is told; one that is known in part is told no finer than it is known."""
    if text is None or text != text:
        return None
    if how == "moved":
        return moved.moved(person, text)
    return text[: len("2026") if how == "year" else len("2026-01")]


def _diversity(values: "pd.Series[Any]", told: Anonymous) -> int:
    """The fewest distinct values that a class has."""
    codes = pd.factorize(values, use_na_sentinel=False)[0]
    pairs = np.unique(np.column_stack([told.classes, codes]), axis=0)
    return int(np.bincount(pairs[:, 0]).min())
