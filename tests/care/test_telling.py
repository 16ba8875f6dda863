# ruff: noqa: E501
"""Rules in words: every condition can be said, in both languages, by names and not by ids."""

import re

import pytest

from kanglu.care.telling import tell, tell_programme
from kanglu.care.telling.conditions import tell_condition
from kanglu.care.telling.lines import span_text
from kanglu.catalogue import load_rulebook
from kanglu.catalogue.conditions import NODES, AllOf
from kanglu.catalogue.spans import parse_span
from kanglu.i18n import words

BOOK = load_rulebook()
_ID = re.compile(r"\b[a-z0-9]+_[a-z0-9_]+\b|[{}]")

SAID = {
    "all": ({"all": [{"sex": "male"}]}, "all of these hold: (is a man)", "以下全部满足： (为男性)"),
    "any": ({"any": [{"age": {"ge": 65}}]}, "one of these holds, or more: (is 65 or older)", "以下满足任意一项： (年满65岁)"),
    "not": ({"not": {"problem": "diabetes"}}, "does not have diabetes mellitus, as far as is known", "未记录患有糖尿病"),
    "held": (
        {"held": {"for": "6mo", "when": {"problem": "gout"}}},
        "for at least 6 months without a break: (has gout)", "连续至少6个月满足： (患有痛风)",
    ),
    "days": (
        {"days": {"when": {"on_day": {"of": "sbp", "ge": 140}}, "within": "3mo", "at_least": 3}},
        "on at least 3 days of the last 3 months: (systolic blood pressure that day is at least 140 mmHg)",
        "近3个月内至少3天满足： (当日收缩压≥140 mmHg)",
    ),
    "latest": (
        {"latest": {"of": "fpg", "ge": 6.1, "lt": 7, "within": "1y"}},
        "at the last measurement, within 1 year, fasting plasma glucose is at least 6.1 mmol/L and below 7.0 mmol/L",
        "最近一次（1年以内）空腹血糖≥6.1 mmol/L且<7.0 mmol/L",
    ),
    "every": (
        {"every": {"of": "sbp", "lt": 140, "within": "30d", "at_least": 4}},
        "on every day measured in the last 30 days, at least 4, systolic blood pressure is below 140 mmHg",
        "近30天内有数据的每一天（至少4天）收缩压均<140 mmHg",
    ),
    "count": (
        {"count": {"of": "sbp", "ge": 140, "within": "1mo", "at_least": 2, "each": "week"}},
        "in the last 1 month, systolic blood pressure is at least 140 mmHg: at least 2 weeks",
        "近1个月内收缩压≥140 mmHg：≥2周",
    ),
    "mean": (
        {"mean": {"of": "sbp", "ge": 135, "within": "7d", "at_least": 3}},
        "the mean of systolic blood pressure over the last 7 days, of at least 3 days, is at least 135 mmHg",
        "近7天内（至少3天有数据）收缩压平均值≥135 mmHg",
    ),
    "change": (
        {"change": {"of": "weight", "le": -5, "within": "1mo", "against": "6mo", "relative": True}},
        "against the 6 months before, the mean weight of the last 1 month has fallen by at least 5 % "
        "(of at least 1 day each)",
        "与之前6个月相比，近1个月平均体重下降≥5 %（两段各至少1天有数据）",
    ),
    "slope": (
        {"slope": {"of": "egfr", "le": -5, "within": "2y", "per": "1y"}},
        "the line through estimated GFR over the last 2 years, of at least 3 days, rises per 1 year by "
        "at most -5 mL/min/1.73 m²",
        "近2年内（至少3天有数据）估算肾小球滤过率趋势线每1年变化≤-5 mL/min/1.73 m²",
    ),
    "streak": (
        {"streak": {"of": "heart_rate", "gt": 100, "at": {"from": "22:00", "to": "06:00"}, "per": "night", "length": 7}},
        "7 nights in a row, the mean heart rate between 22:00 and 06:00 is above 100 /min",
        "连续7夜平均22:00至06:00的心率>100 次/分",
    ),
    "on_day": (
        {"on_day": {"of": "sbp", "ge": 180, "day": "max"}},
        "the highest systolic blood pressure that day is at least 180 mmHg", "当日最高收缩压≥180 mmHg",
    ),
    "gap": (
        {"gap": {"visit": "hypertension", "days": 90}},
        "no follow-up visit of “Hypertension programme” for more than 90 days",
        "超过90天没有“高血压患者健康管理”随访",
    ),
    "age": ({"age": {"ge": 18, "lt": 65}}, "the age in years is at least 18 and below 65", "年龄（岁）≥18且<65"),
    "sex": ({"sex": "female"}, "is a woman", "为女性"),
    "problem": ({"problem": "gout"}, "has gout", "患有痛风"),
    "had": ({"had": "gout"}, "has or had gout", "现患或曾患痛风"),
    "drug": ({"drug": "insulin"}, "takes insulin", "正在使用胰岛素"),
    "tag": ({"tag": "high_risk"}, "carries the tag “High risk”", "带有标签“高危人群”"),
    "programme": (
        {"programme": "hypertension"}, "is enrolled in “Hypertension programme”", "已纳入“高血压患者健康管理”",
    ),
    "care_team": ({"care_team": "nurse"}, "has a nurse in charge", "已有责任护士"),
    "event": (
        {"event": {"type": "check_up", "within": "11mo"}}, "check-up in the last 11 months", "近11个月内有健康体检",
    ),
    "booking": (
        {"booking": {"type": "check_up_booking", "ahead": "14d"}},
        "there is a booking of a check-up for the next 14 days", "未来14天内已有体检预约",
    ),
    "contact": (
        {"contact": {"direction": "out", "channel": "phone", "outcome": "no_answer", "within": "7d", "at_least": 2}},
        "a contact (from us, by phone, with the outcome “no answer”) in the last 7 days, at least 2 times",
        "近7天内至少有2次联系（我方发起，通过电话，结果为“无人接听”）",
    ),
    "message": (
        {"message": {"keywords": ["头晕", "头昏"], "at": {"from": "22:00", "to": "06:00"}, "within": "7d", "at_least": 3}},
        "wrote or searched “头晕” or “头昏” in the last 7 days, between 22:00 and 06:00, at least 3 times",
        "近7天内来信或搜索“头晕”或“头昏”，时段为22:00至06:00，至少3次",
    ),
    "visited": (
        {"visited": {"programme": "hypertension", "class": ["uncontrolled"], "within": "6mo"}},
        "the last visit of “Hypertension programme”, within 6 months, was “not controlled”",
        "“高血压患者健康管理”最近一次随访（6个月以内）分类为“控制不满意”",
    ),
}  # fmt: skip
"""Each kind of condition, and how it is said."""


