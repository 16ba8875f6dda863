"""Tables as laboratories, wards and devices write them: what becomes of every cell."""

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanglu.catalogue import current
from kanglu.errors import Refused
from kanglu.i18n import words
from kanglu.intake.mapping import ColumnMapping, Mapping, OnePerson, Role, load
from kanglu.intake.mapping_summary import summary
from kanglu.intake.reader import Document
from kanglu.intake.tables import TableReader
from kanglu.intake.tables_text import plain
from kanglu.record.facts import NATIONAL_ID, Identifier, Observation, PersonStatement


class Heard:
    """A writer that remembers what it was told."""

    def __init__(self) -> None:
        self.people: list[PersonStatement] = []
        self.facts: list[Observation] = []
        self.problems: list[tuple[str, str, str]] = []
        self.remedies: list[str] = []
        self.quarantined = 0
        self.counted: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def file(self, name: str, sha256: str) -> None: ...

    def person(self, statement: PersonStatement) -> int:
        self.people.append(statement)
        return len(self.people)

    def add(self, fact: Any) -> None:
        self.facts.append(fact)

    def add_many(self, many: Iterable[Any]) -> None:
        self.facts += many

    def problem(
        self, file: str, row: str, field: str, reason: str, remedy: str, *, quarantined: int = 1
    ) -> None:
        self.problems.append((row, field, reason))
        self.remedies.append(remedy)
        self.quarantined += quarantined

    def read(self, type: str, count: int = 1) -> None:
        self.counted[type] += count

    def skip(self, type: str, count: int = 1) -> None:
        self.skipped[type] += count

    @property
    def said(self) -> list[tuple[str, str | None, float | str | None]]:
        """Indicator, time and value (rounded), code or text of every fact."""
        return [
            (
                fact.indicator,
                fact.effective,
                round(fact.value, 4) if fact.value is not None else fact.value_code or fact.value_text,
            )
            for fact in self.facts
        ]

    def values(self, indicator: str) -> list[float | str | None]:
        """The values of one indicator, in order."""
        return [value for name, _, value in self.said if name == indicator]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where mappings are kept in a test."""
    return tmp_path / "mappings"


def take(content: str | bytes, folder: Path, *, name: str = "t.csv", mapping: Mapping | None = None) -> Heard:
    """What a reader says of a file."""
    heard = Heard()
    document = Document.of(name, content.encode() if isinstance(content, str) else content)
    reader = TableReader(mapping, folder)
    assert reader.claims(document)
    reader.read(document, heard, current())
    return heard


def sheet(*rows: list[Any]) -> bytes:
    """A workbook of one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def declare(**columns: dict[str, Any]) -> Mapping:
    """A mapping that says something of some columns."""
    return Mapping(
        name="m", columns=tuple(ColumnMapping(header=header, **said) for header, said in columns.items())
    )


# Wide tables: one row a visit


def test_a_row_a_visit_with_chinese_headers(folder: Path) -> None:
    heard = take(
        "体检号,姓名,性别,出生日期,体检日期,收缩压(mmHg),空腹血糖(mmol/L)\n"
        "A1,张三,男,1960-02-03,2026-05-26,128,5.6\n"
        "A1,张三,男,1960-02-03,2025-05-20,132,/\n"
        "A2,张三,女,1971-11-30,2026-05-26,118,4.9\n",
        folder,
    )
    assert heard.said == [
        ("sbp", "2026-05-26", 128),
        ("sbp", "2025-05-20", 132),
        ("sbp", "2026-05-26", 118),
        ("fpg", "2026-05-26", 5.6),
        ("fpg", "2026-05-26", 4.9),
    ]
    assert [(one.name, one.sex, one.birth_date) for one in heard.people] == [
        ("张三", "male", "1960-02-03"),
        ("张三", "female", "1971-11-30"),
    ]
    assert (heard.counted, heard.skipped) == ({"row": 3}, {"not measured": 1})


