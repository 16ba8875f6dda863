"""Whoever does not look after somebody gets nothing of them: by no address, file, or act with their ids."""

import pytest
from tests.attacks.test_browsing import REFUSED, filled, walked_pages

from kanglu.record.sessions import SYSTEM
from kanglu.trust import LOCAL

WHO = "zheng"
LOOSE = ("audit_event", "audit_head", "login_session", "draft")


@pytest.fixture(scope="module")
def closed(site):
    """People of other managers: id, record number and name."""
    store = site.house.store(LOCAL)
    theirs = site.house.store(site.house.accounts.who(site.token(WHO)).actor)
    behind = set(store.everybody()) - set(theirs.everybody())
    rows = store.panel("all").people
    found = rows[rows["person_id"].isin(behind)]
    assert len(found) > 3
    assert SYSTEM.at_machine is False
    return found[["person_id", "record_number", "name"]].to_dict("records")


@pytest.fixture(scope="module")
def told(closed):
    """Names that belong to nobody else whom the manager may see."""
    return {one["name"] for one in closed if one["name"]}


def test_no_address_gives_anything_of_them(site, closed, told):
    one = closed[0]
    things = {
        "record_number": one["record_number"], "media": "1", "programme": "hypertension", "lot": "0" * 16,
        "batch": "1", "name": f"{one['record_number']}.html", "id": "htn", "language": "en",
    }  # fmt: skip
    routes = [route for page in walked_pages() for route in page.routes]
    routes += [route.path for route in site.application.routes.routes if "{record_number}" in route.path]
    asked = 0
    with site.http(WHO) as client:
        for route in routes:
            if "{record_number}" not in route:
                continue
            asked += 1
            for query in ("", "?scope=all", "?years=10&show=sbp", "?year=2025", "?form=phq9"):
                shown = client.get(filled(route, things) + query)
                assert one["name"] not in shown.text, (route, query)
                assert shown.status_code in (200, 303, 403, 404, 405, 422), (route, shown.status_code)
                if shown.headers["content-type"].startswith(
                    ("text/csv", "image/svg", "application/pdf", "audio")
                ):
                    pytest.fail(f"{route}{query} gave a file")
        for path in ("/", "/?scope=all", "/board", "/drafts", "/reports", f"/search?q={one['name'][:1]}"):
            shown = client.get(path).text
            seen = sorted(name for name in told if name in shown and len(name) > 2)
            assert seen == [], path
    assert asked >= 6


def test_no_act_with_their_ids_does_or_tells_anything(site, closed, window):
    mine = ",".join(str(one["person_id"]) for one in closed)
    tasks = site.asked(f"select id from rule_result where person_id in ({mine}) limit 20")
    keys = [str(one) for one in tasks] + site.asked("select distinct rule from rule_result limit 3")

    def stated():
        return {
            table: site.asked(f"select count(*) from {table} where person_id in ({mine})")[0]
            for table in ("observation", "communication", "consent", "encounter", "episode_of_care", "media")
            if table in site.rows()
        }

    before, done = stated(), 0
    for page in walked_pages():
        for one in closed[:2]:
            given = {
                "person": one["person_id"], "number": one["record_number"], "tasks": keys, "key": keys[0],
                "reason": "moved", "outcome": "reached", "until": "2026-01-20", "doctor": "zhou",
                "programme": "hypertension", "whom": "person", "sought": one["record_number"], "lang": "zh",
                "answer": "allow", "evidence": "asked", "report": "annual", "formats": ["html"],
                "q": one["name"], "text": one["name"], "channel": "phone",
            }  # fmt: skip
            places = {
                "record_number": one["record_number"], "lot": "0" * 16, "batch": "1", "id": "htn",
                "programme": "hypertension",
            }  # fmt: skip
            opened = window(filled(page.routes[-1], places), WHO)
            if REFUSED in opened.html:
                continue
            for act in sorted(name for name in dir(page) if hasattr(getattr(page, name), "kanglu_act")):
                if act in ("undo", "drop", "withdraw", "reject"):
                    continue
                takes = getattr(page, act).kanglu_act["takes"]
                answer = opened.act(act, **{name: given.get(name, "1") for name in takes})
                done += 1
                assert one["name"] not in str(answer.get("parts", "")), (page, act)
                if "go" in answer:
                    break
    assert done > 20
    assert stated() == before
