"""People at the edges of the rules, taken in as any file: one has what a rule gives, the other has not."""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from kanglu import record
from kanglu.care.book import in_force
from kanglu.care.evaluation import evaluate
from kanglu.care.examples import is_there
from kanglu.care.publishing import publish
from kanglu.catalogue.rules import Example
from kanglu.dates import age_on
from kanglu.demo import demo_rules, write, write_edges
from kanglu.demo.edges import SYSTEM, Shift, edges
from kanglu.demo.people import check_digit
from kanglu.demo.rules import AS_OF, IN_FORCE_SINCE, STAFF, staff
from kanglu.intake import Receipt, import_files
from kanglu.record.facts import Identifier
from kanglu.record.rulings import Ruling

PEOPLE = 60
RULES = demo_rules()
EDGES = {edge.name: edge for edge in edges(RULES)}


class Imported(NamedTuple):
    """A demo that was taken in and evaluated.

    Parameters
    ----------
    folder, receipt : the files, and what became of them.
    there : what each edge has of its rule on the demo's day, by the name of the edge.
    rows : all that the rules gave to anybody.
    """

    folder: Path
    receipt: Receipt
    there: Mapping[str, set[str]]
    rows: list[Ruling]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    place = tmp_path_factory.mktemp("demo")
    folder, database = place / "files", str(place / "kanglu.sqlite")
    write(folder, PEOPLE)
    write_edges(folder, RULES)
    there = defaultdict(set)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_HOME", str(place))
        record.init(database)
        with record.open(database, clock=lambda: datetime(2026, 6, 30, 1, tzinfo=UTC)) as store:
            receipt = import_files(store, [folder])
            publish(store, STAFF)
            assert in_force(store).revision == RULES.revision
            evaluate(store, as_of=AS_OF, known=store.known, since=IN_FORCE_SINCE)
            rows = [stored.row for stored in store.current_results(None, store.known)]
            with store.batch("look up") as writer:
                names = {writer.find([Identifier(SYSTEM, name)]): name for name in EDGES}
    for row in rows:
        name = names.get(row.person_id, "")
        if row.rule == name.partition("/")[0] and is_there(row, AS_OF):
            there[name].add(row.code)
    assert None not in names
    return Imported(folder, receipt, there, rows)


def test_nothing_of_it_is_set_aside(imported: Imported) -> None:
    assert imported.receipt.facts["quarantined"] == 0
    assert set(imported.receipt.skipped) <= {"not measured"}


@pytest.mark.parametrize("rule", RULES.order)
def test_a_rule_gives_to_the_one_and_not_to_the_other(imported: Imported, rule: str) -> None:
    fires, short = EDGES[f"{rule}/fires"], EDGES[f"{rule}/short"]
    assert imported.there.get(fires.name, set()) == set(fires.example.gives) != set()
    assert imported.there.get(short.name, set()) == set()


def test_day_ninety_and_day_ninety_one_lie_a_day_apart() -> None:
    seen = {
        side: next(
            fact.on for fact in EDGES[f"monitoring.quarter_overdue/{side}"].example.facts if fact.visit
        )
        for side in ("fires", "short")
    }
    assert {side: (AS_OF - date.fromisoformat(day)).days for side, day in seen.items()} == {
        "fires": 91,
        "short": 90,
    }


def test_a_third_month_has_to_be_empty_to_its_last_day() -> None:
    last = {
        side: max(fact.on for fact in EDGES[f"monitoring.glucose_months/{side}"].example.facts)
        for side in ("fires", "short")
    }
    assert last == {"fires": "2025-09-21", "short": "2025-12-31"}


def test_six_months_of_poor_sleep_are_six_and_not_five() -> None:
    months = {}
    for side in ("fires", "short"):
        [sleep] = (
            fact
            for fact in EDGES[f"drift.hidden_heart_risk/{side}"].example.facts
            if fact.observation == "sleep_hours"
        )
        first, until = date.fromisoformat(sleep.on), date.fromisoformat(sleep.until or "")
        months[side] = until.month - first.month + (until.day >= first.day)
    assert months == {"fires": 6, "short": 5}