def test_a_fact_says_where_it_stands_and_what_was_printed(folder: Path) -> None:
    fact = take("体检号,体检日期,TC(mg/dL)\nA1,2026-05-26,200\n", folder, name="a.zip/labs.csv").facts[0]
    assert (fact.source, fact.original_value, fact.original_unit, fact.unit, fact.origin) == (
        "a.zip/labs.csv#2", "200", "mg/dL", "mmol/L", "imported",
    )  # fmt: skip
    assert fact.value == pytest.approx(200 / 38.67)


@pytest.mark.parametrize(
    "header",
    [
        "收缩压(mmHg)",
        "收缩压（mmHg）",
        "SBP",
        "Sys.mmHg.",
        "SBP [mmHg]",
        "收缩压 mmHg",
        "sbp_mmhg",
        "收缩压\n(mmHg)",
    ],
)
def test_one_header_in_all_its_variants(header: str, folder: Path) -> None:
    heard = take(sheet(["Patient ID", "Date", header], ["P1", "2026-05-26", 128]), folder, name="t.xlsx")
    assert heard.said == [("sbp", "2026-05-26", 128)]


def test_titles_above_the_header_and_row_numbers_as_in_the_spreadsheet(folder: Path) -> None:
    heard = take(
        sheet(
            ["2026年社区体检汇总表"],
            ["填表单位：", "某社区卫生服务中心", None, "2026-06-01"],
            [],
            ["体检号", "姓名", "体检日期", "收缩压(mmHg)"],
            ["A1", "张三", "2026-05-26", 128],
            ["A2", "李四", "2026-05-26", "高"],
        ),
        folder,
        name="t.xlsx",
    )
    assert heard.facts[0].source == "t.xlsx#5"
    assert [(row, field) for row, field, _ in heard.problems] == [("6", "收缩压(mmHg)")]
    assert heard.counted == {"row": 2}


def test_a_header_of_two_rows_with_a_row_of_units_below(folder: Path) -> None:
    heard = take(
        "体检号,体检日期,血压,,血脂,,尿常规,备注\n"
        ",,收缩压,舒张压,总胆固醇,甘油三酯,葡萄糖,\n"
        ",,mmHg,mmHg,mmol/L,mg/dL,,\n"
        "A1,2026-05-26,128,82,4.8,150,-,\n",
        folder,
    )
    assert [value for value in heard.said if value[0] != "urine_glucose"] == [
        ("sbp", "2026-05-26", 128),
        ("dbp", "2026-05-26", 82),
        ("tc", "2026-05-26", 4.8),
        ("tg", "2026-05-26", 1.6936),
    ]
    assert heard.values("glucose") == []


def test_a_header_repeated_on_every_page_is_no_row(folder: Path) -> None:
    head = "体检号,体检日期,收缩压(mmHg)\n"
    heard = take(f"{head}A1,2026-05-26,128\n{head}A2,2026-05-26,130\n", folder)
    assert heard.counted == {"row": 2}
    assert [fact.source for fact in heard.facts] == ["t.csv#2", "t.csv#4"]


def test_comparators_remarks_arrows_and_widths(folder: Path) -> None:
    heard = take(
        "体检号,体检日期,甘油三酯(mmol/L)\n"
        "A1,2026-05-01,> 6.22\nA1,2026-05-02,<0.5\nA1,2026-05-03,7.75轻度乳糜\nA1,2026-05-04,3.9↑\n"
        "A1,2026-05-05,１．７\nA1,2026-05-06,未查\nA1,2026-05-07,拒查\nA1,2026-05-08,\n",
        folder,
    )
    assert [(fact.value, fact.comparator, fact.value_text, fact.original_value) for fact in heard.facts] == [
        (6.22, ">", None, "> 6.22"),
        (0.5, "<", None, "<0.5"),
        (None, None, "7.75轻度乳糜", "7.75轻度乳糜"),
        (3.9, None, None, "3.9↑"),
        (1.7, None, None, "1.7"),
    ]
    assert (heard.skipped, heard.problems) == ({"not measured": 2}, [])


