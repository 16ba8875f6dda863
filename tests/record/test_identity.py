"""Whose facts these are: matched by identifier, never by name, never guessed."""

import pytest
from sqlalchemy import select

from kanglu.record import Store, tables
from kanglu.record.facts import NATIONAL_ID, NOBODY, RECORD_NUMBER, Identifier, PersonStatement, Telecom
from kanglu.record.identity import phone_number, valid_national_id

MRN_1, MRN_2 = Identifier("mrn", "1"), Identifier("mrn", "2")
ID_WANG, ID_LI = Identifier(NATIONAL_ID, "11010519491231002X"), Identifier(NATIONAL_ID, "440524188001010014")


def said(*identifiers: Identifier, name: str = "王芳", source: str = "people.csv#4") -> PersonStatement:
    return PersonStatement(identifiers, name=name, source=source)


def people_of(store: Store, *statements: PersonStatement) -> tuple[list[int], list[str]]:
    """The ids that a batch gives these statements, and the reasons of its problems."""
    with store.batch("people") as writer:
        ids = [writer.person(statement) for statement in statements]
    return ids, [problem.reason for problem in writer.receipt.problems]


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),
        ("11010519491231002x", True),
        ("110105 1949 1231 002X", True),
        ("110105194912310021", False),
        ("11010519491331002X", False),
        ("110105491231002", False),
        ("1101051949123100２X", True),
        ("", False),
    ],
)
def test_identity_numbers_are_checked(number: str, valid: bool) -> None:
    assert valid_national_id(number) is valid


def test_a_known_identifier_finds_the_person(store: Store) -> None:
    assert people_of(store, said(MRN_1), said(MRN_2)) == ([1, 2], [])
    assert people_of(store, said(MRN_2), said(MRN_1)) == ([2, 1], [])


def test_two_people_of_one_name_stay_two(store: Store) -> None:
    assert people_of(store, said(MRN_1), said(MRN_2)) == ([1, 2], [])


def test_any_shared_identifier_is_enough_and_the_others_are_learned(store: Store) -> None:
    assert people_of(store, said(MRN_1, ID_WANG)) == ([1], [])
    assert people_of(store, said(ID_WANG, MRN_2)) == ([1], [])
    assert people_of(store, said(MRN_2)) == ([1], [])


def test_spelling_of_a_number_does_not_matter(store: Store) -> None:
    people_of(store, said(ID_WANG))
    assert people_of(store, said(Identifier(NATIONAL_ID, "１１0105-19491231-002x"))) == ([1], [])


def test_the_same_number_of_another_system_is_another_identifier(store: Store) -> None:
    people_of(store, said(MRN_1))
    assert people_of(store, said(Identifier("other", "1"))) == ([2], [])


def test_identifiers_of_two_people_are_set_aside(store: Store) -> None:
    people_of(store, said(MRN_1), said(MRN_2))
    ids, reasons = people_of(store, said(MRN_1, MRN_2, Identifier("mrn", "3")))
    assert ids == [NOBODY]
    assert reasons == ["its identifiers belong to different people (K000001, K000002)"]
    assert people_of(store, said(Identifier("mrn", "3"))) == ([3], [])


def test_the_place_of_the_problem_is_named(store: Store) -> None:
    with store.batch("people") as writer:
        assert writer.person(PersonStatement((), source="people.csv#4")) == NOBODY
    problem = writer.receipt.problems[0]
    assert (problem.file, problem.row, problem.field) == ("people.csv", "4", "identifier")


def test_a_second_identity_number_is_set_aside(store: Store) -> None:
    people_of(store, said(MRN_1, ID_WANG))
    ids, reasons = people_of(store, said(MRN_1, ID_LI))
    assert ids == [NOBODY]
    assert reasons == ["K000001 has another identity number already"]
    assert people_of(store, said(MRN_2, ID_LI), said(MRN_2, ID_WANG)) == (
        [2, NOBODY],
        ["its identifiers belong to different people (K000001, K000002)"],
    )


