"""Who is found by what somebody at the desk can say, in which order, and as of when."""

import pytest
from alembic import command
from sqlalchemy import func, select

from kanglu import record
from kanglu.errors import PermissionDenied
from kanglu.record import Store, tables
from kanglu.record.database import make_engine, resolve
from kanglu.record.facts import NATIONAL_ID, Demographics, Identifier, PersonStatement, Telecom
from kanglu.record.search import Matches
from kanglu.record.setup import config
from kanglu.trust import Actor, Role

CARD = "urn:oid:health-card"
PEOPLE = (
    ("王芳", "13812345678", "11010519491231002X", "SH-889901"),
    ("王小芳", "13912340000", None, "SH-889902"),
    ("尉迟恭", None, "440524188001010014", "SH-889903"),
    ("汪方", None, None, "SH-889904"),
    ("José Müller", "02085551234", None, "SH-889905"),
)


def enter(store: Store, name: str | None, number: str, phone: str | None = None, **more: object) -> int:
    """Batch in which a person of a card number, and more, is entered or named anew."""
    identifiers = [Identifier(CARD, number)]
    if national := more.pop("national", None):
        identifiers.append(Identifier(NATIONAL_ID, str(national)))
    ways = (Telecom("phone", phone),) if phone else ()
    said = {"name": name, "telecoms": ways, "source_key": f"people/{number}", **more}
    with store.batch("people") as batch:
        batch.person(PersonStatement(tuple(identifiers), **said))
    return batch.id


@pytest.fixture
def peopled(store: Store) -> Store:
    for name, phone, national, card in PEOPLE:
        enter(store, name, card, phone, national=national)
    return store


def found(store: Store, text: str, limit: int = 20) -> list[str]:
    return [one.person.name or "" for one in store.search(text, limit).found]


@pytest.mark.parametrize(
    ("text", "names", "by"),
    [
        ("王芳", ["王芳"], "name"),
        ("芳", ["王芳", "王小芳"], "name"),
        ("小芳", ["王小芳"], "name"),
        ("wangfang", ["王芳", "汪方"], "pinyin"),
        ("Wáng Fāng", ["王芳", "汪方"], "pinyin"),
        ("wang2 fang1", ["王芳", "汪方"], "pinyin"),
        ("xiao", ["王小芳"], "pinyin"),
        ("wf", ["王芳", "汪方"], "initials"),
        ("wxf", ["王小芳"], "initials"),
        ("yuchi", ["尉迟恭"], "pinyin"),
        ("ycg", ["尉迟恭"], "initials"),
        ("muller", ["José Müller"], "name"),
        ("MÜLLER", ["José Müller"], "name"),
        ("müller josé", ["José Müller"], "name"),
        ("ulle", ["José Müller"], "name"),
        ("5678", ["王芳"], "phone_tail"),
        ("345678", ["王芳"], "phone_tail"),
        ("945678", [], None),
        ("13812345678", ["王芳"], "phone"),
        ("+86 138 1234 5678", ["王芳"], "phone"),
        ("002X", ["王芳"], "national_id_tail"),
        ("1231 002x", ["王芳"], "national_id_tail"),
        ("0014", ["尉迟恭"], "national_id_tail"),
        ("11010519491231002x", ["王芳"], "national_id"),
        ("K000003", ["尉迟恭"], "record_number"),
        ("k000003", ["尉迟恭"], "record_number"),
        ("3", ["尉迟恭"], "record_number"),
        ("SH-889904", ["汪方"], "identifier"),
        ("sh889904", ["汪方"], "identifier"),
        ("889904", [], None),
        ("%", [], None),
        ("", [], None),
        ("' OR 1=1 --", [], None),
    ],
)
def test_every_way_of_search(peopled: Store, text: str, names: list[str], by: str | None) -> None:
    matches = peopled.search(text)
    assert [one.person.name for one in matches.found] == names
    assert {one.by for one in matches.found} == ({by} if by else set())


def test_the_whole_comes_before_its_beginning_and_its_beginning_before_a_part(store: Store) -> None:
    for number, name in enumerate(("李王芳", "王芳华", "王芳", "芳王")):
        enter(store, name, str(number) * 5)
    assert found(store, "王芳") == ["王芳", "王芳华", "李王芳"]
    assert found(store, "wangfang") == ["王芳", "王芳华", "李王芳"]


def test_a_surname_comes_before_names_that_only_begin_with_its_letters(store: Store) -> None:
    for number, name in enumerate(("梁安", "李燕", "林秀")):
        enter(store, name, str(number) * 5)
    assert found(store, "li") == ["李燕", "梁安", "林秀"]


