"""Messages that rules gave: when, how and in which words they may go out, and that none goes twice."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.care.ruled import TODAY, book, carer, enter, evaluated, flag, key, people, result

from kanglu.care.outbox import OUTBOX_COLUMNS, outbox, sent
from kanglu.care.sending import earliest
from kanglu.catalogue.criteria import Hours
from kanglu.catalogue.programmes import ChannelChoice, Sending
from kanglu.errors import RecordError
from kanglu.record import Store
from kanglu.record.facts import Appointment, Communication, Consent
from kanglu.record.rulings import Ruling

NINE = datetime(2026, 6, 30, 9, 0)


def message(code: str = "hello", person: int = 1, **said: Any) -> Ruling:
    """A message for 30 June, by text, that may go until 7 July."""
    on = {
        "kind": "message", "code": code, "period": "2026-06-30", "starts": "2026-06-30",
        "window_start": "2026-06-30", "due": "2026-06-30", "lapses": "2026-07-07", "channel": "sms",
    }  # fmt: skip
    return result(person, f"test.{code}", **on | said)


HELLO = message()
GUIDE = message("guide")


@pytest.fixture
def panel(store: Store) -> Store:
    """One person with a doctor."""
    people(store, "张三")
    enter(store, carer(1, "dr_li", "doctor"))
    return store


def out(store: Store, at: datetime = NINE, of: Ruling = HELLO, **how: Any) -> dict[str, Any]:
    """A message in the outbox at a time."""
    found = outbox(store, at, rules=book(), **how)
    return dict(found[found["key"] == key(of)].iloc[0])


# -- when ----------------------------------------------------------------------------------------------


def agreed(status: str = "active") -> Consent:
    """What the person said to offers."""
    return Consent(1, "kanglu", "marketing", "2026-01-01", clinical_status=status, evidence="signed")


def hours(text: str | None) -> Hours | None:
    return (
        None
        if text is None
        else Hours.model_validate(dict(zip(("from", "to"), text.split("-"), strict=True)))
    )


SENDING = Sending(quiet=hours("21:00-08:00"), usual="09:00", channels=(ChannelChoice(channel="sms"),))
DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("at", "wanted", "first"),
    [
        ("06-29T12:00", None, "06-30T09:00"),
        ("06-30T08:59", None, "06-30T09:00"),
        ("06-30T09:00", None, "06-30T09:00"),
        ("06-30T20:59", None, "06-30T09:00"),
        ("06-30T21:00", None, "07-01T08:00"),
        ("07-01T03:00", None, "07-01T08:00"),
        ("06-30T09:00", "12:00-13:30", "06-30T12:00"),
        ("06-30T13:29", "12:00-13:30", "06-30T12:00"),
        ("06-30T13:30", "12:00-13:30", "07-01T12:00"),
        ("06-30T20:59", "19:00-21:00", "06-30T19:00"),
        ("06-30T21:00", "19:00-21:00", "07-01T19:00"),
        ("06-30T09:00", "20:00-23:00", "06-30T20:00"),
        ("06-30T22:00", "20:00-23:00", "07-01T20:00"),
        ("06-30T09:00", "07:00-09:00", "07-01T08:00"),
        ("06-30T06:00", "07:00-09:00", "06-30T08:00"),
        ("06-30T06:00", "22:00-23:00", "07-01T08:00"),
    ],
)
def test_a_message_goes_in_the_persons_hours_and_never_in_quiet_ones(
    at: str, wanted: str | None, first: str
) -> None:
    found = earliest(DAY, datetime.fromisoformat(f"2026-{at}"), hours(wanted), SENDING)
    assert found.isoformat(timespec="minutes") == f"2026-{first}"


MINUTES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02d}:{minute % 60:02d}")
TIMES = st.datetimes(datetime(2026, 6, 28), datetime(2026, 7, 3)).map(lambda one: one.replace(microsecond=0))


@given(TIMES, st.none() | st.tuples(MINUTES, MINUTES).map("-".join))
def test_what_may_go_now_is_not_quiet_and_not_early(at: datetime, wanted: str | None) -> None:
    first = earliest(DAY, at, hours(wanted), SENDING)
    assert first >= datetime(2026, 6, 30, 8)
    assert "08:00" <= first.strftime("%H:%M") < "21:00"
    if first <= at:
        assert "08:00" <= at.strftime("%H:%M") < "21:00"


@pytest.mark.parametrize(
    ("tag", "first"), [(None, "09:00"), ("prefers_noon", "12:00"), ("prefers_evening", "19:00")]
)
def test_the_hours_follow_from_the_persons_tags(panel: Store, tag: str | None, first: str) -> None:
    evaluated(panel, HELLO)
    if tag:
        enter(panel, flag(1, tag))
    found = out(panel)
    assert found["earliest"] == f"2026-06-30T{first}"
    assert found["state"] == ("waiting" if tag else "ready")


# -- states --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2026, 6, 30, 8, 59), "waiting"),
        (NINE, "ready"),
        (datetime(2026, 6, 30, 21), "waiting"),
        (datetime(2026, 7, 7, 20, 59), "ready"),
        (datetime(2026, 7, 8, 9), "expired"),
    ],
)
def test_a_message_waits_is_ready_and_expires(panel: Store, at: datetime, state: str) -> None:
    evaluated(panel, HELLO)
    assert out(panel, at, known=TODAY)["state"] == state


def test_a_message_of_tomorrow_waits(panel: Store) -> None:
    evaluated(panel, HELLO._replace(window_start="2026-07-01"))
    assert (out(panel)["state"], out(panel)["earliest"]) == ("waiting", "2026-07-01T09:00")


@pytest.mark.parametrize(
    ("how", "reason", "state"),
    [
        ("done", "sent", "sent"),
        ("failed", "lapsed", "expired"),
        ("failed", "refused", "cancelled"),
        ("cancelled", "visit", "cancelled"),
    ],
)
def test_what_the_rules_closed_is_closed(panel: Store, how: str, reason: str, state: str) -> None:
    evaluated(panel, HELLO._replace(state=how, reason=reason, ends="2026-06-30"))
    found = out(panel)
    assert (found["state"], found["reason"], found["text"]) == (state, reason, None)


def test_an_empty_outbox_has_its_columns(store: Store) -> None:
    assert tuple(outbox(store, NINE, rules=book()).columns) == OUTBOX_COLUMNS


# -- to whom, and how ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state"), [(None, "cancelled"), ("active", "ready"), ("refused", "cancelled")]
)
def test_offers_go_only_to_those_who_agreed(panel: Store, status: str | None, state: str) -> None:
    offer = message("gift")
    evaluated(panel, offer)
    if status:
        enter(panel, agreed(status))
    found = out(panel, of=offer)
    assert (found["state"], found["reason"]) == (state, "no_consent" if state == "cancelled" else None)


def test_a_consent_that_ended_is_none(panel: Store) -> None:
    offer = message("gift")
    evaluated(panel, offer)
    enter(panel, agreed()._replace(effective_end="2026-06-30"))
    assert out(panel, of=offer)["state"] == "cancelled"


def test_a_coupon_says_until_when_it_holds(panel: Store, clock: Any) -> None:
    """Fourteen days from the day on which it may go, then from the one on which it went."""
    offer = message("gift")
    enter(panel, agreed())
    evaluated(panel, offer)
    found = out(panel, of=offer)
    assert (found["form"], found["valid_until"]) == ("coupon", "2026-07-14")
    clock.pass_days(1)
    sent(panel, "K000001", key(offer), datetime(2026, 7, 1, 9), "sms", rules=book())
    assert out(panel, datetime(2026, 7, 4, 9), offer)["valid_until"] == "2026-07-15"


@pytest.mark.parametrize("channel", ["sms", "wechat", "voice"])
def test_who_wants_only_the_phone_is_only_phoned(panel: Store, channel: str) -> None:
    evaluated(panel, HELLO._replace(channel=channel))
    assert out(panel)["channel"] == channel
    enter(panel, flag(1, "phone_only"))
    assert out(panel)["channel"] == "phone"
    with pytest.raises(RecordError, match=f"not to be reached by {channel}"):
        sent(panel, "K000001", key(HELLO), NINE, channel, rules=book())
    sent(panel, "K000001", key(HELLO), NINE, "phone", rules=book())
    assert out(panel)["state"] == "sent"


def test_what_is_sent_once_is_not_given_twice(panel: Store) -> None:
    """Of two that are open the first goes; once one was sent, also by another rule, none does."""
    later = message("guide", period="2026-06-29", window_start="2026-07-01", starts="2026-06-29")
    evaluated(panel, GUIDE, later)
    assert (out(panel, of=GUIDE)["state"], out(panel, of=later)["reason"]) == ("ready", "once")
    sent(panel, "K000001", key(GUIDE), NINE, "sms", rules=book())
    assert out(panel, of=later)["reason"] == "once"


def test_what_was_sent_long_ago_is_not_sent_again(panel: Store) -> None:
    evaluated(panel, GUIDE)
    before = Communication(1, None, "guide", "2024-05-01T09:00:00", direction="out", channel="sms")
    enter(panel, before)
    assert out(panel, of=GUIDE)["reason"] == "once"


def test_others_may_have_what_one_had(panel: Store) -> None:
    people(panel, "张三", "李四")
    hers = message("guide", 2)
    evaluated(panel, GUIDE, hers)
    sent(panel, "K000001", key(GUIDE), NINE, "sms", rules=book())
    found = outbox(panel, NINE, [2], rules=book())
    assert found["state"].tolist() == ["ready"]


# -- words ---------------------------------------------------------------------------------------------


def test_a_message_names_the_person_the_day_and_the_doctor(panel: Store) -> None:
    evaluated(panel, HELLO)
    assert out(panel)["text"] == "张三您好，请在 2026年6月30日 前来李医生处。"
    assert out(panel, lang="en")["text"] == "Dear 张三, see 李医生 by 30 Jun 2026."


def test_a_message_names_the_value_and_the_booking(panel: Store) -> None:
    inputs = '[{"of": "sbp", "on": "2026-06-29", "fact": 1, "value": 152}]'
    raised = message("raised", inputs=inputs)
    evaluated(panel, raised)
    for day, state in (("2026-07-03", "cancelled"), ("2026-07-05", "booked"), ("2026-06-29", "booked")):
        enter(panel, Appointment(1, None, "clinic", f"{day}T10:00:00", clinical_status=state))
    assert out(panel, of=raised)["text"] == "2026年6月29日收缩压152，约在2026年7月5日 10:00。"


def test_nobody_is_written_that_something_is_not_known(store: Store) -> None:
    """Without a doctor the words cannot be said; they wait until there is one."""
    people(store, "张三")
    evaluated(store, HELLO)
    found = out(store)
    assert (found["state"], found["reason"], found["text"]) == ("waiting", "lacks doctor", None)
    enter(store, carer(1, "dr_li", "doctor"))
    assert out(store)["state"] == "ready"


# -- sent ----------------------------------------------------------------------------------------------


def test_what_was_sent_is_closed_and_kept(panel: Store) -> None:
    evaluated(panel, HELLO)
    sent(panel, "K000001", key(HELLO), NINE, "sms", "张三您好", rules=book())
    found = out(panel)
    assert (found["state"], found["reason"]) == ("sent", "sent")
    [said] = panel.dossier("K000001").communications.to_dict("records")
    assert (said["about"], said["direction"], said["channel"], said["effective"], said["text"]) == (
        key(HELLO), "out", "sms", "2026-06-30T09:00:00", "张三您好",
    )  # fmt: skip


def test_nothing_is_sent_twice(panel: Store) -> None:
    evaluated(panel, HELLO)
    sent(panel, "K000001", key(HELLO), NINE, "sms", rules=book())
    with pytest.raises(RecordError, match=r"done since 2026-06-30 \(sent\)"):
        sent(panel, "K000001", key(HELLO), NINE, "wechat", rules=book())
    assert len(panel.dossier("K000001").communications) == 1


@pytest.mark.parametrize(
    ("at", "channel", "says"),
    [
        (datetime(2026, 6, 30, 8, 30), "sms", "The message is waiting: it may go from 2026-06-30 09:00 on"),
        (datetime(2026, 6, 30, 9, 1), "sms", "2026-06-30 09:01 lies ahead"),
        (datetime(2026, 6, 29, 9, 0), "sms", "or before the message"),
        (NINE, "pigeon", "'pigeon' is no channel"),
    ],
)
def test_what_may_not_go_is_refused(panel: Store, at: datetime, channel: str, says: str) -> None:
    evaluated(panel, HELLO)
    with pytest.raises(RecordError, match=says):
        sent(panel, "K000001", key(HELLO), at, channel, rules=book())
    assert panel.dossier("K000001").communications.empty


def test_an_offer_without_consent_does_not_leave(panel: Store) -> None:
    offer = message("gift")
    evaluated(panel, offer)
    with pytest.raises(RecordError, match="The message is cancelled: no_consent"):
        sent(panel, "K000001", key(offer), NINE, "sms", rules=book())
