"""What an analyst sees, and the safe copy: nobody can be recognised by any function of the library."""

import importlib
import inspect
import pkgutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import kanglu
from kanglu import record
from kanglu.care import in_force
from kanglu.care.checks import now
from kanglu.care.evaluation import evaluator_of
from kanglu.care.forms import questionnaires
from kanglu.errors import PermissionDenied, Unreachable
from kanglu.i18n import words
from kanglu.insight.extract import Wanted
from kanglu.insight.lab import environment, safe_copy
from kanglu.record import Store
from kanglu.record.facts import (
    KINDS,
    CareTeam,
    Communication,
    Condition,
    Consent,
    Identifier,
    Media,
    MedicationStatement,
    Observation,
    PersonStatement,
    QuestionnaireResponse,
    Telecom,
)
from kanglu.record.veiling import TREATMENTS, Treatment, coded
from kanglu.trust import LOCAL, Actor, Role
from kanglu.trust.keys import Veiled

ANALYST = Actor("an", "An", Role.ANALYST)
PHONE, CARD, NATIONAL = "13911223344", "C99887766", "110105194912310021"
PLACE, NAME = "甘家口三号院", "欧阳小北"
ROOMS = ("care", "insight", "intake", "record", "reporting")
PLANTED = (PHONE, CARD, NATIONAL, PLACE, NAME, "小北", "11223344")


@pytest.fixture
def planted(store: Store) -> Store:
    """One person whose identifiers stand wherever somebody can write them."""
    with store.batch(f"{NAME}.xlsx") as writer:
        one = writer.person(
            PersonStatement(
                (Identifier("cn-national-id", NATIONAL), Identifier("card", CARD)),
                NAME, "female", "1949-12-31", telecoms=(Telecom("phone", PHONE),),
                addresses=(PLACE,), source=f"{NAME}.xlsx#2", source_key=NAME,
            )
        )  # fmt: skip
        said = {"source": f"{NAME}.xlsx#2", "source_key": PHONE}
        writer.add(Observation(one, "weight", "2026-01-05", value=61.5, original_value=PHONE, **said))
        writer.add(Observation(one, "ecg", "2026-01-05", value_text=f"{NAME} 复查", source=PHONE))
        writer.add(Condition(one, "icd10", "I10", "2020-03", display=f"Hypertension {PHONE}", **said))
        writer.add(Condition(one, "icd10", "E11", "2020-03", display="2型糖尿病"))
        writer.add(
            MedicationStatement(one, None, None, "2025-01-01", display="metformin", dosage=PLACE, **said)
        )
        writer.add(
            Communication(
                one, "kanglu", "call", "2026-02-01", text=f"call {PHONE}", reason=NAME, about=PHONE, **said
            )
        )
        answers = (
            f'{{"smoking": "never", "cups": 2, "who": "{NAME}", "phone": "{PHONE}", "all": ["a", "{NAME}"]}}'
        )
        writer.add(
            QuestionnaireResponse(one, "kanglu", "q", "2026-02-02", answers=answers, author=NAME, **said)
        )
        writer.add(
            Consent(one, "kanglu", "research", "2026-01-01", clinical_status="active", evidence=NAME, **said)
        )
        writer.add(Media(one, "kanglu", "attachment", "2026-02-02", display=f"Letter of {NAME}", **said))
        writer.add(CareTeam(one, "kanglu", "manager", "2026-01-01", practitioner="wang", **said))
    return store


@pytest.fixture
def analyst(planted: Store, clock: Any) -> Iterator[Store]:
    url = planted.database.url.render_as_string(hide_password=False)
    with record.open(url, actor=ANALYST, purpose="analysis", clock=clock) as opened:
        yield opened


def shown(thing: Any) -> str:
    """All that a notebook could print of something."""
    if isinstance(thing, pd.DataFrame):
        return str(thing.to_dict("list"))
    if isinstance(thing, dict):
        return " ".join(shown(one) for pair in thing.items() for one in pair)
    if isinstance(thing, list | tuple | set | frozenset):
        return " ".join(map(shown, thing))
    fields = getattr(thing, "__dataclass_fields__", None)
    return repr(thing) if fields is None else " ".join(shown(getattr(thing, name)) for name in fields)


def assert_nothing_planted(text: str) -> None:
    assert [one for one in PLANTED if one in text] == []


