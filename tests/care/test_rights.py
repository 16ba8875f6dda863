"""What is handed over to a person, and by when they are answered."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests import sounds

from kanglu import record
from kanglu.care import rights
from kanglu.care.consents import allow
from kanglu.errors import PermissionDenied
from kanglu.record import Store
from kanglu.record.facts import Identifier, Media, Observation, PersonStatement, Telecom
from kanglu.trust import Actor, Role


@pytest.fixture
def held(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("KANGLU_MEDIA", str(tmp_path / "media"))
    said = PersonStatement(
        (Identifier("mrn", "A1"),), "张三", birth_date="1950-02-03",
        telecoms=(Telecom("phone", "13912345678"),), addresses=("幸福路 1 号",),
    )  # fmt: skip
    with store.batch("import") as writer:
        person = writer.person(said)
        writer.add(Observation(person, "weight", "2026-01-02", value=61.25))
        kept = store.keep_media(sounds.wav(1))
        writer.add(
            Media(person, "kanglu", "recording", "2026-01-02", about="x", sha256=kept.sha256,
                  content_type=kept.sound.content_type, location=kept.location)
        )  # fmt: skip
    allow(store, "K000001", "research", date(2026, 1, 3), "signed =1+1", "chen")
    return store


@pytest.mark.parametrize(
    ("received", "due"),
    [("2026-01-01", "2026-01-31"), ("2026-01-31", "2026-03-02"), ("2028-02-01", "2028-03-02")],
)
def test_an_answer_is_due_thirty_days_after_it_was_received(received: str, due: str) -> None:
    assert rights.due(date.fromisoformat(received)).isoformat() == due


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_all_that_is_kept_is_handed_over_and_that_is_written_down(held: Store) -> None:
    with ZipFile(io.BytesIO(rights.hand_over(held, "K000001"))) as file:
        names, who = file.namelist(), json.loads(file.read("person.json"))
        [weight] = rows(file.read("observations.csv"))
        [consent] = rows(file.read("consents.csv"))
        seen = rows(file.read("access.csv"))
        [recording] = [name for name in names if name.startswith("files/")]
        assert file.read(recording) == sounds.wav(1)
    assert (who["name"], who["telephones"], who["addresses"]) == ("张三", ["13912345678"], ["幸福路 1 号"])
    assert who["identifiers"] == [{"system": "mrn", "value": "A1"}]
    assert {"purpose": "research", "answer": "allowed"}.items() <= next(
        one for one in who["consents"] if one["purpose"] == "research"
    ).items()
    assert (weight["indicator"], weight["value"]) == ("weight", "61.25")
    assert consent["evidence"] == "signed =1+1"
    assert {"export", "show identity"} <= {row["action"] for row in seen}


def test_what_is_not_known_is_empty_and_no_number_of_the_database_is_in_it(held: Store) -> None:
    with ZipFile(io.BytesIO(rights.hand_over(held, "K000001"))) as file:
        [weight] = rows(file.read("observations.csv"))
    assert not {"person_id", "batch_id", "replaces"} & set(weight)
    assert "nan" not in {cell.lower() for cell in weight.values()}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.CLINICIAN])
def test_who_may_not_read_who_looked_hands_nothing_over(held: Store, clock: Any, role: Role) -> None:
    url = held.database.url.render_as_string(hide_password=False)
    actor = Actor("x", "X", role, at_machine=True)
    with record.open(url, actor=actor, purpose="report", clock=clock) as theirs:
        number = theirs.people(theirs.everybody(), theirs.moment)["record_number"].iat[0]
        with pytest.raises(PermissionDenied):
            rights.hand_over(theirs, number)