def test_blood_pressure_in_one_cell(folder: Path) -> None:
    heard = take("体检号,日期,血压\nA1,2026-05-26,128/82\nA1,2026-05-27,未测\nA1,2026-05-28,128\n", folder)
    assert heard.said == [("sbp", "2026-05-26", 128), ("dbp", "2026-05-26", 82)]
    assert heard.problems == [("4", "血压", "128 is not systolic/diastolic.")]
    assert heard.skipped == {"not measured": 1}


def test_a_column_of_times_completes_the_dates(folder: Path) -> None:
    heard = take("体检号,日期,时间,心率(次/分)\nA1,2026-05-26,8:02,72\nA1,2026-05-26,,75\n", folder)
    assert heard.said == [("heart_rate", "2026-05-26T08:02:00", 72), ("heart_rate", "2026-05-26", 75)]


def test_of_several_dates_the_one_of_the_sample_counts(folder: Path) -> None:
    heard = take("病历号,报告日期,采样时间,ALT(U/L)\n7,2026-05-28,2026-05-26 07:30,22\n", folder)
    assert heard.said == [("alt", "2026-05-26T07:30:00", 22)]


def test_an_age_is_kept_as_said_and_makes_no_birth_date(folder: Path) -> None:
    heard = take("体检号,日期,年龄,收缩压(mmHg)\nA1,2026-05-26,52岁,128\n", folder)
    assert heard.people[0].birth_date is None
    age = heard.facts[0]
    assert (age.indicator, age.value, age.unit) == ("http://loinc.org|30525-0", 52, "a")


def test_a_list_of_people_needs_no_dates(folder: Path) -> None:
    heard = take("健康档案号,姓名,性别,电话,住址\n001,张三,M,13800000000,某路 1 号\n", folder)
    assert [(one.name, one.sex, one.telecoms[0].value, one.addresses) for one in heard.people] == [
        ("张三", "male", "13800000000", ("某路 1 号",))
    ]


# Long tables: one row a result


def test_a_row_a_result_with_unit_and_reference(folder: Path) -> None:
    heard = take(
        "病历号,检验日期,项目,结果,单位,参考范围\n"
        "7,2026-05-26,谷丙转氨酶,22,U/L,9-50\n"
        "7,2026-05-26,总胆固醇,200,mg/dL,\n"
        "7,2026-05-26,某未知项目,5,g/L,\n"
        "7,2026-05-26,肌酐,/,umol/L,\n",
        folder,
    )
    assert heard.said == [("alt", "2026-05-26", 22), ("tc", "2026-05-26", 5.172)]
    assert heard.skipped == {"item 某未知项目": 1, "not measured": 1}


def test_a_result_without_unit_in_a_long_table_is_set_aside(folder: Path) -> None:
    heard = take("病历号,检验日期,项目,结果,单位\n7,2026-05-26,总胆固醇,5,\n", folder)
    assert heard.facts == []
    assert heard.problems[0][:2] == ("2", "结果")


def test_measurements_in_a_column_called_name_are_no_people(folder: Path) -> None:
    heard = take(
        "Patient ID,Date,Name,Value,Unit\n1,2026-05-26,ALT,22,U/L\n1,2026-05-26,AST,25,U/L\n", folder
    )
    assert heard.said == [("alt", "2026-05-26", 22), ("ast", "2026-05-26", 25)]
    assert heard.people[0].name is None


def test_the_specimen_tells_urine_from_blood(folder: Path) -> None:
    heard = take(
        "病历号,检验日期,标本,项目,结果,单位\n7,2026-05-26,血清,葡萄糖,5.5,mmol/L\n7,2026-05-26,尿液,葡萄糖,2+,\n",
        folder,
    )
    assert heard.values("glucose") == [5.5]