def everything(store: Store) -> Iterator[tuple[str, Any]]:
    """What each function of the store gives that needs no more than a person."""
    panel = store.panel("all")
    person = store.person(panel.record_numbers[0])
    one, today = person.view.id, store.moment
    known: dict[str, Any] = {
        "record_number": person.view.record_number, "ids": [one], "person_id": one, "view": person.view,
        "moment": today, "as_of": today.as_of, "known": today.known, "day": today.as_of,
        "source": "kanglu/an",
        "indicators": ["weight", "ecg"], "indicator": "ecg", "since": None, "until": None, "text": PHONE,
        "beginning": "", "since_batch": 0, "revision": "r", "purpose": "research", "key": "k", "id": one,
        "source_key": PHONE, "kinds": ["communication"], "tags": [], "section": "rules", "name": "x",
        "number": 1, "batch_id": 1, "media_id": 1, "expr": "all", "thing": None,
    }  # fmt: skip
    for name, function in inspect.getmembers(Store, inspect.isfunction):
        if name.startswith("_") or name in ("close", "write_copy"):
            continue
        wanted = [
            parameter.name
            for parameter in list(inspect.signature(function).parameters.values())[1:]
            if parameter.default is inspect.Parameter.empty
        ]
        kinds = [kind.table for kind in KINDS] if "kind" in wanted else [None]
        for kind in kinds:
            given = {one: kind if one == "kind" else known.get(one, "x") for one in wanted}
            try:
                found = getattr(store, name)(**given)
                yield name, list(found) if inspect.isgenerator(found) else found
            except Exception as refused:
                yield name, str(refused) if PHONE not in str(given) else ""


def test_every_column_of_every_fact_has_a_treatment() -> None:
    assert {field for kind in KINDS for field in kind.fields} <= set(TREATMENTS)
    assert TREATMENTS["name"] is TREATMENTS["text"] is TREATMENTS["source_key"] is Treatment.GONE


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("fbg", True), ("htn.visit@2026-06-30#0", True), ("no_answer", True), ("123456", True),
        ("1234567", False), ("a13911223344", False), ("王敏", False), ("two words", False),
    ],
)  # fmt: skip
def test_a_code_stays_and_words_and_long_numbers_go(text: str, kept: bool) -> None:
    assert (coded(text) is not None) is kept


def test_no_function_of_the_store_shows_an_analyst_who_somebody_is(analyst: Store) -> None:
    called = set()
    for name, found in everything(analyst):
        called.add(name)
        assert (name, [one for one in PLANTED if one in shown(found)]) == (name, [])
    assert {
        "dossier",
        "facts",
        "series",
        "known_facts",
        "versions",
        "batches",
        "people",
        "consents",
    } <= called


def functions() -> Iterator[Callable[..., Any]]:
    """Every public function of the library that takes a record, or something read from it, first."""
    for module in pkgutil.walk_packages(kanglu.__path__, "kanglu."):
        if module.name.split(".")[1] not in ROOMS or module.name == "kanglu.reporting.engine":
            continue  # that one is imported by papermill
        for name, thing in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(thing) and thing.__module__ == module.name and not name.startswith("_"):
                first = next(iter(inspect.signature(thing).parameters), None)
                if first in ("store", "dossier", "panel", "view"):
                    yield thing


def test_no_function_of_the_library_shows_an_analyst_who_somebody_is(analyst: Store, tmp_path: Path) -> None:
    panel = analyst.panel("all")
    number, rules, today = panel.record_numbers[0], in_force(analyst), analyst.as_of
    dossier, forms = analyst.dossier(number), questionnaires()
    known: dict[str, Any] = {
        "store": analyst, "dossier": dossier, "panel": panel, "view": dossier.person, "person": number,
        "record_number": number, "number": number, "ids": list(panel.ids), "people": list(panel.ids),
        "person_id": dossier.person.id, "day": today, "as_of": today, "known": today, "until": today,
        "last": today, "since": today.replace(year=2020), "year": today.year, "month": f"{today:%Y-%m}",
        "lang": "en", "_": words("en"), "rules": rules, "catalogue": analyst.catalogue, "forms": forms,
        "moment": analyst.moment, "kinds": ["task"], "rulings": [], "owners": None, "plan": None,
        "indicators": ["weight", "ecg"], "programme": next(iter(rules.programmes.values())), "plans": [],
        "wanted": Wanted("all", "quality", ["sex"]), "parts": [], "gone": lambda _: False, "facts": [],
        "evaluator": evaluator_of(analyst, rules, list(panel.ids), today, today, {}), "live": {},
        "folder": tmp_path / "x", "tagged": {}, "member": "wang", "purpose": "research",
        "beginning": "", "reason": "x", "media_id": 1, "kind": "communication", "board": None, "chosen": None,
        "at": now(analyst), "key": "x",
    }  # fmt: skip
    gave = set()
    for function in functions():
        takes = inspect.signature(function).parameters.values()
        given = {
            one.name: known.get(one.name, "x")
            for one in takes
            if one.default is inspect.Parameter.empty and one.kind is not inspect.Parameter.VAR_KEYWORD
        }
        if "lang" in given:  # a report, which is asked for in words
            given = {name: str(one) if name in ("since", "until") else one for name, one in given.items()}
            given |= {
                name: said for name, said in (("panel", "all"), ("form", "hypertension")) if name in given
            }
        where = f"{function.__module__.removeprefix('kanglu.')}.{function.__name__}"
        try:
            found = function(**given)
            found = list(found) if inspect.isgenerator(found) else found
            gave.add(where)
        except Exception as refused:
            found = str(refused)
        assert (where, [one for one in PLANTED if one in shown(found)]) == (where, [])
    assert len(gave) > 60
    assert gave >= {
        *("care.advice.advise", "care.tasks.tasks", "care.queue.queue", "insight.overview.overview"),
        *("insight.annual.summarise", "insight.person.timeline.timeline", "insight.trends.trends"),
        *("reporting.annual.report.report", "reporting.monthly.report.report", "reporting.facts.pack"),
        *("reporting.cohort.report.report", "reporting.forms.printing.print_form"),
    }


