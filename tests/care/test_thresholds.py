"""The numbers that may be changed: all of them, with their limits, and back again without a loss."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.care.specs import TEXTS, changed, differences, from_spec, to_spec
from kanglu.care.thresholds import thresholds
from kanglu.catalogue import load_rulebook
from kanglu.errors import CatalogueError

BOOK = load_rulebook()
ENTRIES = [*BOOK.rules.values(), *BOOK.programmes.values()]


def section(entry):
    return "rules" if entry.id in BOOK.rules else "programmes"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_entry_and_its_spec_turn_into_each_other(entry):
    assert from_spec(section(entry), to_spec(entry)) == entry


@pytest.mark.parametrize(
    "name", ["actions", "tags", "messages", "events", "journeys", "outcomes", "plans", "sending"]
)
def test_so_do_the_other_entries_of_the_rulebook(name):
    for entry in getattr(BOOK, name).values():
        assert from_spec(name, to_spec(entry)) == entry


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_every_number_of_an_entry_can_be_changed(entry, lang):
    found = {one.path: one for one in thresholds(BOOK, entry, lang)}
    spec = to_spec(entry)
    spec.pop("examples", None)
    spec.pop("version", None)
    assert set(numbers(spec)) == set(found)
    assert all(one.label and one.sentence for one in found.values())


def numbers(spec, path=()):
    """All numbers and lengths of time in a spec."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name not in ("source", "name", "explain", "id", "form", "keywords", "at") or isinstance(
                value, list
            ):
                yield from numbers(value, (*path, name))
    elif isinstance(spec, list):
        for at, value in enumerate(spec):
            yield from numbers(value, (*path, str(at)))
    elif (isinstance(spec, int | float) and not isinstance(spec, bool)) or (
        isinstance(spec, str) and re.fullmatch(r"-?\d+(d|w|mo|y)([+-]\d+d)?", spec)
    ):
        yield "/".join(path)


def test_a_threshold_says_what_it_is():
    found = {one.path: one for one in thresholds(BOOK, BOOK.rules["monitoring.quarter_overdue"], "en")}
    gap = found["when/all/0/gap/days"]
    assert (gap.label, gap.value, gap.kind) == (
        "days without a follow-up visit of “Hypertension programme”", 90, "count",
    )  # fmt: skip
    pressure = found["when/all/1/not/any/2/latest/ge"]
    assert (pressure.label, pressure.value, pressure.unit) == (
        "diastolic blood pressure, at least",
        90,
        "mmHg",
    )
    assert (pressure.low, pressure.high) == BOOK.catalogue.indicators["dbp"].possible
    assert pressure.sentence == "at the last measurement, diastolic blood pressure is at least 90 mmHg"
    assert (found["gives/0/repeat"].value, found["gives/0/repeat"].kind) == ("90d", "span")


def test_a_changed_rule_counts_its_version_up_once():
    rule = BOOK.rules["monitoring.quarter_overdue"]
    new = changed(rule, {"when/all/0/gap/days": 60, "explain/en": "No visit for {days} days (more than 60)."})
    assert new.version == rule.version + 1
    assert [
        one for one in differences(to_spec(rule), to_spec(new)) if one.path not in ("version", *TEXTS)
    ] == [("when/all/0/gap/days", 90, 60)]
    assert rule.when.all[0].gap.days == 90


def test_the_same_value_changes_nothing():
    rule = BOOK.rules["monitoring.quarter_overdue"]
    assert changed(rule, {"when/all/0/gap/days": 90, "gives/0/repeat": "90d"}) == rule


def test_a_programme_has_no_version_and_changes_all_the_same():
    old = BOOK.programmes["hypertension"]
    new = changed(old, {"classes/3/when/any/2/on_day/ge": 85})
    assert [tuple(one) for one in differences(to_spec(old), to_spec(new))] == [
        ("classes/3/when/any/2/on_day/ge", 90.0, 85.0)
    ]


@given(st.data())
def test_any_change_can_be_made_and_taken_back(data):
    entry = data.draw(st.sampled_from(ENTRIES))
    found = thresholds(BOOK, entry, "en")
    if not found:
        return
    one = data.draw(st.sampled_from(found))
    if one.kind in ("span", "offset"):
        value = f"{data.draw(st.integers(1, 300))}d"
    elif one.kind == "count":
        value = data.draw(st.integers(int(one.low), int(one.high)))
    else:
        value = data.draw(st.integers(-400, 400)) / 4
    try:
        new = changed(entry, {one.path: value})
    except CatalogueError:
        return  # limits that contradict each other are no rule
    assert from_spec(section(entry), to_spec(new)) == new
    again = {other.path: other.value for other in thresholds(BOOK, new, "en")}
    assert again[one.path] == value
    back = to_spec(changed(new, {one.path: one.value}))
    back["version"] = to_spec(entry).get("version")
    assert from_spec(section(entry), back | {} if back["version"] else without(back)) == entry


def without(spec):
    return {name: value for name, value in spec.items() if name != "version"}


@pytest.mark.parametrize("path", ["when/all/9/gap/days", "when/all/0/gap/weeks", "nothing", "when/all/x"])
def test_a_path_that_leads_nowhere_is_refused(path):
    with pytest.raises(CatalogueError, match="There is no"):
        changed(BOOK.rules["monitoring.quarter_overdue"], {path: 1})


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(CatalogueError, match="above its lower and below its upper"):
        changed(BOOK.rules["dm.high_risk"], both_ends())


def both_ends():
    """Limits of one condition, its lower above its upper."""
    for one in thresholds(BOOK, BOOK.rules["dm.high_risk"], "en"):
        if one.path.endswith("/lt"):
            return {one.path: 1.0}
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "text", "value"),
    [
        ("when/all/0/gap/days", " 60 ", 60),
        ("when/all/1/not/any/2/latest/ge", "85.5", 85.5),
        ("gives/0/repeat", "2w", "14d"),
        ("gives/0/repeat", "1y", "12mo"),
    ],
)
def test_what_is_entered_becomes_a_value(path, text, value):
    assert threshold(path).read(text, "en") == value


@pytest.mark.parametrize(
    ("path", "text", "en", "zh"),
    [
        ("when/all/0/gap/days", "soon", "“soon” is not a number.", "“soon”不是数字。"),
        ("when/all/0/gap/days", "60.5", "This must be a whole number.", "必须是整数。"),
        ("when/all/0/gap/days", "0", "This must lie between 1 and 3660.", "必须在1到3660之间。"),
        ("when/all/1/not/any/2/latest/ge", "900", "This must lie between 10 and 220.", "必须在10到220之间。"),
        ("when/all/1/not/any/2/latest/ge", "nan", "“nan” is not a number.", "“nan”不是数字。"),
        ("gives/0/repeat", "often", "“often” is not a length of time; write 14d, 2w, 6mo or 1y.",
         "“often”不是时长，请写成14d、2w、6mo或1y。"),
        ("gives/0/repeat", "-3d", "This must be longer than nothing.", "时长必须大于零。"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(path, text, en, zh):
    for lang, said in (("en", en), ("zh", zh)):
        with pytest.raises(CatalogueError) as refused:
            threshold(path).read(text, lang)
        assert refused.value.what == said


def threshold(path):
    rule = BOOK.rules["monitoring.quarter_overdue"]
    return next(one for one in thresholds(BOOK, rule, "en") if one.path == path)
