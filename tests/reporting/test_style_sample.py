"""The invented document that shows every block in both languages, and what its papers must hold."""

import json
import re
from functools import cache
from io import BytesIO
from xml.etree import ElementTree

import pytest
import typst
from pypdf import PdfReader

from kanglu.home import shipped
from kanglu.i18n import words
from kanglu.reporting.blocks import (
    Advice,
    Block,
    Callout,
    Chart,
    Column,
    Cover,
    Finding,
    Findings,
    Group,
    Heading,
    KeyValue,
    Mark,
    Prose,
    Row,
    Span,
    Spark,
    Table,
    document,
    to_html,
)
from kanglu.reporting.charts import Band, ChartSpec, Event, Point, Series

STYLE = shipped("reports/style")
CSS = (STYLE / "report.css").read_text(encoding="utf-8")


@cache
def press() -> typst.Compiler:
    return typst.Compiler(str(STYLE / "report.typ"))


def pages(blocks: list[Block]) -> list[str]:
    """The words of each page of the PDF, without spaces: Typst parts Chinese from Latin by a little room."""
    pdf, warnings = press().compile_with_warnings(
        sys_inputs={"data": json.dumps(document(blocks))}, pdf_standards=["ua-1"]
    )
    assert not warnings, warnings[0].message
    assert len(pdf) < 600_000
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


YEARS = ("2022", "2023", "2024", "2025", "2026")
# name zh, name en, unit, reference, values (None: not measured), low, high, decimals
INDICATORS = (
    ("血压", "Blood pressure", None),
    ("收缩压", "Systolic pressure", "mmHg", "90–139", (128, 134, None, 146, 152), 90, 139, 0),
    ("舒张压", "Diastolic pressure", "mmHg", "60–89", (82, 84, None, 91, 88), 60, 89, 0),
    ("心率", "Heart rate", "/min", "60–100", (72, 75, 71, 58, 74), 60, 100, 0),
    ("血糖", "Glucose", None),
    ("空腹血糖", "Fasting glucose", "mmol/L", "3.9–6.0", (5.4, 5.9, 6.3, 6.8, 7.2), 3.9, 6.0, 1),
    ("糖化血红蛋白", "Glycated haemoglobin (HbA1c)", "%", "< 6.5", (None, 5.9, 6.1, 6.6, 6.9), None, 6.4, 1),
    ("血脂", "Lipids", None),
    ("总胆固醇", "Total cholesterol", "mmol/L", "< 5.2", (5.61, 5.42, 5.10, 4.62, 4.38), None, 5.19, 2),
    (
        "低密度脂蛋白胆固醇",
        "Low-density lipoprotein cholesterol",
        "mmol/L",
        "< 3.4",
        (3.82, 3.61, 3.2, 2.61, 2.4),
        None,
        3.39,
        2,
    ),
    (
        "高密度脂蛋白胆固醇",
        "High-density lipoprotein cholesterol",
        "mmol/L",
        "≥ 1.0",
        (1.12, 1.08, 1.05, 0.98, 0.94),
        1.0,
        None,
        2,
    ),
    ("甘油三酯", "Triglycerides", "mmol/L", "< 1.7", (1.6, 1.75, 1.9, 2.42, 5.81), None, 1.69, 2),
    ("肾功能与代谢", "Kidney and metabolism", None),
    ("血肌酐", "Creatinine", "µmol/L", "57–97", (78, 81, 84, None, 92), 57, 97, 0),
    (
        "估算肾小球滤过率",
        "Estimated glomerular filtration rate",
        "mL/min/1.73 m²",
        "≥ 90",
        (96, 92, 88, None, 79),
        90,
        None,
        0,
    ),
    ("尿酸", "Uric acid", "µmol/L", "208–428", (398, 415, 452, 441, 436), 208, 428, 0),
    ("体重指数", "Body mass index", "kg/m²", "18.5–23.9", (25.1, 25.6, 26.0, 26.4, 26.2), 18.5, 23.9, 1),
)


def level(value: float, low: float | None, high: float | None) -> str:
    if high is not None and value > high:
        return "critical" if value > 3 * high else "high"
    return "low" if low is not None and value < low else "ok"