# Units


def test_a_unit_that_contradicts_the_number_sets_the_cell_aside_and_nothing_else(folder: Path) -> None:
    heard = take("Patient ID,Date,Uric Acid (mmol/L),SBP\n1,2026-05-26,188.86,128\n", folder)
    assert heard.said == [("sbp", "2026-05-26", 128)]
    row, field, reason = heard.problems[0]
    assert (row, field) == ("2", "Uric Acid (mmol/L)")
    assert reason.startswith("188.86 mmol/L = 188860 umol/L is outside what is possible for Uric acid")
    assert "unit: umol/L" in heard.remedies[0]


def test_the_mapping_may_say_that_the_header_lies(folder: Path) -> None:
    mapping = declare(**{"Uric Acid (mmol/L)": {"unit": "umol/L"}})
    heard = take("Patient ID,Date,Uric Acid (mmol/L)\n1,2026-05-26,188.86\n", folder, mapping=mapping)
    assert heard.said == [("uric_acid", "2026-05-26", 188.86)]
    assert heard.facts[0].original_unit == "umol/L"


def test_no_unit_is_guessed_where_two_are_possible(folder: Path) -> None:
    heard = take("Patient ID,Date,体重,SBP\n1,2026-05-26,62,128\n2,2026-05-26,75,118\n", folder)
    assert heard.values("weight") == []
    assert [problem[:2] for problem in heard.problems] == [("2", "体重")]
    assert heard.quarantined == 2
    assert "unit: kg" in heard.remedies[0]


def test_a_cell_may_state_its_own_unit(folder: Path) -> None:
    heard = take("Patient ID,Date,体重\n1,2026-05-26,62kg\n2,2026-05-26,130 lb\n", folder)
    assert heard.values("weight") == [62, 58.967]


def test_a_number_that_no_unit_makes_possible_is_set_aside_alone(folder: Path) -> None:
    rows = "".join(f"{number},2026-05-26,{100 + number}\n" for number in range(20))
    heard = take(f"Patient ID,Date,SBP\n{rows}20,2026-05-26,999\n", folder)
    assert len(heard.facts) == 20
    assert [(row, field) for row, field, _ in heard.problems] == [("22", "SBP")]


def test_the_same_thing_in_two_units_is_one_fact(folder: Path) -> None:
    heard = take("Patient ID,Date,WeightKg,WeightPounds\n1,2026-05-26,52.6,115.9631465\n", folder)
    assert heard.said == [("weight", "2026-05-26", 52.6)]
    assert heard.skipped == {"column WeightPounds": 1}


# Answers


def test_signs_of_test_strips_and_words(folder: Path) -> None:
    heard = take(
        "体检号,日期,尿蛋白\nA1,2026-05-01,阴性\nA1,2026-05-02,1+\nA1,2026-05-03,++\nA1,2026-05-04,-\nA1,2026-05-05,怪\n",
        folder,
    )
    assert heard.values("urine_protein") == ["neg", "1+", "2+", "neg"]
    assert [row for row, _, _ in heard.problems] == ["6"]


def test_a_dash_among_words_is_not_measured(folder: Path) -> None:
    heard = take("体检号,日期,尿蛋白\nA1,2026-05-01,阴性\nA1,2026-05-02,-\n", folder)
    assert heard.values("urine_protein") == ["neg"]
    assert heard.skipped == {"not measured": 1}


def test_numbers_of_an_unknown_code_are_not_guessed(folder: Path) -> None:
    heard = take("Patient ID,Date,Smoking\n1,2026-05-26,0\n2,2026-05-26,4\n3,2026-05-26,never\n", folder)
    assert heard.values("smoking_status") == ["never"]
    assert [row for row, _, _ in heard.problems] == ["2", "3"]


# People


