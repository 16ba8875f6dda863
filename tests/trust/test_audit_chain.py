"""The audit chain as pure functions: every change to it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.trust.audit import GENESIS, Event, canonical, chained, first_break


def chain(length: int) -> list[Event]:
    events: list[Event] = []
    last = GENESIS
    for number in range(1, length + 1):
        blank = Event(number, "t", "a", "clinician", "care", "read", "K000001", "{}", "", "")
        events.append(chained(blank, last))
        last = events[-1].hash
    return events


def test_a_whole_chain_holds() -> None:
    events = chain(3)
    assert first_break(events, 3, events[-1].hash) is None
    assert first_break([], 0, GENESIS) is None


@given(
    place=st.integers(0, 4),
    field=st.sampled_from(["at", "actor", "role", "purpose", "action", "person", "detail", "came_from"]),
)
def test_any_changed_field_is_found_at_its_row(place: int, field: str) -> None:
    events = chain(5)
    head = events[-1].hash
    events[place] = events[place]._replace(**{field: "other"})
    broken = first_break(events, 5, head)
    assert broken is not None
    assert broken.id == place + 1


def test_a_changed_row_with_a_new_hash_breaks_the_next() -> None:
    events = chain(3)
    head = events[-1].hash
    events[1] = chained(events[1]._replace(actor="other"), events[0].hash)
    broken = first_break(events, 3, head)
    assert broken is not None
    assert broken.id == 3


@given(cut=st.integers(1, 5))
def test_a_cut_end_is_found(cut: int) -> None:
    events = chain(5)
    broken = first_break(events[:-cut], 5, events[-1].hash)
    assert broken is not None
    assert broken.id == 6 - cut
    assert "cut off" in broken.reason


def test_an_end_that_was_not_sealed_is_found() -> None:
    events = chain(3)
    assert first_break(events, 2, events[1].hash) is not None
    assert first_break(chain(3), 3, "0" * 64) is not None


def test_the_canonical_text_does_not_depend_on_order() -> None:
    assert canonical({"b": 1, "a": "康"}) == canonical({"a": "康", "b": 1}) == '{"a":"康","b":1}'


@pytest.mark.parametrize("missing", [0, 2])
def test_a_row_taken_out_is_found(missing: int) -> None:
    events = chain(4)
    head = events[-1].hash
    del events[missing]
    broken = first_break(events, 4, head)
    assert broken is not None
    assert broken.id == missing + 1
