"""Every address and every act, by nobody and by every role: none gives what it may not.

The walk is over the application's own tables of routes, so that a page or a route that is added is walked
too. What a role may see is held against the record itself: no answer names a person to whom the role has no
right.
"""

import re
from datetime import date

import pytest
from tests.apps.conftest import PEOPLE
from tests.attacks.conftest import NAMES
from tests.attacks.test_getting_in import connects, page_token

from kanglu.reporting.batches import Batches
from kanglu.trust import Action, Actor, Resource, Role, allowed
from kanglu.ui.page import Page

SHUT = 303
ROLES = {name: role for name, _, role, _ in PEOPLE}
REFUSED = 'class="empty tall"'
OPEN = {"/sign-in", "/alive", "/ui", "/language/{language}"}
"""What nobody has to sign in for."""


def able(name: str, action: Action, resource: Resource) -> bool:
    return allowed(Actor(name, name, ROLES[name]), action, resource)


@pytest.fixture(scope="module")
def things(site):
    """Something for every kind of name that stands in an address; chen's, where it is somebody's."""
    store = site.house.store(Actor("chen", "陈静", Role.HEALTH_MANAGER))
    number = site.asked("select record_number from person order by id")[0]
    with site.http("chen") as client:
        lot = client.post("/intake/files", files={"files": ("a.csv", "身份证号,收缩压\n1,120\n")}).json()[
            "lot"
        ]
    order = {
        "report": "annual", "panel": number, "year": 2025, "lang": "zh",
        "as_of": "2026-01-01", "formats": ["html"],
    }  # fmt: skip
    batches = Batches(site.house.folder / "reports" / "out" / "batches")
    batch = batches.begin(order, "chen", 1, "2026-01-01T01:00:00Z", "20260101T010000")
    assert store.person(number)
    rule = site.asked("select rule from rule_version")[0] if "rule_version" in site.rows() else "htn"
    return {
        "record_number": number, "lot": lot, "batch": batch.id, "name": f"{number}.html", "media": "1",
        "programme": "hypertension", "id": rule, "language": "en",
    }  # fmt: skip


def addresses(site, things):
    """Every address of the house that can be got."""
    routes = site.application.routes.routes
    own = [route.path for route in routes if "GET" in (getattr(route, "methods", None) or {"GET"})]
    return {route: filled(route, things) for route in [*site.application.panel.core.applications, *own]}