@pytest.mark.parametrize(
    ("written", "meant"),
    [("男", "male"), ("女", "female"), ("M", "male"), ("f", "female"), ("1", None), ("x", None)],
)
def test_sex_as_written(written: str, meant: str | None, folder: Path) -> None:
    heard = take(f"体检号,性别,姓名\nA1,{written},张三\n", folder)
    assert heard.people[0].sex == meant
    assert bool(heard.problems) is (meant is None)


def test_sex_by_the_national_codes(folder: Path) -> None:
    heard = take("体检号,性别\nA1,1\nA2,2\nA3,0\n", folder)
    assert [one.sex for one in heard.people] == ["male", "female", "unknown"]


def test_a_header_that_says_its_codes_stands_above_the_standard(folder: Path) -> None:
    heard = take('Patient ID,"Gender (Female=1, Male=2)"\nA1,1\nA2,2\n', folder)
    assert [one.sex for one in heard.people] == ["female", "male"]


def test_codes_nought_and_one_are_not_guessed(folder: Path) -> None:
    heard = take("Patient ID,Gender\nA1,0\nA2,1\n", folder)
    assert [one.sex for one in heard.people] == [None, None]
    assert (len(heard.problems), heard.quarantined) == (1, 0)


def test_a_number_that_stands_for_two_names_sets_the_later_rows_aside(folder: Path) -> None:
    heard = take(
        "体检号,姓名,日期,收缩压(mmHg)\n"
        "A1,张三,2026-05-26,128\nA1,李四,2026-05-27,140\nA1,张 三,2026-05-28,130\n",
        folder,
    )
    assert heard.values("sbp") == [128, 130]
    assert [(row, field) for row, field, _ in heard.problems] == [("3", "name")]


GOOD_ID = "11010119900307002X"


def test_an_identity_number_is_an_identifier_and_gives_no_birth_date(folder: Path) -> None:
    heard = take(f"身份证号,姓名\n{GOOD_ID},张三\n", folder)
    assert heard.people[0].identifiers == (Identifier(NATIONAL_ID, GOOD_ID),)
    assert heard.people[0].birth_date is None


@pytest.mark.parametrize(("column", "cell"), [("性别", "男"), ("出生日期", "1990-03-08")])
def test_an_identity_number_that_contradicts_the_row_sets_it_aside(
    column: str, cell: str, folder: Path
) -> None:
    heard = take(
        f"身份证号,{column},日期,收缩压(mmHg),舒张压(mmHg)\n{GOOD_ID},{cell},2026-05-26,128,82\n", folder
    )
    assert (heard.facts, heard.people, heard.quarantined) == ([], [], 2)


@pytest.mark.parametrize(
    ("number", "what"),
    [
        ("110101199003070021", "check digit"),
        ("110101********002X", "masked"),
        ("1.10101E+17", "rounded"),
        ("", "whom"),
    ],
)
def test_an_identity_number_that_identifies_nobody(number: str, what: str, folder: Path) -> None:
    heard = take(f"身份证号,日期,收缩压(mmHg)\n{number},2026-05-26,128\n{GOOD_ID},2026-05-26,118\n", folder)
    assert heard.values("sbp") == [118]
    assert what in heard.problems[0][2]


def test_an_identity_number_that_a_workbook_holds_as_a_number_has_lost_digits(folder: Path) -> None:
    heard = take(
        sheet(["身份证号", "姓名"], [110101199003070020, "张三"], [GOOD_ID, "李四"]), folder, name="t.xlsx"
    )
    assert [one.name for one in heard.people] == ["李四"]


def test_identifiers_that_an_export_made_fractions_of(folder: Path) -> None:
    heard = take("ID,Date,SBP\n70417.0,2016-12-27,123\n70422.0,2016-12-27,124\n", folder)
    assert [one.identifiers[0].value for one in heard.people] == ["70417", "70422"]


