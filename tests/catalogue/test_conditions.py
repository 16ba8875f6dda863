"""Conditions as data: one key each, nothing impossible, the same after a round trip through YAML."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from kanglu.catalogue.conditions import NODES, Condition, IsLatest, Not, walk
from kanglu.catalogue.spans import Span

ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)

names = st.sampled_from(["sbp", "dbp", "fpg"])
windows = st.sampled_from(["3d", "2w", "6mo", "1y", "3mo-7d"])
counts = st.integers(1, 9)
hours = st.just({"from": "22:00", "to": "06:00"})
numbers = st.one_of(
    st.fixed_dictionaries({"ge": st.floats(0, 100)}, optional={"lt": st.floats(101, 200)}),
    st.fixed_dictionaries({"gt": st.integers(0, 100)}),
    st.fixed_dictionaries({"le": st.floats(0, 100), "unit": st.just("kPa")}),
)
compared = st.one_of(
    numbers,
    st.fixed_dictionaries({"is": st.one_of(st.booleans(), st.just("positive"))}),
    st.fixed_dictionaries({"in": st.lists(st.sampled_from(["trace", "positive"]), min_size=1, unique=True)}),
)


def asking(values: st.SearchStrategy[dict[str, Any]], **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    needed = {name: value for name, value in fields.items() if not name.endswith("_")}
    also = {name.rstrip("_"): value for name, value in fields.items() if name.endswith("_")}
    rest = st.fixed_dictionaries(
        {"of": st.one_of(names, st.lists(names, min_size=1, unique=True)), **needed}, optional=also
    )
    return st.builds(lambda one, other: {**one, **other}, values, rest)


def written(key: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return value.map(lambda one: {key: one})


leaves = st.one_of(
    written("latest", asking(compared, within_=windows, day_=st.sampled_from(["last", "max"]), at_=hours)),
    written("every", asking(compared, within=windows, at_least_=counts)),
    written(
        "count", asking(compared, within=windows, at_least=counts, each_=st.sampled_from(["week", "reading"]))
    ),
    written("mean", asking(numbers, within=windows, at_least_=counts)),
    written("slope", asking(numbers, within=windows, per=windows)),
    written("change", asking(numbers, within=windows, against=windows, relative_=st.booleans())),
    written("streak", asking(compared, per=st.just("night"), length=st.integers(2, 9), at=hours)),
    written("on_day", asking(compared)),
    written("gap", st.fixed_dictionaries({"of": names, "days": counts})),
    written("gap", st.fixed_dictionaries({"visit": st.just("hypertension"), "months": counts})),
    written("age", numbers.filter(lambda one: "unit" not in one)),
    written("sex", st.sampled_from(["male", "female"])),
    *(written(key, st.just("some_id")) for key in ("problem", "had", "drug", "tag", "programme")),
    written("care_team", st.sampled_from(["doctor", "manager", "nurse"])),
    written("event", st.fixed_dictionaries({"type": st.just("discharge"), "within": windows})),
    written("booking", st.fixed_dictionaries({}, optional={"type": st.just("review"), "ahead": windows})),
    written("contact", st.fixed_dictionaries({"within": windows}, optional={"outcome": st.just("reached")})),
    written(
        "message", st.fixed_dictionaries({"keywords": st.just(["头晕"]), "within": windows, "at": hours})
    ),
    written(
        "visited",
        st.fixed_dictionaries({"programme": st.just("hypertension"), "class": st.just("controlled")}),
    ),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        written("all", st.lists(inner, min_size=1, max_size=3)),
        written("any", st.lists(inner, min_size=1, max_size=3)),
        written("not", inner),
        written("held", st.fixed_dictionaries({"for": windows, "when": inner})),
        written("days", st.fixed_dictionaries({"when": inner, "within": windows, "at_least": counts})),
    ),
    max_leaves=6,
)


@given(conditions)
def test_a_condition_survives_its_round_trip_through_yaml(content: dict[str, Any]) -> None:
    condition = ADAPTER.validate_python(content)
    dumped = condition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    again = ADAPTER.validate_python(yaml.safe_load(yaml.safe_dump(dumped, allow_unicode=True)))
    assert again == condition
    assert again.key == condition.key


@given(conditions)
def test_a_condition_has_one_key_that_says_what_it_is(content: dict[str, Any]) -> None:
    (key,) = content
    assert type(ADAPTER.validate_python(content)) is NODES[key]


def test_every_kind_of_condition_can_be_written() -> None:
    assert len(NODES) == 27


def test_what_is_asked_stands_under_the_key() -> None:
    condition = ADAPTER.validate_python({"not": {"latest": {"of": "sbp", "ge": 140, "within": "6mo"}}})
    outer, inner = walk(condition)
    assert isinstance(outer, Not)
    assert isinstance(inner, IsLatest)
    assert (inner.latest.of, inner.latest.ge, inner.latest.within) == (("sbp",), 140, Span(6, 0))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"latest": {"of": "sbp"}}, "something to compare with is missing"),
        ({"latest": {"of": "sbp", "ge": 140, "is": "high"}}, "compare with numbers or with codes"),
        ({"latest": {"of": "sbp", "gt": 140, "le": 140}}, "no number is above its lower and below its upper"),
        ({"latest": {"of": "sbp", "ge": 141, "le": 140}}, "no number is above its lower and below its upper"),
        ({"count": {"of": "sbp", "within": "7d"}}, "at_least or at_most is missing"),
        (
            {"count": {"of": "sbp", "within": "7d", "at_least": 3, "at_most": 2}},
            "at_least 3 is more than at_most 2",
        ),
        ({"change": {"lt": 1, "within": "7d", "against": "28d"}}, "of an indicator or of an event"),
        ({"streak": {"of": "sbp", "ge": 1, "per": "night", "length": 7}}, "nights need the hours they span"),
        ({"streak": {"of": "sbp", "ge": 1, "per": "day", "length": 1}}, "greater than or equal to 2"),
        ({"gap": {"of": "sbp"}}, "a gap has one length"),
        ({"gap": {"of": "sbp", "days": 3, "weeks": 1}}, "a gap has one length"),
        ({"gap": {"days": 3}}, "a gap is one of an indicator"),
        ({"gap": {"of": "sbp", "days": 0}}, "greater than or equal to 1"),
        ({"age": {"is": "old"}}, "an age is compared with lt, le, gt or ge"),
        ({"all": []}, "at least 1 item"),
        (
            {"on_day": {"of": "sbp", "ge": 140, "at": {"from": "24:00", "to": "06:00"}}},
            "should match pattern",
        ),
    ],
)
def test_what_asks_nothing_or_the_impossible_is_refused(content: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ADAPTER.validate_python(content)


def test_a_limit_that_is_met_on_both_sides_is_one_number() -> None:
    assert ADAPTER.validate_python({"latest": {"of": "sbp", "ge": 140, "le": 140}}).latest.limits == {
        "le": 140,
        "ge": 140,
    }