def condition(spec):
    return AllOf.model_validate({"all": [spec]}).all[0]


def test_there_is_a_sentence_for_every_kind_of_condition():
    assert set(SAID) == set(NODES)


@pytest.mark.parametrize("kind", SAID)
def test_a_condition_is_said(kind):
    spec, en, zh = SAID[kind]
    assert tell_condition(BOOK, condition(spec), words("en")).flat == en
    assert tell_condition(BOOK, condition(spec), words("zh")).flat == zh


@pytest.mark.parametrize("kind", sorted(set(SAID) - {"all", "any", "not"}))
def test_its_opposite_is_said_too(kind):
    told = tell_condition(BOOK, condition({"not": SAID[kind][0]}), words("en")).flat
    assert told != tell_condition(BOOK, condition(SAID[kind][0]), words("en")).flat
    assert re.search(r"\bno\b|\bnot\b", told)


@pytest.mark.parametrize(
    ("text", "en", "zh"),
    [
        ("1d", "1 day", "1天"),
        ("2w", "14 days", "14天"),
        ("6mo", "6 months", "6个月"),
        ("12mo", "1 year", "1年"),
        ("3mo-7d", "3 months less 7 days", "3个月减7天"),
        ("1y+10d", "1 year and 10 days", "1年零10天"),
        ("-7d", "7 days", "7天"),
    ],
)
def test_lengths_of_time(text, en, zh):
    assert span_text(parse_span(text), words("en")) == en
    assert span_text(parse_span(text), words("zh")) == zh


def told_lines(told):
    roots = [
        *([told.whom] if told.whom else []),
        *told.fires,
        *told.gives,
        *(line for _, line in told.examples),
    ]
    return [line.text for root in roots for _, line in root.walk()] + [told.name, told.because or ""]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", BOOK.rules)
def test_a_shipped_rule_is_told_by_names_and_not_by_ids(name, lang):
    told = tell(BOOK, name, lang)
    assert told.fires
    assert told.gives
    assert len(told.examples) == len(BOOK.rules[name].examples)
    for text in told_lines(told):
        assert not _ID.search(text), text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", BOOK.programmes)