def test_a_bare_id_counts_within_one_layout_only(folder: Path) -> None:
    one = take("ID,Date,SBP\n1,2016-12-27,123\n", folder).people[0].identifiers
    other = take("ID,Date,DBP\n1,2016-12-27,83\n", folder).people[0].identifiers
    again = take("SBP,ID,Date\n130,1,2017-01-01\n", folder).people[0].identifiers
    assert one != other
    assert one == again


def test_a_column_of_names_identifies_nobody_whatever_its_header(folder: Path) -> None:
    with pytest.raises(Refused, match="whom a row is about"):
        take("Patient,Date,SBP\n张三,2026-05-26,128\n", folder)


def test_several_numbers_of_one_person_are_brought_together(folder: Path) -> None:
    heard = take(
        f"体检号,身份证号,姓名,日期,收缩压(mmHg)\nT1,{GOOD_ID},张三,2025-05-26,128\nT2,{GOOD_ID},张三,2026-05-26,130\n"
        "T2,,李四,2026-05-27,140\n",
        folder,
    )
    assert [len(one.identifiers) for one in heard.people] == [3]
    assert heard.values("sbp") == [128, 130]
    assert [row for row, _, _ in heard.problems] == ["4"]


def test_numbers_of_two_people_in_one_row_set_it_aside(folder: Path) -> None:
    heard = take(
        "体检号,病历号,日期,收缩压(mmHg)\nT1,M1,2026-05-26,128\nT2,M2,2026-05-26,118\nT1,M2,2026-05-27,140\n",
        folder,
    )
    assert heard.values("sbp") == [128, 118]
    assert "different people" in heard.problems[0][2]


def test_no_identity_number_is_written_into_a_problem(folder: Path) -> None:
    bad = "110101199003070021"
    heard = take(f"身份证号,日期,收缩压(mmHg)\n{bad},2026-05-26,128\n", folder)
    assert not any(bad in text for problem in heard.problems for text in problem)


# What is refused as a whole, and what only asks


def test_without_a_number_for_people_the_table_is_refused(folder: Path) -> None:
    with pytest.raises(Refused, match="whom a row is about") as caught:
        take("姓名,日期,收缩压(mmHg)\n张三,2026-05-26,128\n", folder)
    assert "person: {constant: NUMBER}" in (caught.value.remedy or "")
    assert next(folder.glob("*.yaml")).name in (caught.value.remedy or "")


def test_the_mapping_may_say_whom_a_file_is_about(folder: Path) -> None:
    mapping = Mapping(name="m", person=OnePerson(constant="jhs"))
    heard = take("DateTime,Sys.mmHg.\n2019-08-01 09:15:54,132\n", folder, mapping=mapping)
    assert heard.people[0].identifiers == (Identifier("table:declared", "jhs"),)
    assert heard.said == [("sbp", "2019-08-01T09:15:54", 132)]


def test_the_files_name_may_say_whom_and_when(folder: Path) -> None:
    mapping = Mapping(name="m", person=OnePerson(file=r"^(?P<person>\d{4})_(?P<date>\d{8})$"))
    heard = take("SBP\n132\n", folder, name="x/1001_20210730.csv", mapping=mapping)
    assert (heard.people[0].identifiers[0].value, heard.said) == ("1001", [("sbp", "2021-07-30", 132)])
    with pytest.raises(Refused):
        take("SBP\n132\n", folder, name="other.csv", mapping=mapping)


def test_without_a_date_the_table_is_refused(folder: Path) -> None:
    with pytest.raises(Refused, match="when anything was measured"):
        take("Patient ID,SBP\n1,128\n", folder)


def test_dates_that_may_be_read_both_ways_are_asked_about(folder: Path) -> None:
    text = "Patient ID,Date,SBP\n1,4/12/2016,128\n"
    with pytest.raises(Refused, match="which is day and which is month") as caught:
        take(text, folder)
    assert "date_order: dmy" in (caught.value.remedy or "")
    path = next(folder.glob("*.yaml"))
    path.write_text(path.read_text().replace("name: t\n", "name: t\ndate_order: dmy\n"))
    assert take(text, folder).said == [("sbp", "2016-12-04", 128)]