def test_what_is_needed_for_the_analysis_stays(analyst: Store) -> None:
    number = analyst.panel("all").record_numbers[0]
    one = analyst.dossier(number)
    assert one.observations.loc[one.observations["indicator"] == "weight", "value"].tolist() == [61.5]
    assert "2型糖尿病" in one.conditions["display"].tolist()
    assert one.communications["text"].isna().all()
    assert one.responses["answers"].tolist() == ['{"smoking":"never","cups":2,"all":["a"]}']
    assert one.person.birth_date == date(1949, 12, 1)
    assert one.care_team["practitioner"].tolist() == ["wang"]


def test_an_analysts_keys_read_and_find_nothing(analyst: Store, planted: Store) -> None:
    keys, real = analyst.database.keys, planted.database.keys
    cipher = real.encrypt(PHONE)
    for use in (
        lambda: keys.decrypt(cipher),
        lambda: keys.encrypt("x"),
        lambda: keys.blind_index("phone", PHONE),
        lambda: keys.derived("backup"),
        lambda: keys.decrypt_bytes(real.encrypt_bytes(b"x")),
    ):
        with pytest.raises(PermissionDenied, match="under pseudonyms"):
            use()
    assert keys.pseudonym(1) == real.pseudonym(1)
    assert keys.fingerprint == real.fingerprint
    assert real.master not in (keys.master, *keys.others)
    assert planted.verify().ok