def test_a_programme_is_told_with_its_classes(name, lang):
    told = tell_programme(BOOK, name, lang)
    assert len(told.fires) == len(BOOK.programmes[name].classes)
    assert not any(_ID.search(text) for text in told_lines(told))


def drawn(told):
    """A rule as its reader sees it."""
    lines = [f"{told.name} ({told.programme})"]
    for title, roots in (
        ("whom", [told.whom] if told.whom else []),
        ("fires", told.fires),
        ("gives", told.gives),
    ):
        lines.append(title)
        lines += [f"  {'  ' * deep}{line.text}" for root in roots for deep, line in root.walk()]
    return "\n".join([*lines, told.because])


def test_a_visit_that_is_not_controlled_as_it_is_read():
    assert drawn(tell(BOOK, "htn.visit.uncontrolled_again", "en")) == (
        "Second time running not controlled (Hypertension programme)\n"
        "whom\n"
        "fires\n"
        "  at each visit of “Hypertension programme” that is “adverse reaction” or “not controlled”, "
        "after at least 1 in a row that was not controlled\n"
        "    “adverse reaction” means:\n"
        "      adverse drug reaction that day is “yes”\n"
        "    “not controlled” means:\n"
        "      one of these holds, or more:\n"
        "        systolic blood pressure that day is at least 150 mmHg\n"
        "        all of these hold:\n"
        "          is younger than 65\n"
        "          systolic blood pressure that day is at least 140 mmHg\n"
        "        diastolic blood pressure that day is at least 90 mmHg\n"
        "gives\n"
        "  the referral “Referral”, proposed to the doctor\n"
        "    due on that day\n"
        "    counts as done by: a contact with the outcome “reached”; a follow-up visit of “Hypertension programme”\n"
        "    priority 80 of 100\n"
        "  the task “Ask about the referral” for the health manager\n"
        "    due 14 days after that day\n"
        "    counts as done by: a contact with the outcome “reached”; a follow-up visit of “Hypertension programme”\n"
        "    priority 80 of 100\n"
        "Visit on ‹day›: ‹class of the visit› (blood pressure ‹systolic blood pressure›/‹diastolic blood pressure› "
        "mmHg, limit ‹limit›), and the one before was not controlled or had an adverse reaction too. Propose a "
        "referral and ask about it by ‹due day›. Where the two differ in kind the text does not rule, and the doctor "
        "decides."
    )


def test_a_gap_as_it_is_read_in_chinese():
    assert drawn(tell(BOOK, "monitoring.quarter_overdue_raised", "zh")) == (
        "超过90天未复查，上次血压偏高 (None)\n"
        "whom\n"
        "  患有高血压\n"
        "fires\n"
        "  以下全部满足：\n"
        "    超过90天没有“高血压患者健康管理”随访\n"
        "    以下满足任意一项：\n"
        "      以下全部满足：\n"
        "        年满65岁\n"
        "        最近一次收缩压≥150 mmHg\n"
        "      以下全部满足：\n"
        "        未满65岁\n"
        "        最近一次收缩压≥140 mmHg\n"
        "      最近一次舒张压≥90 mmHg\n"
        "    未来14天内没有随访预约\n"
        "gives\n"
        "  向患者发送消息“血压偏高复查提醒”\n"
        "    持续期间每90天再给出一次\n"
        "高血压，已‹天数›天没有随访（超过90天），上次血压‹收缩压›/‹舒张压› mmHg 偏高。"
    )


def test_an_example_is_told_with_its_person_its_facts_and_what_is_given():
    name, line = tell(BOOK, "aftercare.hypertension_discharge", "en").examples[0]
    assert name == "three items, the call within three days"
    assert [text.text for _, text in line.walk()] == [
        "a woman, 65 years, on 4 Mar 2026",
        "1 May 2020: hypertension",
        "2 Mar 2026: discharge from hospital",
        "then: Your medicines at home, Living well at home, Nurse's call after discharge",
    ]


def test_where_a_rule_comes_from_and_that_nobody_has_checked_it():
    told = tell(BOOK, "htn.visit.controlled", "en")
    assert (told.version, told.source.document) == (1, "国家基本公共卫生服务规范(第三版) 高血压患者健康管理")
    assert told.source.clause
    assert told.source.checked_by is None