def test_the_order_that_one_file_proved_is_kept_and_must_not_be_contradicted(folder: Path) -> None:
    assert take("Patient ID,Date,SBP\n1,4/13/2016,128\n", folder).said[0][1] == "2016-04-13"
    assert take("Patient ID,Date,SBP\n1,4/12/2016,128\n", folder).said[0][1] == "2016-04-12"
    with pytest.raises(Refused, match="13/4/2016 but mdy is declared"):
        take("Patient ID,Date,SBP\n1,13/4/2016,128\n", folder)


def test_a_table_of_questions_and_answers_is_refused(folder: Path) -> None:
    text = '科室,标题,ask,answer\n心血管科,高血压能吃党参吗？,"我有高血压,\n怎么办",可以的。\n'
    with pytest.raises(Refused, match="No column says anything"):
        take(text.encode("gb18030"), folder)
    assert not folder.exists()


def test_a_header_alone_is_refused(folder: Path) -> None:
    with pytest.raises(Refused, match="no row below"):
        take("体检号,日期,收缩压(mmHg)\n", folder)


def test_rows_without_person_or_date_are_set_aside_with_all_their_results(folder: Path) -> None:
    heard = take(
        "体检号,日期,收缩压(mmHg),舒张压(mmHg)\n,2026-05-26,128,82\nA2,,118,/\nA3,2026-13-01,118,70\nA4,,,\n合计,,,\n",
        folder,
    )
    assert (heard.facts, heard.quarantined) == ([], 5)
    assert [(row, field) for row, field, _ in heard.problems] == [
        ("2", "体检号"),
        ("3", "日期"),
        ("4", "日期"),
    ]


def test_a_row_with_more_cells_than_the_header_is_set_aside(folder: Path) -> None:
    heard = take("体检号,日期,备注,收缩压(mmHg)\nA1,2026-05-26,头晕,休息后,128\nA2,2026-05-26,,118\n", folder)
    assert heard.values("sbp") == [118]
    assert [row for row, _, _ in heard.problems] == ["2"]
    assert heard.counted == {"row": 2}


def test_a_header_that_is_one_cell_short_is_refused(folder: Path) -> None:
    """As R writes tables with row names."""
    with pytest.raises(Refused, match="more cells than the header"):
        take("Patient ID\tDate\tSBP\n1\tP1\t2026-05-26\t128\n2\tP2\t2026-05-26\t118\n", folder, name="t.tsv")


def test_of_several_sheets_one_may_be_of_no_use(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["说明", "本表由某系统导出"])
    results = book.create_sheet("结果")
    results.append(["体检号", "日期", "收缩压(mmHg)"])
    results.append(["A1", "2026-05-26", 128])
    stream = BytesIO()
    book.save(stream)
    heard = take(stream.getvalue(), folder, name="t.xlsx")
    assert heard.facts[0].source == "t.xlsx#结果!2"
    assert [row for row, _, _ in heard.problems] == ["Sheet"]


CELLS = st.one_of(
    st.text(alphabet='0123456789.,<>≤/-+% HL↑阴性乳糜mgLdmo未查eE=("\n', max_size=8),
    st.floats(allow_nan=False, allow_infinity=False).map(str),
)


