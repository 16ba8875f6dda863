"""A panel: the people that an expression means at a moment, and the inputs of their scores."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy import Connection, Table, func, literal, or_, select

from kanglu.dates import age_on
from kanglu.errors import NotFound
from kanglu.record import tables
from kanglu.record.expressions import (
    AllOf,
    AnyOf,
    Compare,
    Everyone,
    Expression,
    Has,
    Is,
    Named,
    Not,
    parse,
)
from kanglu.record.frames import COLUMNS, facts_of, frame
from kanglu.record.inputs import SOURCES, score_inputs
from kanglu.record.listed import UNSOUND, current_drug_classes, current_problems
from kanglu.record.moment import Moment, current
from kanglu.record.people import people_frame, present, views

if TYPE_CHECKING:
    from kanglu.catalogue import Catalogue
    from kanglu.record.store import Store

PEOPLE_A_QUERY = 500
INPUT_COLUMNS = (
    "person_id", "indicator", "effective", "value", "value_code", "comparator", "origin", "status",
)  # fmt: skip
"""What the scores read of an observation: the texts beside it are most of its bytes."""
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Panel:
    """People, by id, as of a day. What is read through it is audited, one row a person.

    Parameters
    ----------
    store : the open store.
    expression : what was asked.
    moment : the two times it was asked for.
    members : ids, ascending.
    """

    store: "Store"
    expression: str
    moment: Moment
    members: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.members)

    @property
    def ids(self) -> list[int]:
        """The people's ids, ascending."""
        return list(self.members)

    @cached_property
    def people(self) -> pd.DataFrame:
        """Who they are: person_id, record_number, name, sex, birth_date, death_date, deceased."""
        return self.store.people(self.members, self.moment)

    @property
    def record_numbers(self) -> list[str]:
        """Their record numbers, in the order of `ids`."""
        return [str(number) for number in self.people["record_number"]]

    def inputs(self) -> pd.DataFrame:
        """What the scores are given, see `inputs.score_inputs`: one row a person, indexed by id."""
        return self.store.inputs(self.members, self.moment)

    def facts(self, kind: str, indicators: Sequence[str] | None = None) -> pd.DataFrame:
        """Everybody's facts of one kind (``observation``, ``condition`` …), by person and effective time.

        `indicators` chooses among observations, all when None. Columns as the table, see `frames.COLUMNS`.
        """
        return self.store.facts(self.members, kind, self.moment, indicators)


def select_people(connection: Connection, expr: str, moment: Moment, catalogue: "Catalogue") -> list[int]:
    """Ids of the people that the expression means, ascending. Raises `ExpressionError`, `NotFound`."""
    tree = parse(expr, catalogue)
    return sorted(_Population(connection, moment, catalogue).who(tree))


def read_inputs(
    connection: Connection, people: pd.DataFrame, moment: Moment, catalogue: "Catalogue"
) -> pd.DataFrame:
    """The score inputs of people (a frame of `people_frame`), read some hundred at a time."""
    wanted = tables.observation.c.indicator.in_(sorted({source.indicator for source in SOURCES}))
    parts = []
    for start in range(0, max(len(people), 1), PEOPLE_A_QUERY):
        some = people.iloc[start : start + PEOPLE_A_QUERY].reset_index(drop=True)
        ids = some["person_id"].tolist()
        parts.append(
            score_inputs(
                some,
                facts_of(connection, "observation", ids, moment, wanted, columns=INPUT_COLUMNS),
                facts_of(connection, "condition", ids, moment),
                facts_of(connection, "medication_statement", ids, moment),
                moment.as_of,
                catalogue,
            )
        )
    return pd.concat(parts)


def read_facts(
    connection: Connection, ids: Sequence[int], kind: str, moment: Moment, indicators: Sequence[str] | None
) -> pd.DataFrame:
    """The facts of one kind about people, read some hundred at a time."""
    wanted = () if indicators is None else (tables.observation.c.indicator.in_(sorted(indicators)),)
    starts = range(0, max(len(ids), 1), PEOPLE_A_QUERY)
    return pd.concat(
        [
            facts_of(connection, kind, ids[start : start + PEOPLE_A_QUERY], moment, *wanted)
            for start in starts
        ],
        ignore_index=True,
    )