def test_people_are_numbered_anew_in_a_copy(
    planted: Store, analyst: Store, tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id says the record number."""
    with planted.batch("more") as writer:
        for number in range(20):
            one = writer.person(PersonStatement((Identifier("mrn", f"M{number}"),), "甲"))
            writer.add(Observation(one, "weight", "2026-01-05", value=50.0 + number))
    before = analyst.panel("all")
    weights = dict(zip(before.ids, [before.store.person(one).series("weight")["value"].tolist()
                                    for one in before.record_numbers], strict=True))  # fmt: skip
    pseudonyms = dict(zip(before.record_numbers, before.ids, strict=True))
    made = safe_copy(analyst, tmp_path)
    monkeypatch.delenv("KANGLU_KEY")
    with record.open(str(made.path), clock=clock) as there:
        after = there.panel("all")
        assert after.record_numbers == sorted(pseudonyms)
        assert [pseudonyms[one] for one in after.record_numbers] != after.ids
        for number in after.record_numbers:
            assert there.person(number).series("weight")["value"].tolist() == weights[pseudonyms[number]]


# -- the copy ------------------------------------------------------------------------------------------


@pytest.fixture(params=[False, True], ids=["analysis", "research"])
def copy(request: pytest.FixtureRequest, analyst: Store, tmp_path: Path) -> Any:
    return safe_copy(analyst, tmp_path / "lab", research=request.param)


def test_nothing_of_who_somebody_is_stands_in_the_bytes_of_the_copy(copy: Any) -> None:
    assert (copy.people, copy.left_out) == (1, {})
    for file in copy.path.parent.iterdir():
        content = file.read_bytes()
        assert [one for one in PLANTED if one.encode() in content] == []
    with sqlite3.connect(copy.path) as connection:
        for table in ("identifier", "telecom", "address", "media", "consent", "account", "draft", "name_key"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_the_library_works_on_the_copy_as_on_the_record(
    copy: Any, analyst: Store, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KANGLU_KEY")
    with record.open(str(copy.path), actor=LOCAL, clock=clock) as there:
        assert there.panel("diabetes").record_numbers == analyst.panel("all").record_numbers
        assert len(there.panel("weight > 61").inputs()) == 1
        for name, found in everything(there):
            if name not in ("search", "find"):
                assert_nothing_planted(shown(found))
        assert there.search(PHONE).found == ()
        assert there.find("欧阳小北") == []
        assert there.verify().ok


def test_days_are_moved_together_for_research_and_stay_for_analysis(
    analyst: Store, planted: Store, tmp_path: Path, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for research in (False, True):
        made = safe_copy(analyst, tmp_path / str(research), research=research)
        with monkeypatch.context() as patch:
            patch.delenv("KANGLU_KEY")
            with record.open(str(made.path), clock=clock) as there:
                one = there.dossier(there.panel("all").record_numbers[0])
                found[research] = [
                    date.fromisoformat(frame["effective"].iloc[0])
                    for frame in (one.observations, one.communications)
                ]
    assert found[False] == [date(2026, 1, 5), date(2026, 2, 1)]
    moved = found[False][0] - found[True][0]
    assert 7 <= moved.days <= 364 and moved.days % 7 == 0
    assert found[False][1] - found[True][1] == moved


def test_who_does_not_allow_research_is_not_in_a_copy_for_it(
    planted: Store, analyst: Store, tmp_path: Path
) -> None:
    with planted.batch("no") as writer:
        writer.add(Consent(1, "kanglu", "research", "2026-06-01", clinical_status="refused"))
    made = safe_copy(analyst, tmp_path / "lab", research=True)
    assert made.people == 0
    assert list(made.left_out.values()) == ["withdrawn 2026-06-01"]
    assert all(number.startswith("P") for number in made.left_out)


def test_a_copy_of_today_is_used_again_and_an_older_one_is_made_anew(
    analyst: Store, tmp_path: Path, clock: Any
) -> None:
    clock.now = clock.now.now(tz=clock.now.tzinfo)
    first = safe_copy(analyst, tmp_path)
    assert safe_copy(analyst, tmp_path).people is None
    assert safe_copy(analyst, tmp_path, anew=True).people == 1
    clock.pass_days(1.01)
    assert safe_copy(analyst, tmp_path).people == 1
    assert first.path.is_file()


def test_a_copy_is_made_for_analysis_by_who_may_export(planted: Store, tmp_path: Path, clock: Any) -> None:
    with pytest.raises(PermissionDenied, match="for analysis, not for care"):
        safe_copy(planted, tmp_path)
    url = planted.database.url.render_as_string(hide_password=False)
    operator = Actor("ou", "Ou", Role.OPERATOR)
    with (
        record.open(url, actor=operator, purpose="administration", clock=clock) as theirs,
        pytest.raises(PermissionDenied),
    ):
        safe_copy(theirs, tmp_path)


def test_the_notebooks_process_is_told_of_the_copy_and_of_nothing_else(
    copy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KANGLU_DATABASE_URL", "postgresql://u:secret@host/kanglu")
    told = environment(copy)
    assert "KANGLU_KEY" not in told
    assert "KANGLU_MEDIA" not in told
    assert told["KANGLU_DATABASE_URL"] == f"sqlite:///{copy.path}"
    assert told["KANGLU_HOME"] == str(copy.path.parent)


def test_that_a_copy_was_made_is_written_down(copy: Any, planted: Store) -> None:
    with planted.database.reading() as connection:
        said = connection.exec_driver_sql(
            "SELECT actor, purpose, detail FROM audit_event WHERE action = 'make safe copy'"
        ).fetchall()
    assert [(actor, purpose) for actor, purpose, _ in said] == [("an", "analysis")]
    assert '"people":1' in said[0][2]


def test_a_rotation_hands_no_key_to_an_open_store_under_pseudonyms(
    store: Store, database_url: str, clock: Any
) -> None:
    with record.open(database_url, actor=ANALYST, purpose="analysis", clock=clock) as analyst:
        veiled = analyst.database.keys
        assert isinstance(veiled, Veiled)
        analyst.database.keys = replace(veiled, named="of before")
        with pytest.raises(Unreachable):
            analyst.panel("all")
        with pytest.raises(PermissionDenied):
            analyst.database.keys.derived("cipher")