@given(st.lists(CELLS, min_size=1, max_size=12))
@settings(max_examples=150)
def test_every_cell_is_a_fact_or_counted_or_set_aside(cells: list[str]) -> None:
    table = StringIO()
    csv.writer(table).writerows(
        [
            ["Patient ID", "Date", "TC(mmol/L)"],
            *(["P1", f"2026-05-{day:02}", cell] for day, cell in enumerate(cells, 1)),
        ]
    )
    with TemporaryDirectory() as folder:
        heard = take(table.getvalue(), Path(folder))
    filled = sum(bool(plain(cell)) for cell in cells)
    assert len(heard.facts) + heard.quarantined + heard.skipped["not measured"] == filled
    assert all(fact.value is None or 0 <= fact.value <= 100 for fact in heard.facts)


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_whatever_the_bytes_a_file_is_read_or_refused(content: bytes) -> None:
    with TemporaryDirectory() as folder, suppress(Refused):
        take(b"Patient ID,Date,SBP\n1,2026-05-26,128\n" + content, Path(folder))
    with TemporaryDirectory() as folder, suppress(Refused):
        TableReader(None, Path(folder)).read(Document.of("t.csv", content), Heard(), current())


# Mappings in use


def test_the_proposal_is_kept_and_used_again_with_what_people_mended(folder: Path) -> None:
    text = "Patient ID,Date,体重\n1,2026-05-26,62\n"
    assert take(text, folder).facts == []
    path = next(folder.glob("*.yaml"))
    path.write_text(path.read_text().replace("indicator: weight\n", "indicator: weight\n    unit: kg\n"))
    assert take(text, folder, name="other.csv").values("weight") == [62]
    assert len(list(folder.glob("*.yaml"))) == 1


def test_a_column_that_people_ignore_is_left_out(folder: Path) -> None:
    heard = take(
        "Patient ID,Date,SBP,DBP\n1,2026-05-26,128,82\n", folder, mapping=declare(DBP={"role": "ignored"})
    )
    assert heard.said == [("sbp", "2026-05-26", 128)]
    assert heard.skipped == {"column DBP": 1}


def test_words_of_a_column_may_be_explained(folder: Path) -> None:
    mapping = declare(
        Time={"role": "date", "values": {"Baseline": "2013-04", "6Months": "2013-10"}},
        Gender={"values": {"0": "male", "1": "female"}},
    )
    heard = take("Patient ID,Time,Gender,SBP\n1,Baseline,1,147\n1,6Months,1,134\n", folder, mapping=mapping)
    assert heard.said == [("sbp", "2013-04", 147), ("sbp", "2013-10", 134)]
    assert heard.people[0].sex == "female"


def test_an_indicator_that_is_not_in_the_catalogue_is_a_mistake_of_the_mapping(folder: Path) -> None:
    with pytest.raises(Refused, match="Did you mean uric_acid"):
        take(
            "Patient ID,Date,UA\n1,2026-05-26,300\n", folder,
            mapping=declare(UA={"role": "indicator", "indicator": "uric_acidd", "unit": "umol/L"}),
        )  # fmt: skip


def test_what_was_mapped_is_said_in_words(folder: Path) -> None:
    take("体检号,日期,收缩压(mmHg),体重,饮食\nA1,2026-05-26,128,62,米饭\n", folder)
    lines = summary(load(next(folder.glob("*.yaml"))), current(), words("en"))
    assert [(line.column, line.meaning, line.unit) for line in lines] == [
        ("体检号", "number of the person", ""),
        ("日期", "date", ""),
        ("收缩压(mmHg)", "Systolic blood pressure", "mm[Hg]"),
        ("体重", "Weight: set aside, its unit is not known", ""),
        ("饮食", "not known, left out", ""),
    ]


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("a.csv", b"a,b", True),
        ("A.XLSX", b"PK\x03\x04", True),
        ("a.dat", b"\xd0\xcf\x11\xe0", True),
        ("a.txt", b"MSH|^~\\&|", False),
        ("a.csv", b'{"resourceType"', False),
        ("a.md", b"# text", False),
    ],
)
def test_which_files_are_tables(name: str, head: bytes, claimed: bool) -> None:
    assert TableReader().claims(Document.of(name, head)) is claimed


def test_roles_are_words_that_people_can_type() -> None:
    assert all(role.value.replace("_", "").isalpha() for role in Role)