def test_no_more_are_found_than_asked_for_and_it_is_said(store: Store) -> None:
    with store.batch("people") as batch:
        for number in range(300):
            batch.person(PersonStatement((Identifier(CARD, f"c{number}"),), name="王芳"))
    assert [len(store.search("王", limit).found) for limit in (1, 20, 299, 300)] == [1, 20, 299, 300]
    assert [store.search("王", limit).more for limit in (1, 20, 299, 300, 301)] == [True] * 3 + [False] * 2
    assert store.search("wf", 2).found[1].person.record_number == "K000002"


def test_a_former_name_finds_and_says_which(store: Store, clock) -> None:
    enter(store, "王芳", "11111")
    clock.pass_days(1)
    enter(store, "李梅", "11111")
    (one,) = store.search("wangf").found
    assert (one.person.name, one.name, one.by) == ("李梅", "王芳", "pinyin")
    (one,) = store.search("李梅").found
    assert one.name is None


def test_what_was_learned_later_does_not_find_before(store: Store, clock) -> None:
    enter(store, "王芳", "11111")
    clock.pass_days(1)
    enter(store, "李梅", "11111", "13812345678")
    with record.open(store.database.name, as_of="2026-06-30", clock=clock) as before:
        assert found(before, "王芳") == ["王芳"]
        assert found(before, "李梅") == found(before, "5678") == []
    with record.open(store.database.name, as_of="2026-06-29", clock=clock) as before:
        assert found(before, "王芳") == found(before, "K000001") == found(before, "11111") == []


def test_a_name_that_was_taken_back_does_not_find(store: Store, clock) -> None:
    enter(store, "王芳", "11111")
    clock.pass_days(1)
    with store.batch("correction") as batch:
        person = batch.find([Identifier(CARD, "11111")])
        batch.add(Demographics(person, "王芳", status="entered-in-error", source_key="people/11111"))
    assert found(store, "王芳") == found(store, "wf") == []
    assert [one.person.record_number for one in store.search("11111").found] == ["K000001"]


def test_an_undone_batch_takes_its_names_along(store: Store) -> None:
    enter(store, "王芳", "11111")
    second = enter(store, "李梅", "11111")
    store.undo(second)
    assert found(store, "李梅") == []
    assert found(store, "王芳") == ["王芳"]
    assert store.verify().ok


def test_a_merged_record_finds_the_one_it_was_merged_into(store: Store, clock) -> None:
    enter(store, "王芳", "11111", "13812345678")
    enter(store, "王方方", "22222", "13900004321")
    enter(store, "王芳芳", "22222")
    clock.pass_days(1)
    store.merge("K000001", "K000002")
    for text in ("王方方", "wangfangfang", "wff", "4321", "K000002", "22222"):
        assert [one.person.record_number for one in store.search(text).found] == ["K000001"], text
    with record.open(store.database.name, as_of="2026-06-30", clock=clock) as before:
        assert [one.person.record_number for one in before.search("王芳芳").found] == ["K000002"]


def test_each_person_found_is_audited_and_no_text(peopled: Store) -> None:
    before = peopled.verify().events
    assert len(peopled.search("芳").found) == 2
    assert peopled.verify().events == before + 2
    with peopled.database.reading() as connection:
        event = tables.audit_event.c
        said = connection.execute(select(event.person, event.detail).where(event.action == "find")).fetchall()
    assert [tuple(row) for row in said] == [("K000001", '{"by":"name"}'), ("K000002", '{"by":"name"}')]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OPERATOR])
def test_who_may_not_know_people_finds_nobody(peopled: Store, role: Role) -> None:
    purpose = "analysis" if role is Role.ANALYST else "administration"
    url = peopled.database.name
    with (
        record.open(url, actor=Actor("x", "X", role), purpose=purpose) as theirs,
        pytest.raises(PermissionDenied),
    ):
        theirs.search("王芳")


def test_names_entered_before_are_made_findable_by_the_upgrade(peopled: Store) -> None:
    engine = make_engine(resolve(str(peopled.database.url.render_as_string(hide_password=False))))
    count = select(func.count()).select_from(tables.name_key)
    with engine.connect() as connection, connection.begin():
        held = connection.scalar(count)
        command.downgrade(config(connection), "0003")
        command.upgrade(config(connection), "head")
        assert connection.scalar(count) == held > len(PEOPLE) * 5
    engine.dispose()
    assert found(peopled, "wf") == ["王芳", "汪方"]


def test_nobody_is_an_empty_answer(store: Store) -> None:
    assert store.search("王芳") == Matches((), False)
