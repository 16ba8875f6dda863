"""The engine's days against the plainest reading of the docstrings: random facts, random conditions."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.care.known import DIABETES, HYPERTENSION, Known, condition, nth
from tests.care.plainly import Plainly

from kanglu.care.calendar import day_of
from kanglu.catalogue.conditions import NODES

PROGRAMMES = {one.id: one for one in (HYPERTENSION, DIABETES)}
FIRST, LAST = nth("2023-12-20"), nth("2024-05-20")
LEAD = 70
"""Days before the first fact: so much longer than any time asked for that what began before has lasted."""

PLACES = st.integers(0, 75)
DAYS = PLACES.map(lambda days: (day_of(FIRST) + timedelta(days)).isoformat())
CLOCKS = st.sampled_from(["00:00", "05:59", "06:00", "12:00", "21:59", "22:00", "23:59"])
HABITS = [[""], ["", "08:00"], ["08:00", "12:00"], ["22:00", "23:59", "00:00", "05:59"], ["21:59", "06:00"]]
WINDOWS = st.sampled_from(["1d", "3d", "1w", "10d", "1mo", "2mo", "1mo-7d", "1mo+3d", "1mo-30d"])
HOURS = st.sampled_from([{"from": "22:00", "to": "06:00"}, {"from": "06:00", "to": "12:00"}])
VALUES = {
    "sbp": st.sampled_from([139, 140, 141, 150, 180, "> 150", "< 140", None]),
    "glucose": st.sampled_from([3.9, 6.9, 7.0, 7.1, 10.0, "> 10", ">= 7", "< 3.9", "<= 7"]),
    "steps": st.sampled_from([0, 7000, 10000]),
    "adverse_reaction": st.booleans(),
    "smoking_status": st.sampled_from(["never", "former", "current"]),
}
LIMITS = {"sbp": (139.5, 140, 150), "glucose": (3.9, 7.0, 10), "steps": (0, 7000, 8500)}


def some(*keys: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Mappings with some of the keys; those named in `keys` always."""
    return st.fixed_dictionaries(
        {key: values[key] for key in keys},
        optional={key: value for key, value in values.items() if key not in keys},
    )


def facts(person: Any, about: str, draw: Any) -> None:
    """Tell some facts of a person, with readings of what `about` speaks of."""
    names = [name for name in sorted(VALUES) if name in about] or sorted(VALUES)
    for _ in range(draw(st.integers(0, 4))):
        # Readings come one by one, daily, weekly or monthly, at about the same time.
        name, clocks = draw(st.sampled_from(names)), draw(st.sampled_from(HABITS))
        first, step = draw(PLACES), draw(st.sampled_from([1, 1, 2, 7, 15, 30]))
        for place in range(draw(st.integers(1, 8))):
            day = day_of(FIRST + first + step * place).isoformat()
            person.read(name, draw(VALUES[name]), day, draw(st.sampled_from(clocks)))
    for tell, names in (
        (person.has, ("diabetes", "hypertension")),
        (person.takes, ("insulin",)),
        (person.enrolled, ("hypertension", "diabetes")),
        (person.cared_for_by, ("doctor",)),
        (person.tagged, ("high_risk",)),
    ):
        for _ in range(draw(st.integers(0, 2))):
            since, until = draw(DAYS), draw(st.none() | DAYS)
            tell(draw(st.sampled_from(names)), since, until)
    for _ in range(draw(st.integers(0, 6))):
        person.had(draw(st.sampled_from(["follow_up", "lecture"])), draw(DAYS))
    for _ in range(draw(st.integers(0, 3))):
        person.booked(draw(st.sampled_from(["clinic", "lecture"])), draw(DAYS), draw(DAYS))
    for _ in range(draw(st.integers(0, 5))):
        person.contacted(
            draw(DAYS),
            draw(CLOCKS),
            direction=draw(st.sampled_from(["in", "out"])),
            channel=draw(st.sampled_from(["phone", "app"])),
            outcome=draw(st.sampled_from([None, "reached", "refused"])),
            text=draw(st.sampled_from([None, "夜里头晕", "Dizzy at night", "谢谢"])),
        )


@st.composite
def known(draw: Any, about: str) -> Known:
    people = Known()
    for _ in range(draw(st.integers(1, 3))):
        person = people.person(
            born=draw(st.sampled_from([None, "1959-02-28", "1959-03-01", "1960-02-29", "2023-12-25"])),
            sex=draw(st.sampled_from([None, "male", "female"])),
            since=draw(DAYS),
            died=draw(st.none() | DAYS),
        )
        facts(person, about, draw)
    return people


