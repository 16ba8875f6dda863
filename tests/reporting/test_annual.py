"""An annual summary on paper: given a record, what a reader finds, in which order, in both languages."""

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from kanglu import catalogue
from kanglu.errors import ReportError
from kanglu.home import shipped
from kanglu.record.facts import Identifier, Observation, PersonStatement
from kanglu.reporting.annual import AnnualReport, report
from kanglu.reporting.blocks import Block, Blocks, Callout, Cover, Findings, Heading, flatten, to_text

PARTS = ("opening", "years", "trends", "risks", "care", "advice", "ahead", "sources")
SECTIONS = {
    "en": [
        "What matters",
        "The years side by side",
        "Trends",
        "Scores and risks",
        "Problems and medicines",
        "Advice",
        "Next dates",
        "Where the numbers come from",
    ],
    "zh": ["要点", "历年对照", "趋势", "评分与风险", "疾病与用药", "健康建议", "接下来的日期", "数据来源"],
}
NOT_CHINESE = re.compile(r"[A-Za-z]{3,}")
CODES = frozenset(
    [
        *("mmHg", "mmol", "mol", "min", "Kanglu", "China", "PAR", "HbA", "FIB", "TyG", "CKD", "EPI", "CDS"),
        *("Theil", "Sen", "csv", "labs"),
    ]
)


@pytest.fixture
def full(someone):
    """A woman of 65 with five years of everything."""
    woman = someone().has("高血压").has("2型糖尿病", "2019-03-01").has("痛风", clinical_status="resolved")
    woman.takes("氨氯地平", dosage="每日一次").allergic("青霉素", reaction="皮疹").visit("门诊", "2025-03-01")
    for year in range(2021, 2026):
        for day in range(1, 8):
            woman.pressure(140 + year % 5 + 2 * day, 85 + day, f"{year}-03-0{day}")
        for name, value in {
            "fpg": 6 + (year - 2021) / 2,
            "ldl_c": 2 + (year - 2021) / 2,
            "creatinine": 60,
        }.items():
            woman.seen(name, value, f"{year}-05-01", unit="mmol/L", source="labs.csv#3", original_value="1")
    woman.seen("smoking_status", value_code="never").seen("urine_protein", value_code="2+")
    woman.seen("tc", 7.5, source="labs.csv#7", unit="mmol/L", original_unit="mg/dL", original_value="290")
    woman.seen("tg", 1.2).seen("hdl_c", 1.3).seen("waist", 82).seen("bmi", 25).seen("hba1c", 8.1)
    return woman.seen("loinc|99999-9", 1).seen("sbp", 150, "2026-02-01").seen("potassium", 7.1)


def made(woman, lang="en", year=2025, as_of="2026-06-30") -> AnnualReport:
    """The report, from a store that holds nobody else."""
    store = SimpleNamespace(dossier=lambda number: woman.dossier(as_of), catalogue=catalogue.current())
    return report(store, "K000007", year, lang)


def shown(woman, lang="en", parts=PARTS, **asked) -> list[Block]:
    """Every block of the parts, one by one."""
    paper = made(woman, lang, **asked)
    blocks = [getattr(paper, part)() for part in parts]
    assert all(isinstance(block, Blocks) for block in blocks)
    return list(flatten(blocks))


def text(*args, **more):
    return "\n".join(to_text(block) for block in shown(*args, **more))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sections_stand_in_the_order_of_the_paper(full, lang):
    blocks = shown(full, lang)
    assert isinstance(blocks[0], Cover)
    assert sum(isinstance(block, Cover) for block in blocks) == 1
    heads = [block.text for block in blocks if isinstance(block, Heading) and block.level == 1]
    assert heads == SECTIONS[lang]


