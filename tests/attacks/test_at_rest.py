"""Whoever reads the files of the house with an editor learns no number, no address, no recording, no secret.

Names of people and clinical values stand in the database in the clear, by design (see the threat model).
What a person brought or took out (reports, the demo's own files) is not the house's record and is left out.
"""

import base64
import json
import logging

import pytest
from tests.apps.conftest import KEY, MORNING, PASSWORD
from tests.conftest import _sibling

from kanglu.care import consents
from kanglu.care.recordings import attach
from kanglu.jobs import Jobs
from kanglu.trust import Actor, ConsentPurpose, Purpose, Role

PHONE, ADDRESS, CARD = "13912345678", "无名路七十七号院三单元", "KK-77001234"
ID_NUMBER = "110101199003074477"
TYPED = "my secret pass phrase"
CSV = f"身份证号,姓名,手机号,家庭住址,体检日期,收缩压\n{ID_NUMBER},林远,{PHONE},{ADDRESS},2025-06-01,120\n"
BAD = "身份证号,姓名,手机号,体检日期,收缩压(mmHg)\n110101199003074470,林近,1391234567X,2025-06-01,999999\n"


@pytest.fixture(scope="module")
def secrets(site, window_of_module):
    """All that must not be read, after it has been entered in every way."""
    log = logging.getLogger()
    handler = logging.FileHandler(site.house.folder / "server.log")
    log.addHandler(handler)
    manager = Actor("chen", "陈静", Role.HEALTH_MANAGER)
    store = site.house.store(manager)
    number = site.asked("select record_number from person order by id")[0]
    opened = window_of_module("/enrolment", "chen")
    opened.act(
        "open_card",
        identity=ID_NUMBER,
        name="林远",
        sex="male",
        birth="1990-03-07",
        phone=PHONE,
        address=ADDRESS,
    )
    window_of_module(f"/visit/{number}", "chen").act("typed", note=f"call {PHONE}")
    store.save_draft("visit/x/2026-01-01", {"phone": PHONE, "address": ADDRESS, "id": ID_NUMBER})
    store.search(PHONE, 5)
    store.search(ID_NUMBER, 5)
    sound = _sibling("sounds").wav(2, first=b"RECORDED WORDS OF SOMEBODY")
    consents.allow(store, number, ConsentPurpose.RECORDING, MORNING.date(), "asked", "chen")
    attach(store, number, "call", sound, MORNING.replace(tzinfo=None), "chen")
    with site.http("chen") as client:
        client.get(f"/search?q={PHONE}")
        client.get("/search/people", params={"q": ID_NUMBER})
        for text in (CSV, BAD):
            files = {"files": ("people.csv", text)}
            lot = client.post("/intake/files", files=files).json()["lot"]
            client.get(f"/intake/look/{lot}")
        left = client.post("/intake/files", files={"files": ("waits.csv", CSV)})
        assert left.status_code == 200
        client.post("/sign-in", data={"name": TYPED, "password": PASSWORD})
        client.post("/sign-in", data={"name": "chen", "password": TYPED})
    jobs = Jobs(site.house.folder / "data" / "jobs", site.house.database, site.clock)
    job = jobs.start(
        "intake", "kanglu.care.arriving:take_in_waiting",
        {"folder": str(site.house.folder / "data" / "arriving"), "lot": lot},
        actor=manager, purpose=Purpose.CARE, as_of=MORNING.date(),
    )  # fmt: skip
    jobs._children[job.id].wait(120)
    handler.close()
    log.removeHandler(handler)
    found = {
        "110101199003074470",
        "1391234567X",
        PHONE,
        ADDRESS,
        CARD,
        ID_NUMBER,
        TYPED,
        PASSWORD,
        KEY,
        "RECORDED WORDS",
        site.token("chen"),
    }
    lines = (line for file in site.demo.rglob("*.ndjson") for line in file.open(encoding="utf-8"))
    for one in map(json.loads, lines):
        if one["resourceType"] == "Patient":
            numbers = [each["value"] for name in ("telecom", "identifier") for each in one.get(name, ())]
            found |= {number for number in numbers if len(number) > 9}
    assert jobs.get(job.id).state == "done"
    assert len(found) > 80
    return found


def test_no_file_of_the_house_tells_a_number_an_address_a_recording_or_a_secret(site, secrets):
    site.house.database.close()
    files = [one for one in site.house.folder.rglob("*") if one.is_file() and not one.name.endswith(".key")]
    assert {"kanglu.sqlite", "server.log", "job.json"} <= {one.name for one in files}
    assert any(one.suffix == ".enc" for one in files)
    told = set()
    for file in files:
        content = file.read_bytes()
        for secret in secrets:
            spelt = (
                secret.encode(), secret.encode("utf-16-le"), secret.encode("gb18030"),
                json.dumps(secret).strip('"').encode(), base64.b64encode(secret.encode()).rstrip(b"=")[:-1],
            )  # fmt: skip
            if any(one in content for one in spelt) or secret in file.name:
                told.add((str(file.relative_to(site.house.folder)), secret))
    assert not told, "\n".join(map(str, sorted(told)))


def test_only_the_owner_can_read_them(site, secrets):
    for file in (site.path, *(site.house.folder / "data" / "jobs").iterdir(), site.house.folder / "media"):
        assert file.stat().st_mode & 0o077 == 0, file
