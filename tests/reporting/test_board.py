"""The board in words and charts: every number has its meaning in both languages, every list its reasons."""

import pytest
from tests.insight import served
from tests.insight.board_panel import pressures, sources, tasks, team

from kanglu.i18n import LANGS, words
from kanglu.insight.board import Because, board, shown
from kanglu.reporting.board import barrier_bars, because_text, load_bars, meaning, monthly_line
from kanglu.reporting.charts import to_svg
from kanglu.trust import Actor, Role


@pytest.fixture(scope="module")
def found():
    """A board with something in every part."""
    people = served.people(1, 2)
    contacts = served.communications(
        {
            "person_id": 1, "effective": "2026-06-01", "direction": "out", "channel": "phone",
            "outcome": "refused", "reason": "cost",
        }
    )  # fmt: skip
    return board(
        sources(
            people,
            given=tasks(
                {"person_id": 1, "due": "2026-06-29", "state": "overdue", "days_late": 1}, {"owner": None}
            ),
            measured=pressures((1, "2026-06-01", 120, 80), (2, "2026-06-01", 160, 80)),
            problems={"hypertension": {1, 2}},
            tags={"high_risk": frozenset({2})},
            communication=contacts,
            care_team=team((1, "doctor", "zhou", "2025-01-01")),
            episode_of_care=served.episodes((1, "hypertension", "2025-01-01", None, "active")),
        )
    )


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_has_a_name_a_definition_and_a_source(found, lang):
    for key in found.cells:
        said = meaning(found, key, words(lang))
        assert said.title
        assert said.sentence.endswith(("。", "."))
        assert said.source


@pytest.mark.parametrize("lang", LANGS)
def test_every_list_says_why(found, lang):
    for cell in found.cells.values():
        for because in cell.why(cell.people).values():
            assert because_text(because, found.sources.rules, words(lang))


def test_reasons_name_the_numbers():
    rules, _ = sources(served.people()).rules, words("en")

    def said(*given):
        return because_text(Because(*given), rules, _)

    assert said("pressure", "2026-06-01", ("sbp", "dbp"), (160.0, 80.0)) == "160/80 mmHg on 1 Jun 2026"
    assert said("value", "2026-06-01", ("fpg",), (7.0,)) == "Fasting plasma glucose 7.00 mmol/L on 1 Jun 2026"
    assert said("task", "2026-06-30", ("follow_up",), (0.0,)) == "Follow-up visit, due 30 Jun 2026"
    late = said("task", "2026-06-29", ("follow_up",), (1.0,))
    assert late == "Follow-up visit, due 29 Jun 2026, 1 day late"
    assert said("marks") == "No risk marked"
    assert because_text(None, rules, _) == ""


def test_a_line_is_in_percent_and_empty_where_nothing_may_be_shown(found):
    [line] = [one for one in found.control if one.definition == "bp_control.last_visit.national_2017"]
    spec = monthly_line(found, line, [True] * 12, words("en"))
    assert [point.y for point in spec.series[0].points] == [None] * 11 + [50.0]
    assert "50.0% (2026-06)" in spec.alt
    hidden = monthly_line(found, line, [False] * 12, words("en"))
    assert {point.y for point in hidden.series[0].points} == {None}
    assert hidden.alt.endswith("nothing to show in the last twelve months.")
    assert "<svg" in to_svg(spec)


def test_load_stands_beside_capacity(found):
    [load] = [one for one in found.loads if one.member and one.member.id == "he_min"]
    spec = load_bars(found, load, [126, 125, 0, None], words("en"))
    points = spec.series[0].points
    assert [point.level for point in points] == ["high", "ok", "ok", "ok"]
    assert [point.label for point in points] == ["126", "125", "0", "–"]
    assert spec.bands[0].high == 125
    assert points[0].x == "6/30–7/6"
    [nobody] = [one for one in found.loads if one.member is None]
    assert load_bars(found, nobody, [1, 0, 0, 0], words("en")).bands == ()


def test_barriers_carry_their_share(found):
    assert labels_of(found, Role.HEALTH_MANAGER) == ["1 · 100.0%"]


def labels_of(found, role):
    spec = barrier_bars(found, shown(found, Actor("x", "X", role)), words("en"))
    return [point.label for point in spec.series[0].points]


def test_the_share_down_to_a_barrier_tells_no_hidden_number_above_it():
    """Thirty contacts of three people: 83.3 % of sixty, less the twenty that are shown."""
    whose = {"cost": [1, 2, 3] * 10, "transport": range(4, 24), "time": range(24, 34)}
    contacts = served.communications(
        *[
            {
                "person_id": one, "effective": "2026-06-01", "direction": "out", "channel": "phone",
                "outcome": "refused", "reason": barrier,
            }
            for barrier, people in whose.items()
            for one in people
        ]
    )  # fmt: skip
    found = board(sources(served.people(*range(1, 60)), communication=contacts))
    assert labels_of(found, Role.HEALTH_MANAGER) == ["30 · 50.0%", "20 · 83.3%", "10 · 100.0%"]
    assert labels_of(found, Role.ANALYST) == ["–", "20", "–"]
