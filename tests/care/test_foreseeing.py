"""What a proposed change would do to the panel, before anybody makes it live."""

import json
from datetime import date

from tests.care.facing import enter, hypertension, visit

from kanglu.care.foreseeing import MONTHS, foresee
from kanglu.care.specs import changed, to_spec
from kanglu.catalogue import load_rulebook

RULE = load_rulebook().rules["monitoring.quarter_overdue"]


def wanting(days):
    return [["rules", to_spec(changed(RULE, {"when/all/0/gap/days": days}))]]


def test_whom_it_adds_and_drops_today_and_what_it_would_have_been(store):
    enter(store, *hypertension(), *visit("2026-04-21", 130, 80), number=1)  # 70 days ago
    enter(store, *hypertension(), *visit("2026-06-20", 130, 80), number=2)
    seen = []
    found = foresee(store, lambda done, total: seen.append((done, total)), entries=wanting(60))
    assert (found["people"], found["added"], found["dropped"], found["moved"]) == (2, 1, 0, 0)
    (one,) = found["whom"]
    assert one["record_number"] == "K000001"
    assert [(gift["kind"], gift["name"]["en"], gift["before"]) for gift in one["added"]] == [
        ("message", "Time for a review", None)
    ]
    assert [month["month"] for month in found["months"]] == [
        f"{year}-{month:02}" for year, month in (divmod(2024 * 12 + 5 + at, 12) for at in range(MONTHS))
        for year, month in [(year, month + 1)]
    ]  # fmt: skip
    assert (found["since"], found["until"]) == ("2024-06-01", "2026-06-30")
    assert seen[-1] == (4, 4)
    assert json.loads(json.dumps(found)) == found


def test_nothing_is_stored_and_nothing_is_put_in_force(store):
    enter(store, *hypertension(), *visit("2026-04-21", 130, 80), number=1)
    foresee(store, lambda done, total: None, entries=wanting(60))
    assert store.published() == []
    assert store.current_results(None, date(2026, 6, 30)) == []
