"""The form that opens a card: what the identity number states, what is wrong, and the same person again."""

from datetime import date

import pytest
from tests.care.ruled import TODAY

from kanglu.care.card import DOCUMENT, CardForm
from kanglu.care.enrolment import open_card
from kanglu.record import Store
from kanglu.record.facts import NATIONAL_ID, Identifier

NUMBER = "11010519491231002X"  # a woman born on 31 December 1949


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (CardForm(), "no_number"),
        (CardForm(identity="  "), "no_number"),
        (CardForm(identity=NUMBER), None),
        (CardForm(identity="110105 19491231 002x"), None),
        (CardForm(identity="110105194912310021"), "wrong_number"),
        (CardForm(identity=NUMBER[:17]), "wrong_number"),
        (CardForm(identity=NUMBER, sex="female", birth=date(1949, 12, 31)), None),
        (CardForm(identity=NUMBER, sex="male"), "contradicts_number"),
        (CardForm(identity=NUMBER, birth=date(1949, 12, 30)), "contradicts_number"),
        (CardForm(document="E1", birth=TODAY), None),
        (CardForm(document="E1", birth=date(2026, 7, 1)), "birth_ahead"),
        (CardForm(document="E1", phone="123456"), "phone"),
        (CardForm(document="E1", phone="1234567"), None),
        (CardForm(document="E1", phone="+86 139 1234 5678"), None),
        (CardForm(document="E1", phone="1234567890123456"), "phone"),
    ],
)
def test_what_is_wrong_with_a_form(form: CardForm, fault: str | None) -> None:
    assert form.fault(TODAY) == fault


def test_the_identity_number_fills_birth_date_and_sex() -> None:
    found = CardForm(identity="110105 19491231 002x", name=" 张三 ").statement("chen")
    assert found.identifiers == (Identifier(NATIONAL_ID, NUMBER),)
    assert (found.name, found.sex, found.birth_date, found.source) == (
        "张三",
        "female",
        "1949-12-31",
        "kanglu/chen",
    )


def test_without_an_identity_number_what_was_written_counts() -> None:
    found = CardForm(document="E123", sex="male", birth=date(1980, 1, 2), phone="13912345678").statement(
        "chen"
    )
    assert found.identifiers == (Identifier(DOCUMENT, "E123"),)
    assert (found.sex, found.birth_date, found.telecoms[0].value) == ("male", "1980-01-02", "13912345678")


def test_the_same_number_again_keeps_the_name_that_is_known(store: Store) -> None:
    open_card(
        store, CardForm(identity=NUMBER, name="张三", phone="13912345678").statement("chen"), TODAY, "chen"
    )
    again = open_card(store, CardForm(identity=NUMBER).statement("chen"), TODAY, "chen")
    assert (again.record_number, again.new_person, again.new_card) == ("K000001", False, False)
    view = store.person("K000001").view
    assert (view.name, view.sex, view.birth_date) == ("张三", "female", date(1949, 12, 31))