def years_table(zh: bool) -> Table:
    rows: list = []
    for entry in INDICATORS:
        name = entry[0] if zh else entry[1]
        if entry[2] is None:
            rows.append(Group(name))
            continue
        _, _, unit, reference, values, low, high, decimals = entry
        cells = [
            Mark("–", "missing", "未测" if zh else "not measured")
            if v is None
            else f"{v:.{decimals}f}"
            if level(v, low, high) == "ok"
            else Mark(f"{v:.{decimals}f}", level(v, low, high), "")
            for v in values
        ]
        spark = Spark(tuple(values), "走势" if zh else "trend", low, high)
        rows.append((name, Span(unit, "quiet"), *cells, Span(reference, "quiet"), spark))
    head = ("指标", "单位", "参考范围", "走势") if zh else ("Indicator", "Unit", "Reference", "Trend")
    sub = ("05-20", "05-26", "06-02", "05-11", "05-19")
    years = tuple(Column(y, "end", s) for y, s in zip(YEARS, sub, strict=True))
    return Table(
        (Column(head[0]), Column(head[1]), *years, Column(head[2]), Column(head[3])),
        tuple(rows),
        "历年结果对照" if zh else "The years side by side",
        "↑ 高于参考范围，↓ 低于参考范围，– 当年未测。参考范围随性别与年龄而定。"
        if zh
        else "↑ above and ↓ below the reference range, – not measured. Ranges differ by sex and age.",
    )


def points(values: tuple, low: float | None, high: float | None) -> tuple[Point, ...]:
    """A reading each May; a year without one is an empty point."""
    return tuple(
        Point(2022.4 + k, v, "ok" if v is None else level(v, low, high)) for k, v in enumerate(values)
    )


def trend(zh: bool, index: int) -> Chart:
    name_zh, name_en, unit, reference, values, low, high, decimals = INDICATORS[index]
    name = name_zh if zh else name_en
    series = (Series(name, points(values, low, high)),)
    if index == 1:
        name = "血压" if zh else "Blood pressure"
        lower = points(INDICATORS[2][4], 60, 89)
        series = (Series("收缩" if zh else "SBP", series[0].points), Series("舒张" if zh else "DBP", lower))
    begun = Event(2024.6, "开始服用阿托伐他汀" if zh else "Atorvastatin begun")
    band = Band(low, high, f"{'目标' if zh else 'target'} {reference}")
    events = (begun,) if index in (6, 9) else ()
    alt = f"{name}：各年结果" if zh else f"{name}: results by year"
    spec = ChartSpec("line", name, alt, series, unit, (band,), events, (), decimals, (2022.0, 2027.0))
    return Chart(spec, "zh" if zh else "en")


def contributors(zh: bool) -> Chart:
    names = (
        ("年龄", "收缩压", "总胆固醇", "高密度脂蛋白胆固醇", "腰围", "现在吸烟", "家族史")
        if zh
        else (
            "Age",
            "Systolic pressure",
            "Total cholesterol",
            "HDL cholesterol",
            "Waist",
            "Smokes",
            "Family history",
        )
    )
    shares = (41, 24, 6, 9, 4, 13, 3)
    points = tuple(
        Point(n, float(s), "watch" if s > 20 else "ok", label=f"{s}%")
        for n, s in zip(names, shares, strict=True)
    )
    title = "十年心血管病风险由何而来" if zh else "What drives the ten-year risk"
    return Chart(ChartSpec("bar", title, title, (Series("", points),), "%", decimals=0), "zh" if zh else "en")


