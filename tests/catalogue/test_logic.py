"""What the linter takes for impossible is so: no person, however made up, is one whom it rules out."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kanglu import catalogue
from kanglu.catalogue.conditions import Condition
from kanglu.catalogue.lint.meaning import Meaning
from kanglu.catalogue.rulebook import SECTIONS

ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)


class Someone(NamedTuple):
    """What is known of a person on a day: values and happenings by how many days ago they were."""

    age: int | None
    sex: str | None
    tags: frozenset[str]
    problems: frozenset[str]
    sbp: dict[int, int]
    discharged: list[int]


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    nothing: dict[str, Any] = {section: {} for section in SECTIONS}
    book = catalogue.Rulebook("", catalogue.current(), **nothing, order=(), sources={})
    return Meaning(book)


people = st.builds(
    Someone,
    age=st.none() | st.integers(60, 66),
    sex=st.sampled_from([None, "male", "female"]),
    tags=st.frozensets(st.sampled_from(["frail", "high_risk"])),
    problems=st.sampled_from(
        [frozenset[str](), frozenset({"diabetes"}), frozenset({"type2_diabetes", "diabetes"})]
    ),
    sbp=st.dictionaries(st.integers(0, 9), st.integers(137, 143), max_size=4),
    discharged=st.lists(st.integers(0, 9), max_size=3),
)

limits = st.one_of(
    st.builds(lambda name, at: {name: at}, st.sampled_from(["lt", "le", "gt", "ge"]), st.integers(138, 142)),
    st.builds(lambda low, more: {"ge": low, "lt": low + more}, st.integers(138, 141), st.integers(1, 3)),
)
windows = st.integers(1, 8).map(lambda days: f"{days}d")
times = st.integers(1, 3)
leaves = st.one_of(
    st.builds(
        lambda name, at: {"age": {name: at}}, st.sampled_from(["lt", "le", "gt", "ge"]), st.integers(61, 65)
    ),
    st.sampled_from(["male", "female"]).map(lambda sex: {"sex": sex}),
    st.sampled_from(["frail", "high_risk"]).map(lambda tag: {"tag": tag}),
    st.sampled_from(["diabetes", "type2_diabetes"]).map(lambda problem: {"problem": problem}),
    limits.map(lambda one: {"latest": {"of": "sbp", **one}}),
    st.builds(lambda one, within: {"latest": {"of": "sbp", "within": within, **one}}, limits, windows),
    limits.map(lambda one: {"on_day": {"of": "sbp", **one}}),
    st.builds(
        lambda one, within, at_least: {"every": {"of": "sbp", "within": within, "at_least": at_least, **one}},
        *(limits, windows, times),
    ),
    st.builds(
        lambda one, within, at_least: {"mean": {"of": "sbp", "within": within, "at_least": at_least, **one}},
        *(limits, windows, times),
    ),
    st.builds(lambda within, at: {"count": {"of": "sbp", "within": within, "at_least": at}}, windows, times),
    st.builds(lambda within, at: {"count": {"of": "sbp", "within": within, "at_most": at}}, windows, times),
    st.builds(
        lambda within, at: {"event": {"type": "discharge", "within": within, "at_least": at}}, windows, times
    ),
    st.integers(1, 8).map(lambda days: {"gap": {"of": "sbp", "days": days}}),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def holds(condition: dict[str, Any], who: Someone) -> bool:
    """Whether a condition holds, worked out from its words alone."""
    ((key, asked),) = condition.items()
    match key:
        case "all":
            return all(holds(part, who) for part in asked)
        case "any":
            return any(holds(part, who) for part in asked)
        case "not":
            return not holds(asked, who)
        case "age":
            return who.age is not None and fits(who.age, asked)
        case "sex":
            return who.sex == asked
        case "tag":
            return asked in who.tags
        case "problem":
            return asked in who.problems
        case "event":
            return sum(ago <= length(asked) for ago in who.discharged) >= asked["at_least"]
        case "gap":
            return min(who.sbp, default=99) > asked["days"]
        case "latest" | "on_day":
            newest = min(who.sbp, default=99)
            farthest = 0 if key == "on_day" else length(asked)
            return newest <= farthest and newest in who.sbp and fits(who.sbp[newest], asked)
    values = [value for ago, value in who.sbp.items() if ago < length(asked)]
    if key == "count":
        return asked.get("at_least", 0) <= len(values) <= asked.get("at_most", 99)
    if len(values) < asked["at_least"]:
        return False
    return (
        fits(sum(values) / len(values), asked)
        if key == "mean"
        else all(fits(value, asked) for value in values)
    )


def length(asked: dict[str, Any]) -> int:
    return int(asked.get("within", "98d").rstrip("d"))


def fits(value: float, asked: dict[str, Any]) -> bool:
    compared = {"lt": value.__lt__, "le": value.__le__, "gt": value.__gt__, "ge": value.__ge__}
    return all(compare(asked[name]) is True for name, compare in compared.items() if name in asked)


@given(condition=conditions, who=people)
def test_what_holds_for_somebody_is_possible(
    meaning: Meaning, condition: dict[str, Any], who: Someone
) -> None:
    assert meaning.possible(meaning.of(ADAPTER.validate_python(condition), holds=holds(condition, who)))


@given(one=conditions, other=conditions, who=people)
def test_what_holds_together_for_somebody_is_not_disjoint(
    meaning: Meaning, one: dict[str, Any], other: dict[str, Any], who: Someone
) -> None:
    said = [meaning.of(ADAPTER.validate_python(part), holds=holds(part, who)) for part in (one, other)]
    assert meaning.possible(*said)