@pytest.mark.parametrize("rule", ["elderly.enrol", "service.voice_channel", "htn.enrol"])
def test_ages_stay_to_the_day(rule: str) -> None:
    fires, short = (EDGES[f"{rule}/{side}"].example.born for side in ("fires", "short"))
    assert fires.replace(year=AS_OF.year) == AS_OF
    assert age_on(short, AS_OF) == age_on(fires, AS_OF) - 1
    assert (short - fires).days == 1


def test_an_example_moves_with_all_that_it_states() -> None:
    example = Example.model_validate(
        {
            "name": "moved",
            "born": "1961-03-31",
            "as_of": "2026-03-01",
            "facts": [
                {"message": "头晕", "on": "2026-02-28T22:30", "channel": "app"},
                {"booking": "review_booking", "on": "2026-03-31", "booked": "2025-12-31"},
                {"observation": "fpg", "on": "2025-08-31", "until": "2026-01-31", "every": "1mo", "value": 6},
            ],
            "gives": [],
            "due": "2026-03-02",
        }
    )
    moved = Shift(months=-1).example(example, date(2026, 2, 1))
    assert (moved.born, moved.as_of, moved.due) == (date(1961, 2, 28), date(2026, 2, 1), None)
    assert [(fact.on, fact.until, fact.booked) for fact in moved.facts] == [
        ("2026-01-28T22:30", None, None),
        ("2026-02-28", None, "2025-11-30"),
        ("2025-07-31", "2025-12-31", None),
    ]


def test_nobody_at_an_edge_can_be_real_or_is_in_the_panel(imported: Imported) -> None:
    def cards(file: str) -> list[str]:
        lines = (imported.folder / file).read_bytes().splitlines()
        found = [one for one in map(orjson.loads, lines) if one["resourceType"] == "Patient"]
        return [one["identifier"][0]["value"] for one in found]

    numbers = cards("边界.ndjson")
    assert len(numbers) == len(set(numbers)) == len(EDGES) == 2 * len(RULES.rules)
    assert not set(numbers) & set(cards("people.ndjson"))
    assert all(number.startswith("99") and number[17] == check_digit(number[:17]) for number in numbers)


def test_the_same_rules_give_the_same_bytes(imported: Imported, tmp_path: Path) -> None:
    for path in write_edges(tmp_path, RULES):
        assert path.read_bytes() == (imported.folder / path.name).read_bytes()


def test_answers_stand_in_the_words_of_the_catalogue(imported: Imported) -> None:
    rows = list(csv.DictReader((imported.folder / "边界.csv").read_text(encoding="utf-8").splitlines()))
    said = {(row["项目"], row["结果"]) for row in rows}
    assert {("压力水平", "比较大"), ("药物不良反应", "是"), ("药物不良反应", "否"), ("钾", "6.2")} <= said
    assert any(row["日期时间"].endswith(" 23:30") for row in rows)


def test_the_centre_serves_its_people_with_the_staff_and_programmes_that_there_are(
    imported: Imported,
) -> None:
    lines = (imported.folder / "service.ndjson").read_bytes().splitlines()
    resources = [orjson.loads(line) for line in lines]
    carers = {
        (member["role"][0]["coding"][0]["code"], member["member"]["identifier"]["value"])
        for one in resources
        if one["resourceType"] == "CareTeam"
        for member in one["participant"]
    }
    assert carers == {(member.role, member.id) for member in staff()}
    episodes = [one for one in resources if one["resourceType"] == "EpisodeOfCare"]
    enrolled = Counter(one["type"][0]["coding"][0]["code"] for one in episodes)
    assert set(enrolled) == {"card", "hypertension", "type2_diabetes", "elderly"} <= set(RULES.programmes)
    kinds = {one["resourceType"] for one in resources}
    assert {"Encounter", "Communication", "Appointment"} <= kinds


def test_the_panel_has_what_a_day_at_a_centre_brings(imported: Imported) -> None:
    """Of more than the edges alone: visits that were classified, and tasks that the next one closed."""
    closed = Counter(row.code for row in imported.rows if row.reason == "visit")
    assert closed["follow_up"] > 20
    assert {row.code for row in imported.rows if row.kind == "tag"} >= {"hypertension_routine"}