@st.composite
def compared(draw: Any, codes: bool = True, numbers: bool = True) -> dict[str, Any]:
    """Some indicators, and what their values are compared with."""
    named = [name for name in sorted(VALUES) if (numbers if name in LIMITS else codes)]
    name = draw(st.sampled_from(named))
    if name == "adverse_reaction":
        return {"of": name, "is": draw(st.booleans())}
    if name == "smoking_status":
        return {"of": name, "in": draw(st.lists(st.sampled_from(["never", "former"]), min_size=1))}
    low, middle, high = LIMITS[name]
    limits: dict[str, Any] = draw(
        st.sampled_from(
            [{"lt": middle}, {"le": middle}, {"gt": middle}, {"ge": middle}, {"gt": low, "le": high},
             {"ge": low, "lt": high}]
        )
    )  # fmt: skip
    if name == "glucose" and draw(st.integers(0, 4)) == 0:
        limits = {key: limit * 18.0182 for key, limit in limits.items()} | {"unit": "mg/dL"}
    of = ["sbp", "dbp"] if name == "sbp" and draw(st.booleans()) else name
    return {"of": of, **limits}


def measured(key: str, *always: str, **values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    numbers_only = key in ("mean", "slope")
    given = some(*always, day=st.sampled_from(["last", "mean", "max", "min"]), at=HOURS, **values)
    asked = st.tuples(compared(codes=not numbers_only), given)
    return asked.map(lambda both: {key: {**both[0], **both[1]}})


FEW = st.integers(1, 3)
UNITS = ["reading", "day", "night", "week", "month"]


def counts() -> st.SearchStrategy[dict[str, Any]]:
    limits = st.sampled_from([{"at_least": 1}, {"at_least": 2}, {"at_most": 0}, {"at_most": 1},
                              {"at_least": 1, "at_most": 2}])  # fmt: skip
    whole = measured("count", "within", within=WINDOWS, each=st.sampled_from(UNITS))
    bare = st.tuples(whole, st.booleans()).map(
        lambda both: both[0] if both[1] else {"count": _without_comparison(both[0]["count"])}
    )
    return st.tuples(bare, limits).map(lambda both: {"count": {**both[0]["count"], **both[1]}})


def _without_comparison(asked: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if key in ("of", "within", "each", "at")}


@st.composite
def streaks(draw: Any) -> dict[str, Any]:
    by = st.sampled_from(["last", "mean", "max", "min", "sum"])
    asked = draw(measured("streak", "per", "length", per=st.sampled_from(UNITS), length=st.just(2), by=by))
    if asked["streak"]["per"] == "night":
        asked["streak"]["at"] = draw(HOURS)
    return asked  # type: ignore[no-any-return]


@st.composite
def changes(draw: Any) -> dict[str, Any]:
    asked = draw(
        some("within", "against", within=WINDOWS, against=WINDOWS, at_least=FEW, relative=st.booleans())
    )
    sign = draw(st.sampled_from(["lt", "le", "gt", "ge"]))
    if draw(st.booleans()):
        return {"change": {"event": "lecture", sign: draw(st.sampled_from([-50, -1, 0, 1])), **asked}}
    of = draw(st.sampled_from(sorted(LIMITS)))
    return {"change": {"of": of, sign: draw(st.sampled_from([-30, -3.1, 0, 1])), **asked}}


@st.composite
def gaps(draw: Any) -> dict[str, Any]:
    what = draw(
        st.sampled_from(
            [{"of": "sbp"}, {"of": ["sbp", "glucose"]}, {"event": "lecture"}, {"visit": "diabetes"}]
        )
    )
    length = draw(st.sampled_from([{"days": 3}, {"days": 30}, {"weeks": 2}, {"months": 1}, {"months": 2}]))
    return {"gap": {**what, **length}}


LEAVES = {
    "latest": measured("latest", within=WINDOWS),
    "on_day": measured("on_day"),
    "every": measured("every", "within", within=WINDOWS, at_least=FEW),
    "count": counts(),
    "mean": measured("mean", "within", within=WINDOWS, at_least=FEW),
    "slope": measured("slope", "within", "per", within=WINDOWS, per=WINDOWS, at_least=st.integers(2, 3)),
    "streak": streaks(),
    "change": changes(),
    "gap": gaps(),
    "age": st.sampled_from(
        [{"age": one} for one in ({"ge": 65}, {"lt": 65}, {"gt": 64}, {"le": 64}, {"lt": 1})]
    ),
    "sex": st.sampled_from([{"sex": "male"}, {"sex": "female"}]),
    "problem": st.sampled_from([{"problem": "diabetes"}, {"problem": "hypertension"}]),
    "had": st.just({"had": "diabetes"}),
    "drug": st.just({"drug": "insulin"}),
    "tag": st.just({"tag": "high_risk"}),
    "programme": st.just({"programme": "hypertension"}),
    "care_team": st.just({"care_team": "doctor"}),
    "event": some("type", "within", type=st.just("lecture"), within=WINDOWS, at_least=FEW).map(
        lambda asked: {"event": asked}
    ),
    "booking": some(type=st.just("clinic"), ahead=WINDOWS).map(lambda asked: {"booking": asked}),
    "contact": some(
        "within",
        within=WINDOWS,
        at_least=FEW,
        direction=st.sampled_from(["in", "out"]),
        channel=st.just("phone"),
        outcome=st.sampled_from(["reached", ["reached", "refused"]]),
    ).map(lambda asked: {"contact": asked}),
    "message": some(
        "keywords",
        "within",
        keywords=st.sampled_from(["头晕", ["头晕", "dizzy"]]),
        within=WINDOWS,
        at=HOURS,
        at_least=FEW,
    ).map(lambda asked: {"message": asked}),
    "visited": st.tuples(
        st.sampled_from(
            [
                {"programme": "hypertension", "class": ["uncontrolled", "emergency"]},
                {"programme": "diabetes", "class": "controlled"},
            ]
        ),
        some(within=WINDOWS),
    ).map(lambda both: {"visited": {**both[0], **both[1]}}),
}


def days(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Days of the window; the linter asks that only days with a measurement are counted."""
    single = st.tuples(LEAVES["on_day"], parts).map(lambda both: {"all": list(both)}) | LEAVES["on_day"]
    return st.tuples(WINDOWS, single, st.integers(1, 3)).map(
        lambda asked: {"days": {"within": asked[0], "when": asked[1], "at_least": asked[2]}}
    )


def trees() -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        st.one_of(*LEAVES.values()),
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda some: {"all": some}),
            st.lists(parts, min_size=1, max_size=3).map(lambda some: {"any": some}),
            parts.map(lambda part: {"not": part}),
            st.tuples(WINDOWS, parts).map(lambda both: {"held": {"for": both[0], "when": both[1]}}),
            days(parts),
        ),
        max_leaves=4,
    )


def agree(people: Known, written: dict[str, Any], applies: dict[str, Any] | None = None) -> None:
    """Hold the engine to the plain reading, for everybody, on every day."""
    note(f"{written} applies {applies}")
    wanted, holding = condition(written), people.holding()
    concerned = None if applies is None else condition(applies)
    found = holding.of(wanted, None if concerned is None else holding.of(concerned))
    days = np.arange(FIRST, LAST, dtype=np.int32)
    for place, person in enumerate(people.people):
        expected = Plainly(person, FIRST - LEAD, LAST, PROGRAMMES, concerned).days(wanted)
        held = found.holds(np.full(len(days), place, np.int32), days)
        wrong = [
            f"{day_of(day)}: {bool(is_so)}"
            for day, is_so in zip(days.tolist(), held.tolist(), strict=True)
            if is_so != expected[day]
        ]
        assert not wrong, f"person {place} ({person}): {wrong[:5]}"


@st.composite
def cases(draw: Any, conditions: st.SearchStrategy[dict[str, Any]]) -> tuple[dict[str, Any], Known]:
    """A condition, and people of whom something is known that it asks about."""
    written = draw(conditions)
    return written, draw(known(str(written)))


@pytest.mark.parametrize("kind", sorted(LEAVES))
@settings(max_examples=25)
@given(data=st.data())
def test_each_condition_holds_on_the_days_its_words_say(kind: str, data: st.DataObject) -> None:
    written, people = data.draw(cases(LEAVES[kind]))
    agree(people, written)


@settings(max_examples=60)
@given(cases(streaks()))
def test_streaks_of_all_kinds_hold_on_the_days_their_words_say(case: tuple[dict[str, Any], Known]) -> None:
    written, people = case
    agree(people, written)


@settings(max_examples=60)
@given(cases(trees()))
def test_conditions_of_conditions_hold_on_the_days_their_words_say(
    case: tuple[dict[str, Any], Known],
) -> None:
    written, people = case
    agree(people, written)


@settings(max_examples=25)
@given(cases(gaps()), trees())
def test_a_gap_counts_from_when_a_person_came_to_be_concerned(
    case: tuple[dict[str, Any], Known], applies: dict[str, Any]
) -> None:
    written, people = case
    agree(people, written, applies)


@settings(max_examples=60)
@given(cases(trees()), PLACES)
def test_later_facts_change_nothing_of_what_held_before(
    case: tuple[dict[str, Any], Known], after: int
) -> None:
    (written, people), cut = case, FIRST + after
    note(str(written))
    wanted = condition(written)
    days = np.arange(FIRST - LEAD, cut + 1, dtype=np.int32)
    whole, known_then = people.holding().of(wanted), people.holding(until=cut).of(wanted)
    for place in range(len(people.people)):
        person = np.full(len(days), place, np.int32)
        assert np.array_equal(whole.holds(person, days), known_then.holds(person, days))


def test_every_kind_of_condition_is_drawn() -> None:
    assert set(LEAVES) | {"all", "any", "not", "held", "days"} == set(NODES)
