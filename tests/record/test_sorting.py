"""Laws of telling facts apart, for any facts: said again, nothing changes; order does not matter."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from kanglu.record.facts import KIND_OF, WITHDRAWN, Condition, Observation
from kanglu.record.sorting import Known, Sorted, sort_out

KIND = KIND_OF[Observation]
KEYS = st.sampled_from([None, "a", "b", "c"])
VALUES = st.sampled_from([5.0, 6.0, 7.0])
STATUS = st.sampled_from(["final", "final", "final", "amended", WITHDRAWN])


def facts(keys: Any = KEYS, status: Any = STATUS) -> Any:
    """Lists of weights of two people, so few in kind that they meet each other."""
    one = st.builds(
        lambda person, value, key, state: Observation(
            person, "weight", "2026", value=value, source_key=key, status=state
        ),
        st.sampled_from([1, 2]),
        VALUES,
        keys,
        status,
    )
    return st.lists(one, max_size=8)


class Record:
    """The rows of one table, as the database would hold them."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, ...]] = []

    def enter(self, said: list[Any], *, again: bool = False) -> Sorted:
        known = Known()
        known.learn(KIND, self.rows)
        found = sort_out(KIND, [(fact, again) for fact in said], known, len(self.rows) + 1)
        for fact, replaces in zip(found.facts, found.replaces, strict=True):
            self.rows.append((*fact, len(self.rows) + 1, 1, replaces))
        return found

    @property
    def standing(self) -> list[Any]:
        """What stands: person and value."""
        replaced = {row[-1] for row in self.rows}
        rows = [row for row in self.rows if row[-3] not in replaced and row[12] != WITHDRAWN]
        return sorted((row[0], row[4]) for row in rows)


@given(first=facts(), then=facts(), again=st.booleans())
def test_every_fact_is_counted_once_and_only_corrections_replace(first: Any, then: Any, again: bool) -> None:
    record = Record()
    for said, flag in ((first, False), (then, again)):
        found = record.enter(said, again=flag)
        assert sum(found.counts.values()) == len(said)
        assert found.counts["new"] == found.replaces.count(None)
        assert found.counts["new"] + found.counts["corrected"] == len(found.facts)
    targets = [row[-1] for row in record.rows if row[-1] is not None]
    assert len(targets) == len(set(targets)), "a row is replaced by one other at most"
    assert all(target < row[-3] for row in record.rows if (target := row[-1]) is not None)


@given(first=facts(), then=facts())
def test_a_file_said_again_changes_nothing(first: Any, then: Any) -> None:
    record = Record()
    unheard = record.enter(first).counts["unknown"] + record.enter(then).counts["unknown"]
    assume(not unheard)  # a withdrawal before the statement finds something to withdraw the second time
    before = list(record.rows)
    record.enter(first, again=True)
    record.enter(then, again=True)
    assert record.rows == before


@given(data=st.data(), said=facts(status=st.just("final")))
def test_the_order_of_statements_does_not_matter(data: Any, said: Any) -> None:
    """As long as one source does not contradict itself, which only order could settle."""
    consistent = list({(fact[0], fact.source_key or fact.value): fact for fact in said}.values())
    before = data.draw(facts(status=st.just("final")))
    one, other = Record(), Record()
    for record in (one, other):
        record.enter(before)
    counts = one.enter(consistent).counts
    assert other.enter(data.draw(st.permutations(consistent))).counts == counts
    assert one.standing == other.standing


def test_a_withdrawal_by_content_continues_under_the_key_it_was_held_by() -> None:
    record = Record()
    weight = Observation(1, "weight", "2026", value=5.0)
    record.enter([weight._replace(source_key="a")])
    assert record.enter([weight._replace(status=WITHDRAWN)]).counts == {"corrected": 1}
    assert record.standing == []
    assert record.enter([weight._replace(source_key="a")]).counts == {"corrected": 1}
    assert record.standing == [(1, 5.0)]


def test_what_was_held_by_earlier_batches_is_counted_for_each() -> None:
    known = Known()
    weight = Observation(1, "weight", "2026", value=5.0, source_key="a")
    known.learn(KIND, [(*weight, 1, 7, None), (*weight._replace(value=6.0, source_key="b"), 2, 8, None)])
    said = [(weight, False), (weight._replace(value=6.0, source_key=None), False), (weight, False)]
    assert sort_out(KIND, said, known, 3).relied_on == {7: 2, 8: 1}


def test_a_coded_fact_is_named_by_its_code_whatever_it_is_displayed_as() -> None:
    found = sort_out(
        KIND_OF[Condition],
        [
            (Condition(1, "icd10", "I10", "2019", display=words), False)
            for words in ("高血压", "Hypertension")
        ],
        Known(),
        1,
    )
    assert found.counts == {"new": 1, "duplicate": 1}