def sample(lang: str) -> list[Block]:
    """Every block, filled with invented content."""
    zh = lang == "zh"

    def t(chinese: str, english: str) -> str:
        return chinese if zh else english

    charts = [trend(zh, k) for k in (1, 5, 6, 9, 10, 11, 13, 16)]
    return [
        Cover(
            t("健康年度总结", "Annual health summary"),
            t("2026 年", "2026"),
            (
                (t("姓名", "Name"), t("欧阳建国", "Alexandra-Konstantina Papadopoulou-Featherstonehaugh")),
                (t("档案号", "Record"), "K000123"),
                (t("性别", "Sex"), t("男", "female")),
                (t("年龄", "Age"), t("58 岁", "58 years")),
                (t("出生日期", "Born"), t("1968年3月14日", "14 Mar 1968")),
                (t("健康管理师", "Health manager"), t("王敏", "Wang Min")),
            ),
            t("示范社区卫生服务中心", "Example Community Health Centre"),
            t("数据截至 2026年6月30日", "Data up to 30 Jun 2026"),
            ("Kanglu 0.1.0", t("指标目录 3fa29c01d4be", "catalogue 3fa29c01d4be")),
            "zh" if zh else "en",
            "K000123",
            t("健康年度总结 2026 K000123", "Annual health summary 2026 K000123"),
        ),
        Heading(t("要点", "What matters")),
        Findings(
            (
                Finding(
                    t("甘油三酯", "Triglycerides"),
                    "5.81",
                    "critical",
                    "mmol/L",
                    t("参考 < 1.70", "reference < 1.70"),
                    t("较上年 +3.39，超出正常波动", "+3.39 on last year, beyond usual variation"),
                    t("危急", "critical"),
                ),
                Finding(
                    t("收缩压", "Systolic pressure"),
                    "152",
                    "high",
                    "mmHg",
                    t("目标 < 140", "target < 140"),
                    t("连续两年高于目标", "above target two years running"),
                    t("偏高", "high"),
                ),
                Finding(
                    t("糖化血红蛋白", "HbA1c"),
                    "6.9",
                    "worsened",
                    "%",
                    t("目标 < 6.5", "target < 6.5"),
                    (t("四年来每年上升约 ", "up about "), Span("0.3"), t("", " a year over four years")),
                ),
                Finding(
                    t("高密度脂蛋白胆固醇", "HDL cholesterol"),
                    "0.94",
                    "low",
                    "mmol/L",
                    t("参考 ≥ 1.00", "reference ≥ 1.00"),
                    t("变化在正常波动之内", "change within usual variation"),
                ),
                Finding(
                    t("低密度脂蛋白胆固醇", "LDL cholesterol"),
                    "2.40",
                    "improved",
                    "mmol/L",
                    t("目标 < 2.60", "target < 2.60"),
                    t("开始用药以来下降 0.80", "down 0.80 since treatment began"),
                ),
                Finding(
                    t("估算肾小球滤过率", "eGFR"),
                    "79",
                    "watch",
                    "mL/min/1.73 m²",
                    t("参考 ≥ 90", "reference ≥ 90"),
                    t("每年下降约 4", "falls by about 4 a year"),
                ),
                Finding(
                    t("尿白蛋白/肌酐比", "Urine albumin-to-creatinine ratio"),
                    t("未测", "not measured"),
                    "missing",
                    "",
                    t("糖尿病者每年一次", "yearly in diabetes"),
                    "",
                ),
            ),
            t("超出范围、变化明显或缺少的项目", "Out of range, changed, or missing"),
        ),
        Prose(
            (
                t("本年共有 ", "This year holds "),
                Span("3"),
                t(" 次就诊、", " visits and "),
                Span("46"),
                t(" 项检验结果。与上年相比，血脂明显改善，", " laboratory results. Lipids improved; "),
                Mark(t("血压与血糖继续升高", "blood pressure and glucose rose further"), "high"),
                t("。", "."),
            )
        ),
        Callout(
            t("尚缺的检查", "Still missing"),
            (
                t("眼底检查：上一次 2023年5月", "Eye examination: last in May 2023"),
                t("足部检查：从未记录", "Foot examination: never recorded"),
                t("吸烟情况：未询问", "Smoking: not asked"),
            ),
            "missing",
        ),
        Heading(t("历年对照", "The years side by side")),
        years_table(zh),
        Heading(t("趋势", "Trends")),
        Prose(
            t(
                "绿色带为个人目标或参考范围；缺测年份不连线。",
                "The band is the target or reference range; no line is drawn across years without data.",
            ),
            "note",
        ),
        *(Row((charts[k], charts[k + 1])) for k in range(0, 8, 2)),
        Heading(t("风险评估", "Risk")),
        Row(
            (
                KeyValue(
                    (
                        (
                            t("China-PAR 十年风险", "China-PAR, ten years"),
                            Mark("11.8%", "high", t("高危", "high")),
                        ),
                        (t("分层", "Band"), t("高危（≥ 10%）", "high (≥ 10 %)")),
                        (t("公式版本", "Formula"), "China-PAR 2016"),
                        (t("缺少", "Missing"), t("无", "none")),
                    ),
                    1,
                ),
                contributors(zh),
            )
        ),
        Heading(t("用药与问题", "Medicines and problems")),
        Heading(t("当前用药", "Medicines in use"), 2),
        Table(
            (
                t("药名", "Medicine"),
                t("剂量", "Dose"),
                t("开始", "Since"),
                Column(t("在用", "In use"), "center"),
            ),
            (
                (
                    t("阿托伐他汀钙片", "Atorvastatin calcium tablets"),
                    t("20 mg，每晚一次", "20 mg at night"),
                    "2024-08",
                    "✓",
                ),
                (
                    t("苯磺酸氨氯地平片", "Amlodipine besylate tablets"),
                    t("5 mg，每日一次", "5 mg once a day"),
                    "2025-05",
                    "✓",
                ),
                (t("硝苯地平控释片", "Nifedipine controlled release"), "", "2021", "–"),
            ),
            t("用药", "Medicines"),
        ),
        Heading(t("建议", "Advice"), 2),
        Advice(
            (
                t(
                    "家庭自测血压，早晚各两次，连续 7 天，",
                    "Measure blood pressure at home, twice each morning and evening for ",
                ),
                Span(t("复诊时带来", "seven days")),
                t("。", ", and bring the record."),
            ),
            "bp-home 1.2",
        ),
        Advice(t("减少盐的摄入，每日不超过 5 克。", "Eat less salt: below 5 g a day."), "salt 1.0"),
        Callout(t("过敏：青霉素", "Allergy: penicillin"), (), "critical"),
        Callout(
            t("目标达成", "Goals met"),
            (t("低密度脂蛋白胆固醇低于 2.6 mmol/L", "LDL cholesterol below 2.6 mmol/L"),),
            "improved",
        ),
        Heading(t("数据来源", "Where the numbers came from")),
        Table(
            (
                t("来源", "Source"),
                t("批次", "Batch"),
                Column(t("事实", "Facts"), "end"),
                t("导入", "Imported"),
            ),
            (
                ("exam-2026.csv", "12", "46", "2026-06-02"),
                ("lis-export.ndjson", "9", "118", "2025-12-30"),
                (t("手工录入", "typed in"), "11", "4", "2026-01-15"),
            ),
        ),
        Prose(
            t(
                "缺省值不作为回答；未询问的项目写明「未询问」。",
                "A default is never an answer; what was not asked is said to be so.",
            ),
            "note",
        ),
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_says_whose_it_is_by_number_up_to_when_and_how_many(lang: str) -> None:
    blocks = sample(lang)
    cover = blocks[0]
    assert isinstance(cover, Cover)
    printed = pages(blocks)
    label = words(cover.lang)("Page {page} of {pages}")
    for number, page in enumerate(printed, 1):
        for part in (
            cover.record_number,
            cover.cut_off,
            *cover.versions,
            label.format(page=number, pages=len(printed)),
        ):
            assert "".join(part.split()) in page
    assert "".join(printed).count("".join(cover.items[0][1].split())) == 1, "a name stands on page 1 only"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pdf_is_accessible_and_holds_the_words_of_the_html(lang: str) -> None:
    blocks = sample(lang)
    paper = "".join(pages(blocks))
    html = "".join(to_html(block) for block in blocks)
    assert len(html) + len(CSS) < 400_000
    for text in ElementTree.fromstring(f"<main>{html}</main>".replace("&nbsp;", " ")).iter("th"):
        assert "".join("".join(text.itertext()).split()) in paper


def test_pdf_names_its_document_and_language() -> None:
    data = json.dumps(document(sample("zh")))
    reader = PdfReader(BytesIO(press().compile(format="pdf", sys_inputs={"data": data})))
    assert reader.metadata is not None
    assert reader.metadata.title == "健康年度总结 2026 K000123"
    assert reader.metadata.author == "示范社区卫生服务中心"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"


def test_style_sheet_is_small_fetches_nothing_and_knows_every_class() -> None:
    assert len(CSS.encode()) <= 10_000
    assert not re.search(r"url\(|@import|https?:", CSS)
    html = "".join(to_html(block) for block in sample("en"))
    classes = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    assert not {name for name in classes if f".{name}" not in CSS} - {
        "k-body",
        "k-strong",
        "k-full",
        "k-cols1",
    }
    assert not re.findall(r'(?:src|href)="(?!data:)', html)