def test_two_identity_numbers_in_one_statement_are_set_aside(store: Store) -> None:
    ids, reasons = people_of(store, said(MRN_1, ID_WANG, ID_LI))
    assert (ids, reasons) == ([NOBODY], ["it gives two identity numbers for one person"])
    assert people_of(store, said(MRN_1, ID_WANG, ID_WANG)) == ([1], [])


def test_what_is_set_aside_is_counted(store: Store) -> None:
    people_of(store, said(MRN_1), said(MRN_2))
    with store.batch("people") as writer:
        writer.person(said(MRN_1, MRN_2))
    assert writer.receipt.facts["quarantined"] == 1


def test_an_impossible_identity_number_is_not_matched_by(store: Store) -> None:
    wrong = Identifier(NATIONAL_ID, "110105194912310021")
    ids, reasons = people_of(store, said(MRN_1, wrong), said(wrong))
    assert ids == [1, NOBODY]
    assert "ending in 21" in reasons[0]
    assert "110105194912310021" not in "".join(reasons)


def test_a_record_number_names_a_person(store: Store) -> None:
    people_of(store, said(MRN_1))
    assert people_of(store, said(Identifier(RECORD_NUMBER, "k000001"))) == ([1], [])
    ids, reasons = people_of(store, said(Identifier(RECORD_NUMBER, "K000009"), MRN_2))
    assert (ids, reasons) == ([NOBODY], ["there is no record number 'K000009'"])


def test_record_numbers_are_never_given_twice(store: Store) -> None:
    people_of(store, said(MRN_1), said(MRN_2))
    store.undo(1)
    assert people_of(store, said(MRN_1)) == ([3], [])


def test_what_identifies_directly_is_not_readable_in_the_database(store: Store) -> None:
    phone, street = "13912345678", "朝阳区幸福路 8 号"
    statement = PersonStatement((ID_WANG,), telecoms=(Telecom("phone", phone),), addresses=(street,))
    people_of(store, statement)
    with store.database.reading() as connection:
        rows = [
            str(tuple(row))
            for table in tables.metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
        cipher = connection.scalar(select(tables.telecom.c.cipher))
    assert not [row for row in rows if ID_WANG.value in row or phone in row or street in row]
    assert store.database.keys.decrypt(cipher) == phone


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("13912345678", "13912345678"),
        ("+86 139 1234 5678", "13912345678"),
        ("0086-13912345678", "13912345678"),
        ("(010) 6552 9988", "01065529988"),
        ("+1 555 0100", "15550100"),
    ],
)
def test_a_phone_number_is_its_digits(written: str, digits: str) -> None:
    assert phone_number(written) == digits


def test_a_contact_stated_again_is_kept_once(store: Store) -> None:
    statement = PersonStatement((MRN_1,), telecoms=(Telecom("phone", "13912345678"),), addresses=("幸福路",))
    people_of(store, statement, statement)
    people_of(store, statement)
    with store.database.reading() as connection:
        assert len(connection.execute(select(tables.telecom)).all()) == 1
        assert len(connection.execute(select(tables.address)).all()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "王芳",
        "芳",
        "k000001",
        "002X",
        "11010519491231002x",
        "5678",
        "139 1234 5678",
        "+86 13912345678",
        "B-00 17",
    ],
)
def test_people_are_found_by_what_the_desk_can_say(store: Store, text: str) -> None:
    people_of(
        store,
        PersonStatement(
            (ID_WANG, Identifier("urn:hospital", "B0017")),
            name="王芳",
            telecoms=(Telecom("phone", "+86 139-1234-5678"), Telecom("email", "wang@x.com")),
        ),
        PersonStatement((ID_LI,), name="李_四", telecoms=(Telecom("phone", "13900000000"),)),
        said(MRN_1, name="赵六"),
    )
    assert [view.record_number for view in store.find(text)] == ["K000001"]


@pytest.mark.parametrize("text", ["", "%", "赵", "0009", "13912345679", ".com"])
def test_what_nobody_is_called_finds_nobody(store: Store, text: str) -> None:
    email = Telecom("email", "wang@x.com")
    people_of(store, PersonStatement((ID_WANG,), name="王芳", telecoms=(email,)))
    assert store.find(text) == []