class _Population:
    """Everyone at a moment, and who of them an expression means; each question is asked once."""

    def __init__(self, connection: Connection, moment: Moment, catalogue: "Catalogue") -> None:
        self.connection, self.moment, self.catalogue = connection, moment, catalogue

    @cached_property
    def everyone(self) -> frozenset[int]:
        query = select(tables.person.c.id).where(
            tables.person.c.recorded <= self.moment.recorded_until, present(self.moment)
        )
        return frozenset(self.connection.scalars(query))

    def who(self, tree: Expression) -> frozenset[int]:
        match tree:
            case Everyone():
                return self.everyone
            case Named(numbers):
                return self._named(numbers)
            case Has("answer", name):
                return self._compared(Compare(name, "=", 1.0))
            case Has(kind, name):
                return self._has(kind, name) & self.everyone
            case Compare():
                return self._compared(tree) & self.everyone
            case Is():
                return self._is(tree) & self.everyone
            case Not(part):
                return self.everyone - self.who(part)
            case AllOf(parts):
                return frozenset.intersection(*(self.who(part) for part in parts))
            case AnyOf(parts):
                return frozenset.union(*(self.who(part) for part in parts))

    def _named(self, numbers: Sequence[str]) -> frozenset[int]:
        query = select(tables.person.c.record_number, tables.person.c.id).where(
            tables.person.c.record_number.in_(numbers)
        )
        found = {number: one for number, one in self.connection.execute(query) if one in self.everyone}
        if missing := [number for number in numbers if number not in found]:
            raise NotFound(
                f"There is no record {', '.join(missing)} as known on {self.moment.known}.",
                remedy="Check the number, or ask for a later day.",
            )
        return frozenset(found.values())

    def _has(self, kind: str, name: str) -> frozenset[int]:
        """Who has a problem or takes a drug; the catalogue judges each distinct wording once."""
        if kind == "problem":
            rows = self._worded(tables.condition, self.catalogue.problems_for, name)
            found = current_problems(rows, self.moment.as_of, self.catalogue)
        else:
            rows = self._worded(tables.medication_statement, self.catalogue.drug_classes_for, name)
            found = current_drug_classes(rows, self.moment.as_of, self.catalogue)
        return frozenset(person_id for person_id, names in found if name in names)

    def _worded(
        self, table: Table, names_of: Callable[[Any, Any, Any], tuple[str, ...]], name: str
    ) -> pd.DataFrame:
        """The facts at the moment whose code or wording means `name`."""
        words = [table.c.system, table.c.code, table.c.display]
        wording = literal("").concat(func.coalesce(words[0], ""))
        for word in words[1:]:
            wording = wording.concat("\x1f").concat(func.coalesce(word, ""))
        distinct = self.connection.execute(select(*words).distinct())
        wanted = ["\x1f".join(part or "" for part in row) for row in distinct if name in names_of(*row)]
        columns = COLUMNS[table.name]
        query = select(*(table.c[column] for column in columns)).where(
            wording.in_(wanted), current(table, self.moment)
        )
        return frame(table, columns, self.connection.execute(query).fetchall())

    @cached_property
    def _ages(self) -> dict[int, int]:
        return {
            view.id: age_on(view.birth_date, self.moment.as_of)
            for view in self._views
            if view.birth_date is not None
        }

    @cached_property
    def _views(self) -> list[Any]:
        return views(people_frame(self.connection, self.moment))

    def _compared(self, wanted: Compare) -> frozenset[int]:
        if wanted.name == "age":
            decide = _COMPARE[wanted.operator]
            return frozenset(one for one, age in self._ages.items() if decide(age, wanted.number))
        return frozenset(
            person_id
            for person_id, value, _, comparator in self._latest(wanted.name)
            if value is not None and _decides(value, comparator, wanted)
        )

    def _is(self, wanted: Is) -> frozenset[int]:
        decide = _COMPARE[wanted.operator]
        if wanted.name == "sex":
            return frozenset(view.id for view in self._views if decide(view.sex, wanted.code))
        return frozenset(
            person_id
            for person_id, _, code, _ in self._latest(wanted.name)
            if code is not None and decide(code, wanted.code)
        )

    def _latest(self, indicator: str) -> Sequence[Any]:
        """Latest answer of each person: person_id, value, value_code, comparator. Defaults are no answers."""
        table = tables.observation
        order = (func.coalesce(table.c.effective, "").desc(), table.c.recorded.desc(), table.c.id.desc())
        place = func.row_number().over(partition_by=table.c.person_id, order_by=order).label("place")
        newest = (
            select(table.c.person_id, table.c.value, table.c.value_code, table.c.comparator, place)
            .where(
                table.c.indicator == indicator,
                table.c.origin != "defaulted",
                table.c.status.not_in(UNSOUND),
                or_(table.c.value.is_not(None), table.c.value_code.is_not(None)),
                current(table, self.moment),
            )
            .subquery()
        )
        columns = (newest.c.person_id, newest.c.value, newest.c.value_code, newest.c.comparator)
        return self.connection.execute(select(*columns).where(newest.c.place == 1)).fetchall()


def _decides(value: float, comparator: str | None, wanted: Compare) -> bool:
    """Whether a value, or every value that it stands for with its comparator, is as wanted."""
    number, decide = wanted.number, _COMPARE[wanted.operator]
    if comparator is None:
        return decide(value, number)
    strict = comparator in (">", "<")
    beyond, other = (">", ">=") if comparator in (">", ">=") else ("<", "<=")
    distance = value - number if beyond == ">" else number - value
    if wanted.operator == other:
        return distance >= 0
    return wanted.operator in (beyond, "!=") and (distance >= 0 if strict else distance > 0)