def filled(route, things):
    """A route with a name in each of its places."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda part: things[part[1]], route)


@pytest.fixture(scope="module")
def people(site):
    """The names of everybody in the record."""
    names = {one for one in site.asked("select name from demographics") if one and len(one) > 1}
    assert len(names) > 30
    return names - {called for _, called, _, _ in PEOPLE}


def test_nobody_gets_anything_without_signing_in(site, things, people):
    with site.http() as client:
        for route, path in addresses(site, things).items():
            if route in OPEN:
                continue
            for variant in (
                path,
                path + "/",
                path + "?x=1",
                "/" + path,
                path.replace("/", "/./", 1),
                path + "/ws",
            ):
                answer = client.get(variant)
                assert answer.status_code in (SHUT, 401, 404, 405), (variant, answer.status_code)
                assert "location" not in answer.headers or answer.headers["location"].startswith("/sign-in")
                assert not any(name in answer.text for name in people), variant


def test_nobody_posts_anything_without_signing_in(site, things):
    before = site.rows()
    with site.http() as client:
        for route in site.application.routes.routes:
            if "POST" in (getattr(route, "methods", None) or ()) and route.path != "/sign-in":
                path = filled(route.path, things)
                for how in (client.post, client.put, client.patch, client.delete):
                    assert how(path).status_code in (401, 404, 405), path
    assert site.rows() == before


@pytest.mark.parametrize(
    "path",
    [
        "/kanglu.sqlite", "/kanglu.sqlite.key", "/data/kanglu.sqlite", "/../kanglu.sqlite", "/media/",
        "/data/jobs/", "/openapi.json", "/logout",
        "/reports/out/batches/", "/apps/today.py", "/.git/config", "/.env", "/ui/../../../etc/passwd",
        "/ui//etc/passwd", "/static/../../../../etc/passwd", "/static//etc/passwd", "/session_info", "/admin",
        "/static/extensions/panel/../../../../../../etc/passwd", "/docs", "/metrics",
        "/static/extensions/..%2f..%2f..%2fetc/passwd", "/%2e%2e/kanglu.sqlite.key", "/rest", "/liveness",
    ],
)  # fmt: skip
def test_no_file_is_served_that_is_not_the_shells(site, path):
    for name in (None, "root"):
        said = site.raw(f"GET {path}", name)
        assert int(said.split(b" ", 2)[1]) in (303, 404), (path, said[:60])
        assert b"root:" not in said


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_names_a_person_to_a_role_that_may_not_know_who_people_are(site, things, people, name):
    if able(name, Action.READ, Resource.IDENTITY):
        pytest.skip("may know")
    with site.http(name) as client:
        for path in addresses(site, things).values():
            shown = client.get(path)
            assert shown.status_code != 500, path
            named = sorted(one for one in people if one in shown.text)
            assert named == [], (path, named)


@pytest.mark.parametrize("name", NAMES)
def test_a_role_sees_the_pages_that_its_rights_open_and_no_other(site, things, name):
    shut = ("此页面不对您的角色开放", "This page is not for your role")
    with site.http(name) as client:
        client.cookies.set("kanglu_language", "en")
        for page in walked_pages():
            for route in page.routes:
                path = filled(route, things)
                answer = client.get(path)
                assert answer.status_code == 200, path
                refused = not all(able(name, *right) for right in page.needs)
                assert any(text in answer.text for text in shut) >= refused, (path, name)


def walked_pages() -> list[type[Page]]:
    from kanglu.ui.pages import find

    return list(find().pages)


@pytest.mark.parametrize("name", NAMES)
def test_the_wire_of_a_page_that_the_role_may_not_see_hears_nothing(site, things, window, name):
    before = None
    for page in walked_pages():
        if all(able(name, *right) for right in page.needs):
            continue
        path = filled(page.routes[-1], things)
        opened = window(path, name)
        before = site.rows()
        acts = [act for act, method in vars(page).items() if hasattr(method, "kanglu_act")]
        for act in acts[:2]:
            assert opened.shout(act) is None, (page, act)
        assert site.rows() == before


def test_nobody_connects_to_the_wire_of_any_page(site, things):
    with site.http("root") as client:
        for page in walked_pages():
            path = filled(page.routes[-1], things)
            shown = client.get(path)
            assert not connects(site, path, page_token(shown.text), None, site.url), path


def given_to(method, things, rows) -> dict[str, object]:
    """Something for each argument of an act that it takes: of the right kind, and about chen's people."""
    plenty = {
        "person": 1, "number": things["record_number"], "tasks": rows, "task": rows[0] if rows else "x",
        "key": rows[0] if rows else "x", "lot": things["lot"], "until": "2026-01-20", "reason": "moved",
        "outcome": "reached", "owner": "he_min", "batch": things["batch"], "day": "2026-01-01",
        "id": things["id"],
    }  # fmt: skip
    return {name: plenty.get(name, "1") for name in method.kanglu_act["takes"]}


READS_ALONE = ("audit_event", "audit_head", "login_session", "sqlite_sequence")


@pytest.mark.parametrize("name", NAMES)
def test_who_may_not_write_writes_nothing_by_any_act_of_any_page(site, things, window, name):
    if able(name, Action.WRITE, Resource.FACTS):
        pytest.skip("may write")
    tasks = [str(one) for one in site.asked("select id from rule_result limit 3")]
    before = site.rows()
    done = 0
    for page in walked_pages():
        if not all(able(name, *right) for right in page.needs):
            continue
        path = filled(page.routes[-1], things)
        opened = window(path, name)
        if REFUSED in opened.html:
            continue
        for act in dir(page):
            method = getattr(page, act)
            if hasattr(method, "kanglu_act"):
                print(page, act, given_to(method, things, tasks), flush=True)
                answer = opened.act(act, **given_to(method, things, tasks))
                done += 1
                assert "Traceback" not in str(answer)
    after = site.rows()
    changed = {table for table in after if after[table] != before.get(table) and table not in READS_ALONE}
    assert changed == set()
    assert done > 5


def test_what_is_anothers_is_not_there(site, things, window):
    """Files that wait, batches of reports and drafts are their owner's."""
    store = site.house.store(Actor("chen", "陈静", Role.HEALTH_MANAGER))
    key = f"visit/{things['record_number']}/2026-01-01"
    store.save_draft(key, {"note": "mine"})
    with site.http("he") as client:
        assert "begun" not in client.get(f"/intake/look/{things['lot']}").text
        for path in (
            f"/reports/{things['batch']}/all.zip",
            f"/reports/{things['batch']}/files/{things['name']}",
        ):
            assert client.get(path).status_code == 404
        assert things["record_number"] not in client.get("/drafts").text
    window("/drafts", "he").act("drop", key=key)
    window("/intake", "he").act("drop", lot=things["lot"])
    assert store.draft(key).content == {"note": "mine"}
    assert (site.house.folder / "data" / "arriving" / things["lot"]).is_dir()
    assert date(2026, 1, 1).isoformat() in key
