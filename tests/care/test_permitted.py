"""Who may be counted in for a purpose: asked each time, by what was said until then."""

from datetime import date, datetime
from typing import Any

import pytest
from tests.care.ruled import enter, people

from kanglu.care.permitted import NEEDS_PERMISSION, permitted, reason_of
from kanglu.insight.training import training_set
from kanglu.record import Store
from kanglu.record.facts import Consent
from kanglu.trust import ConsentPurpose

TODAY = date(2026, 6, 30)


def said(person: int, purpose: str, since: str, status: str = "active", until: str | None = None) -> Consent:
    return Consent(person, "kanglu", purpose, since, until, clinical_status=status, evidence="signed")


@pytest.fixture
def panel(store: Store) -> Store:
    """One who allows all, one who refused all, one whose permission is over, one who was not asked."""
    people(store, "张三", "李四", "王五", "赵六")
    for purpose in ConsentPurpose:
        enter(
            store,
            said(1, purpose, "2026-01-01"),
            said(2, purpose, "2026-02-01", "refused"),
            said(3, purpose, "2026-01-01", until="2026-06-30"),
        )
    return store


@pytest.mark.parametrize("purpose", ConsentPurpose)
def test_what_needs_a_permission_and_what_a_refusal_alone_stops(
    panel: Store, purpose: ConsentPurpose
) -> None:
    found = permitted(panel, [4, 3, 2, 1], purpose, TODAY)
    reasons = {one: reason_of(why) for one, why in found.left_out.items()}
    if purpose in NEEDS_PERMISSION:
        assert found.ids == (1,)
        assert reasons == {2: "refused 2026-02-01", 3: "ended 2026-06-30", 4: "not_asked"}
    else:
        assert found.ids == (1, 3, 4)
        assert reasons == {2: "refused 2026-02-01"}


def test_care_and_quality_are_lawful_without_a_permission_and_nothing_else_is() -> None:
    assert set(ConsentPurpose) - NEEDS_PERMISSION == {ConsentPurpose.CARE, ConsentPurpose.QUALITY}


@pytest.mark.parametrize(("at", "ids"), [("2026-06-29", (1, 3)), ("2026-06-30", (1,))])
def test_a_permission_holds_until_and_not_on_its_end(panel: Store, at: str, ids: tuple[int, ...]) -> None:
    assert permitted(panel, [1, 2, 3, 4], ConsentPurpose.RESEARCH, date.fromisoformat(at), TODAY).ids == ids


def test_a_withdrawal_of_this_minute_acts_in_the_next(panel: Store) -> None:
    enter(panel, said(1, "research", "2026-06-30T09:30:00", "refused"))
    for at, ids in (("2026-06-30T09:29:59", (1,)), ("2026-06-30T09:30:00", ())):
        found = permitted(panel, [1], ConsentPurpose.RESEARCH, datetime.fromisoformat(at))
        assert found.ids == ids


def test_nobody_is_no_error(panel: Store) -> None:
    assert permitted(panel, [], ConsentPurpose.CARE, TODAY).ids == ()


def test_it_is_one_row_of_the_audit_log(panel: Store) -> None:
    before = panel.verify().events
    permitted(panel, [1, 2, 3, 4], ConsentPurpose.RESEARCH, TODAY)
    assert panel.verify().events - before == 1


def test_a_training_set_holds_those_who_allow_it_and_says_who_is_left_out(panel: Store, clock: Any) -> None:
    found = training_set(panel)
    assert found.inputs.index.tolist() == [1]
    assert found.left_out == {
        "K000002": "refused 2026-02-01", "K000003": "ended 2026-06-30", "K000004": "not_asked",
    }  # fmt: skip
    enter(panel, said(1, "training", "2026-06-30T08:00:00", "refused"))
    assert training_set(panel).inputs.empty