def test_the_notebook_shows_every_part_in_that_order():
    notebook = json.loads((shipped("notebooks") / "annual_summary.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in cells if cell.startswith("report.")] == [f"report.{part}()" for part in PARTS]


@pytest.mark.parametrize(
    ("lang", "title", "cut_off"),
    [("en", "Annual health summary 2025", "30 Jun 2026"), ("zh", "2025年度健康总结", "2026年6月30日")],
)
def test_the_cover_says_who_of_when_and_from_what(full, lang, title, cut_off):
    cover = shown(full, lang)[0]
    assert (cover.title, cover.subtitle, cover.record_number, cover.lang) == (title, "王芳", "K000007", lang)
    assert cut_off in cover.cut_off
    assert any(catalogue.current().revision in version for version in cover.versions)
    assert "65" in dict(cover.items)[{"en": "Age", "zh": "年龄"}[lang]]


def test_allergies_stand_on_the_first_page_before_everything_that_was_measured(full):
    blocks = shown(full, parts=("opening",))
    (at,) = [
        place
        for place, block in enumerate(blocks)
        if isinstance(block, Callout) and "青霉素" in to_text(block)
    ]
    assert blocks[at].level == "critical"
    assert at < next(place for place, block in enumerate(blocks) if isinstance(block, Heading))


def test_without_an_allergy_on_record_it_says_that_none_is_recorded(someone):
    said = text(someone().seen("sbp", 120))
    assert "Allergies: none recorded. That is not the same as none." in said


def test_what_matters_says_value_limit_course_and_what_to_do(full):
    said = text(full, parts=("opening",))
    findings = [block for block in shown(full, parts=("opening",)) if isinstance(block, Findings)]
    assert findings[0].title == "Out of range"
    ldl = next(item for item in findings[0].items if item.value == "4.00")
    assert (ldl.level, ldl.unit, ldl.label) == ("high", "mmol/L", "high")
    assert "out of range since 2024" in ldl.change
    assert text(full.seen("alt", 20, "2024-05-01").seen("alt", 80)).count("20 in 2024, +300 %") == 1
    assert "Values that called for action at once" in said
    assert "7.1" in said


def test_what_was_not_done_is_said_by_programme(full):
    said = text(full, parts=("opening",))
    assert "with diabetes" in said
    assert "1 of 4 times" in said
    assert "from 65 years" in said


def test_every_number_has_its_source_and_its_conversion(full):
    said = text(full, parts=("sources",))
    assert "labs.csv" in said
    assert "mg/dL" in said
    assert "1 measurement of the year has a code that the catalogue does not know" in said
    assert "1 measurement after 31 Dec 2025 is not shown" in said


@pytest.mark.parametrize(
    ("lang", "question"), [("en", "early cardiovascular disease in the family"), ("zh", "早发心血管病家族史")]
)
def test_the_stratum_says_which_questions_are_open(someone, lang, question):
    woman = someone().pressure(150, 95).has("高血压").seen("smoking_status", value_code="never")
    for name, value in {
        "fpg": 5,
        "tc": 4.5,
        "ldl_c": 2.5,
        "hdl_c": 1.4,
        "creatinine": 60,
        "waist": 75,
    }.items():
        woman.seen(name, value)
    said = text(woman.seen("bmi", 22), lang, parts=("risks",))
    assert question in said
    assert "other risk factors and history" not in said
    assert "其他危险因素和病史" not in said


def test_no_english_is_left_in_the_chinese_report(full):
    blocks = [block for block in shown(full, "zh") if not to_text(block).startswith(catalogue.LOINC_NOTICE)]
    words_left = {word for block in blocks for word in NOT_CHINESE.findall(to_text(block))}
    assert words_left - CODES == set()


class TestHonesty:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_a_person_without_any_fact_gets_a_short_report(self, someone, lang):
        blocks = shown(someone(), lang)
        heads = [block.text for block in blocks if isinstance(block, Heading) and block.level == 1]
        assert heads[0] == SECTIONS[lang][0]
        assert heads[-1] == SECTIONS[lang][-1]
        assert SECTIONS[lang][1] not in heads
        assert SECTIONS[lang][2] not in heads
        assert len(blocks) < 40

    def test_it_says_that_nothing_was_measured_and_when_last(self, someone):
        assert "The record holds no measurement of 2025 or of the four years before." in text(someone())
        said = text(someone().seen("sbp", 120, "2023-04-05"))
        assert "Nothing was measured in 2025. The last measurement is of 5 Apr 2023." in said

    def test_one_value_is_one_indicator(self, someone):
        said = text(someone().seen("sbp", 120))
        assert "1 indicator was measured in 2025. None is out of range." in said

    def test_an_unknown_age_is_said_and_nothing_is_marked(self, someone):
        said = text(someone(birth=None, sex="unknown").seen("sbp", 240))
        assert "The age is not recorded, so no reference ranges are applied." in said
        assert "None is out of range" not in said
        assert "Scores and risks" not in said
        assert "critical" not in said

    def test_a_default_is_not_printed(self, someone):
        assert "187" not in text(someone().seen("sbp", 187, origin="defaulted").seen("dbp", 80))

    def test_a_comparator_stands_with_its_value(self, someone):
        assert ">6.22" in text(someone().seen("tg", 6.22, comparator=">"))


class TestDeath:
    @pytest.mark.parametrize(
        ("lang", "said"), [("en", "This person died on 1 Aug 2025"), ("zh", "本人已于2025年8月1日去世")]
    )
    def test_the_report_opens_with_it(self, someone, lang, said):
        blocks = shown(someone(death="2025-08-01").seen("sbp", 150), lang)
        assert isinstance(blocks[1], Callout)
        assert blocks[1].title == said

    def test_it_has_nothing_to_do_and_no_risk(self, someone):
        said = text(someone(death="2025-08-01").seen("sbp", 150).has("高血压"))
        assert "Not done in the twelve months" not in said
        assert "Scores and risks" not in said

    def test_nothing_after_it_is_printed(self, someone):
        woman = someone(death="2025-08-01").seen("sbp", 150).seen("sbp", 187, "2025-08-02")
        said = text(woman)
        assert "187" not in said
        assert "1 measurement after 1 Aug 2025 is not shown." in said

    @pytest.mark.parametrize(
        ("death", "said"),
        [
            ("2025-06-15", ("Age at death", "65 years")),
            ("2020-06-14", ("Age at death", "59 years")),
            ("2025-12-31", ("Age at death", "65 years")),
            ("2026-06-15", ("Age", "65 years")),
        ],
    )
    def test_the_age_at_death_is_said_of_who_died_by_the_end_of_the_year(self, someone, death, said):
        assert said in shown(someone(death=death))[0].items

    def test_of_a_death_without_a_day_the_age_is_that_of_the_last_measurement(self, someone):
        woman = someone(deceased=True).seen("sbp", 120, "2023-06-15")
        assert ("Age", "63 years at the last measurement") in shown(woman)[0].items
        assert ("年龄", "末次检测时63岁") in shown(woman, "zh")[0].items
        assert ("Age", "not recorded") in shown(someone(deceased=True))[0].items

    def test_a_death_without_a_day_is_said_without_one(self, someone):
        blocks = shown(someone(deceased=True))
        assert (blocks[1].title, blocks[1].items) == ("This person has died", ())


class TestWhose:
    @pytest.fixture
    def backend(self):
        """Reports are the same whatever database the facts come from."""
        return "sqlite"

    @pytest.fixture
    def two(self, store):
        with store.batch("invented") as writer:
            for number, name in ((1, "甲"), (2, "乙")):
                who = writer.person(
                    PersonStatement((Identifier("test", str(number)),), name, "female", "1960-01-01")
                )
                writer.add(Observation(who, "sbp", "2025-05-01", value=120.0 + number, unit="mm[Hg]"))
        return store

    def test_the_report_is_of_the_person_asked_for(self, two):
        first, second = (report(two, number, 2025, "zh") for number in two.panel("all").record_numbers)
        assert first.opening().items[0].subtitle == "甲"
        assert second.opening().items[0].subtitle == "乙"
        assert first.summary.judged[0].figure.value == 121

    def test_a_record_of_somebody_else_is_an_error(self, two, monkeypatch):
        asked, other = two.panel("all").record_numbers
        wrong = two.dossier(other)
        monkeypatch.setattr(two, "dossier", lambda number: wrong)
        with pytest.raises(ReportError, match=f"The record of {other} was loaded") as caught:
            report(two, asked, 2025, "en")
        assert caught.value.where == asked

    def test_a_year_that_has_not_begun_is_refused(self, two):
        (number, _) = two.panel("all").record_numbers
        with pytest.raises(ReportError, match="2027"):
            report(two, number, 2027, "en")


def test_an_empty_name_is_said_to_be_not_recorded(someone):
    woman = someone()
    woman.view = replace(woman.view, name=None)
    assert shown(woman)[0].subtitle == "name not recorded"
