"""An extract for research: who is in it, what it tells, what lies in its folder, and what is written down."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kanglu import record
from kanglu.errors import ExpressionError, PermissionDenied, RecordError
from kanglu.i18n import LANGS, words
from kanglu.insight.extract import VALUES, Extract, Wanted, make
from kanglu.insight.extract.columns import QUASI
from kanglu.record import Store
from kanglu.record.facts import Consent, Identifier, Observation, PersonStatement, Telecom
from kanglu.reporting.blocks import to_text
from kanglu.reporting.extract import report, write
from kanglu.trust import Actor, Role
from kanglu.trust.keys import Keys
from kanglu.trust.pseudonyms import WEEKS, Pseudonyms

ANALYST = Actor("an", "An", Role.ANALYST)
COLUMNS = ("age_years", "sex", "sbp", "sbp_mmhg__on")
WANTED = Wanted("all", "research", COLUMNS)
ASKED, PHONE = 14, "13911223344"


def reopened(store: Store, clock: Any, actor: Actor = ANALYST, purpose: str = "analysis") -> Store:
    url = store.database.url.render_as_string(hide_password=False)
    return record.open(url, actor=actor, purpose=purpose, clock=clock)


@pytest.fixture
def people(store: Store) -> Store:
    """Fourteen who allow research, one of them much older; one who refused and one who was not asked."""
    with store.batch("b") as writer:
        for number in range(ASKED + 2):
            born = "1925-01-01" if number == 0 else f"{1961 + number % 3}-03-0{1 + number % 9}"
            who = PersonStatement(
                (Identifier("mrn", f"A{number}"),), "欧阳一", "male" if number % 2 else "female", born,
                telecoms=(Telecom("phone", PHONE),),
            )  # fmt: skip
            one = writer.person(who)
            for name, value in (("sbp", 120.0 + number), ("dbp", 80.0)):
                writer.add(Observation(one, name, "2026-03-02", value=value))
            if number <= ASKED:
                status = "active" if number < ASKED else "refused"
                writer.add(Consent(one, "kanglu", "research", "2026-01-01", clinical_status=status))
    return store


@pytest.fixture
def analyst(people: Store, clock: Any) -> Iterator[Store]:
    with reopened(people, clock) as opened:
        yield opened


def generous(wanted: Wanted = WANTED, **more: Any) -> Wanted:
    return replace(wanted, most_suppressed=0.1, **more)


def read(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "extract.csv", dtype={"age_years": str})


def test_only_who_allows_the_purpose_is_in_it_and_the_others_are_told_with_the_reason(
    analyst: Store,
) -> None:
    made = make(analyst, generous())
    assert (made.panel, made.permitted, made.reasons) == (16, 14, {"not_asked": 1, "refused": 1})
    assert sorted(made.left_out.values()) == ["not_asked", "refused 2026-01-01"]
    assert all(number.startswith("P") for number in made.left_out)
    assert len(made.rows) + made.anonymity.suppressed == 14


def test_a_withdrawal_acts_in_the_next_extract(people: Store, analyst: Store) -> None:
    before = make(analyst, generous()).permitted
    with people.batch("c") as writer:
        writer.add(Consent(2, "kanglu", "research", "2026-06-30", clinical_status="refused"))
    after = make(analyst, generous())
    assert (before, after.permitted) == (14, 13)
    assert after.reasons == {"not_asked": 1, "refused": 1, "withdrawn": 1}


def test_the_numbers_are_those_of_the_library(analyst: Store) -> None:
    made = make(analyst, generous(columns=("sbp", "dbp")))
    inputs = analyst.panel("all").inputs()
    assert made.anonymity.rows.index.tolist() == list(range(1, 15))
    for column in ("sbp_mmhg", "dbp_mmhg"):
        assert sorted(made.rows[column]) == sorted(inputs.loc[made.people, column])


def test_every_column_that_can_be_asked_for_is_an_input_of_the_scores(analyst: Store) -> None:
    assert {*VALUES, *QUASI} <= set(analyst.panel("all").inputs().columns)


def test_who_is_rare_is_left_out_and_the_report_says_how_many(analyst: Store) -> None:
    made = make(analyst, generous())
    assert made.anonymity.suppressed == 1
    assert "90+" not in set(made.rows["age_years"])
    assert made.rows.groupby(["age_years", "sex"]).size().min() == made.anonymity.k >= 5


def test_days_are_moved_by_weeks_and_all_of_a_person_alike(analyst: Store) -> None:
    made = make(analyst, generous(columns=("sbp", "sbp_mmhg__on", "dbp_mmhg__on"), project="p"))
    told = made.rows.set_index("sbp_mmhg")
    assert (told["sbp_mmhg__on"] == told["dbp_mmhg__on"]).all()
    moved = {(date(2026, 3, 2) - date.fromisoformat(day)).days for day in told["sbp_mmhg__on"]}
    assert all(days % 7 == 0 and 7 <= days <= 7 * WEEKS for days in moved)
    assert len(moved) > 3


@pytest.mark.parametrize(("days", "told"), [("month", "2026-03"), ("year", "2026")])
def test_days_can_be_coarse(analyst: Store, days: str, told: str) -> None:
    assert set(make(analyst, generous(days=days)).rows["sbp_mmhg__on"]) == {told}


def test_two_extracts_cannot_be_joined_and_two_of_a_project_can(analyst: Store) -> None:
    def names(project: str | None) -> set[str]:
        return set(make(analyst, generous(project=project)).rows["pseudonym"])

    one, other = names(None), names(None)
    assert len(one) == 13
    assert not one & other
    assert names("stroke") == names("stroke")
    assert not names("stroke") & names("gout")
    known = {analyst.called(number) for number in range(1, 17)}
    assert not known & (one | names("stroke"))


def test_pseudonyms_of_a_project_need_the_key() -> None:
    mine, other = (Pseudonyms.of_project(Keys(bytes([n]) * 32), "p") for n in (1, 2))
    assert mine.name(1) != other.name(1)
    assert "secret" not in repr(mine)


def test_rows_lie_in_the_order_of_their_pseudonyms(analyst: Store) -> None:
    assert make(analyst, generous()).rows["pseudonym"].is_monotonic_increasing


def test_it_is_told_how_many_values_a_sensitive_column_has_in_a_class(analyst: Store) -> None:
    made = make(analyst, generous(columns=(*COLUMNS, "dbp"), sensitive=("sbp", "dbp_mmhg")))
    assert made.diversity == {"sbp_mmhg": made.anonymity.k, "dbp_mmhg": 1}


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"columns": ("phone",)}, ExpressionError, "never holds it"),
        ({"columns": ()}, ExpressionError, "No column"),
        ({"purpose": "care"}, ExpressionError, "No extract is made for 'care'"),
        ({"purpose": "fun"}, ExpressionError, "No extract is made for 'fun'"),
        ({"days": "true"}, ExpressionError, "Days cannot be 'true'"),
        ({"k": 1}, RecordError, "everybody would stand alone"),
        ({"k": 15}, RecordError, "14 people cannot be made 15-anonymous"),
        ({"most_suppressed": 1.0}, RecordError, "no share"),
        ({"most_suppressed": -0.1}, RecordError, "no share"),
        ({"sensitive": ("sex",)}, ExpressionError, "sex is not among the values"),
        ({"sensitive": ("ldl_c",)}, ExpressionError, "ldl_c_mmol_l is not among the values"),
        ({"project": " "}, ExpressionError, "no name"),
        ({"expression": "hba1c >"}, ExpressionError, "hba1c >"),
        ({"expression": "K000001"}, ExpressionError, "not made of record numbers"),
        ({"expression": "not (K000001 and age > 5)"}, ExpressionError, "not made of record numbers"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    analyst: Store, more: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        make(analyst, replace(WANTED, **more))


@pytest.mark.parametrize("role", Role)
def test_an_analyst_and_a_supervisor_make_it_and_nobody_else(people: Store, clock: Any, role: Role) -> None:
    purpose = {Role.CLINICIAN: "report", Role.OPERATOR: "administration"}.get(role, "analysis")
    with reopened(people, clock, Actor("x", "X", role), purpose) as theirs:
        if role in (Role.ANALYST, Role.SUPERVISOR):
            assert len(make(theirs, generous()).rows) == 13
        else:
            with pytest.raises(PermissionDenied, match="may not export extract"):
                make(theirs, WANTED)


def test_it_is_made_for_analysis(people: Store, clock: Any) -> None:
    with (
        reopened(people, clock, Actor("s", "S", Role.SUPERVISOR), "care") as theirs,
        pytest.raises(PermissionDenied, match="for analysis, not for care"),
    ):
        make(theirs, WANTED)


# -- on disk -------------------------------------------------------------------------------------------


@pytest.fixture
def made(analyst: Store) -> Extract:
    return make(analyst, generous(sensitive=("sbp",)))


def test_a_folder_holds_rows_reports_and_a_manifest_with_their_hashes(
    analyst: Store, made: Extract, tmp_path: Path
) -> None:
    written = write(analyst, made, tmp_path / "out")
    assert sorted(one.name for one in written.folder.iterdir()) == [
        "extract.csv", "manifest.json", "report.en.html", "report.zh.html",
    ]  # fmt: skip
    manifest = json.loads((written.folder / "manifest.json").read_text())
    for name, said in manifest["files"].items():
        content = (written.folder / name).read_bytes()
        assert (len(content), sha256(content).hexdigest()) == (said["bytes"], said["sha256"])
    assert written.sha256 == sha256((written.folder / "manifest.json").read_bytes()).hexdigest()
    assert manifest["rows"] == {"panel": 16, "permitted": 14, "suppressed": 1, "extract": 13}
    assert manifest["left_out"] == {"not_asked": 1, "refused": 1}
    assert manifest["by"] == {"actor": "an", "role": "analyst"}
    assert manifest["k"]["reached"] == made.anonymity.k
    assert [one["name"] for one in manifest["columns"]] == list(read(written.folder).columns)
    assert manifest["columns"][1]["ladder"].startswith("5-year bands → 10-year bands")


def test_nothing_of_who_somebody_is_stands_in_the_folder(
    analyst: Store, made: Extract, tmp_path: Path
) -> None:
    folder = write(analyst, made, tmp_path / "out").folder
    known = [f"K{number:06d}" for number in range(1, 17)]
    known += [analyst.called(number) for number in range(1, 17)]
    for file in folder.iterdir():
        content = file.read_text("utf-8")
        assert [one for one in (*known, "欧阳", PHONE, "1925", "2026-03-02") if one in content] == []


def test_it_is_written_down_for_the_extract_and_for_each_person_with_the_manifests_hash(
    people: Store, analyst: Store, made: Extract, tmp_path: Path
) -> None:
    digest = write(analyst, made, tmp_path / "out").sha256
    told = [one for one in people.trail(people.person("K000003").view) if one.action == "export"]
    assert [(one.actor, one.purpose, one.detail) for one in told] == [
        ("an", "analysis", {"as": "extract", "manifest": digest})
    ]
    assert not [one for one in people.trail(people.person("K000016").view) if one.action == "export"]
    with people.database.reading() as connection:
        said = connection.exec_driver_sql(
            "SELECT detail FROM audit_event WHERE action = 'make extract'"
        ).scalar_one()
    assert json.loads(said) == {
        "expression": "all", "for": "research", "k": made.anonymity.k, "manifest": digest, "people": 13,
        "project": None,
    }  # fmt: skip
    assert people.verify().ok


def test_what_lies_there_is_never_written_over(analyst: Store, made: Extract, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write(analyst, made, folder)
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(RecordError, match="lies here already"):
        write(analyst, made, folder)
    assert (folder / "manifest.json").read_bytes() == before
    with pytest.raises(RecordError, match="lies here already"):
        write(analyst, made, folder / "manifest.json")


def test_what_cannot_be_written_down_is_not_handed_on(
    analyst: Store, made: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise RecordError("The database is gone.")

    monkeypatch.setattr(Store, "extracted", gone)
    with pytest.raises(RecordError, match="gone"):
        write(analyst, made, tmp_path / "out")
    assert list(tmp_path.glob("*out*")) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_says_how_anonymous_it_is(made: Extract, lang: Any) -> None:
    said = "\n".join(to_text(block) for block in report(made, "An", "0.1.0", words(lang)))
    k = made.anonymity.k
    assert f"{100 / k:.1f}%" in said
    wanted = {
        "en": ("Equivalence classes", "left out: refused", "in bands of 10 years (step 2 of 4)"),
        "zh": ("等价类", "排除：不同意", "按 10 岁分段（第 2 级，共 4 级）"),
    }
    assert [one for one in wanted[lang] if one not in said] == []
