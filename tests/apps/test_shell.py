"""The shell: who gets in, what a page is told and tells, languages, other days, lost connections."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import pytest

from kanglu.errors import RecordError
from kanglu.i18n import Words
from kanglu.record.database import opened
from kanglu.record.sessions import IDLE, LONGEST, TRIES, WAIT
from kanglu.trust import Action, Actor, Resource, Role
from kanglu.ui import Page, act
from kanglu.ui.pages import Found
from kanglu.ui.rendering import environment
from kanglu.ui.server import Application
from kanglu.ui.visitors import House

from .conftest import KEY, PASSWORD, Clock, Site, live, serving

NAME = "<script>alert(1)</script>"


class Counter(Page):
    """A page that counts."""

    routes: ClassVar[tuple[str, ...]] = ("/", "/counter/{start}", "/search")
    template: ClassVar[str] = "counter.html"
    menu: ClassVar[int | None] = 1

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Counter."""
        return "Counter"

    def title(self) -> str:
        """What the address says."""
        return self.query.get("title", "Counter")

    def opened(self) -> None:
        """Begin at the number in the address."""
        if self.route.get("start") == "none":
            raise RecordError("There is nothing to count.", remedy="Count something else.")
        if self.route.get("start") == "broken":
            raise ZeroDivisionError("secret words")
        self.count, self.noted = int(self.route.get("start", 0)), ""

    def values(self) -> Mapping[str, Any]:
        """A name that would be a script."""
        return {"name": NAME}

    @act
    def add(self, many: int) -> None:
        """Count on."""
        self.count += many
        self.place(f"/counter/{self.count}")
        self.tell("counted")

    @act(any_day=True)
    def note(self, text: str = "") -> None:
        """Note something down."""
        self.noted = text

    @act
    def refuse(self) -> None:
        """Refuse."""
        raise RecordError("It cannot be.", remedy="Do something else.")

    @act
    def break_the_look(self) -> None:
        """Leave something that the template cannot show."""
        del self.count

    @act
    def crash(self) -> None:
        """Fail."""
        raise ZeroDivisionError


class Audit(Page):
    """A page for those who may check the audit log."""

    routes: ClassVar[tuple[str, ...]] = ("/audit",)
    template: ClassVar[str] = "counter.html"
    menu: ClassVar[int | None] = 2
    needs: ClassVar = ((Action.VERIFY, Resource.AUDIT),)

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Audit."""
        return "Audit"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A house with two pages and nobody in its record."""
    from kanglu import record

    path = tmp_path_factory.mktemp("shell") / "kanglu.sqlite"
    environment().loader.searchpath.append(str(Path(__file__).parent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KANGLU_KEY", KEY)
        record.init(str(path))
        clock = Clock()
        house = House(opened(str(path)), clock, path.parent)
        admin = Actor("root", "root", Role.ADMIN)
        for name, role in (("chen", Role.HEALTH_MANAGER), ("zhou", Role.CLINICIAN), ("root", Role.ADMIN)):
            house.accounts.change_password(name, house.accounts.add(admin, name, name, role), PASSWORD)
        with serving(Application(house, Found((Counter, Audit), ()))) as url:
            yield Site(url, house, clock)
        house.database.close()


@pytest.fixture(autouse=True)
def morning(site: Site) -> Iterator[None]:
    """Each test begins at the same time, with nobody signed in."""
    site.clock.now, site.cookies = Clock().now, {}
    yield
    site.clock.now = Clock().now


def test_nobody_gets_in_without_signing_in(site):
    with site.http() as client:
        for path in ("/", "/counter/3", "/audit", "/nowhere", "/password"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
        assert client.post("/password").status_code == 401
        assert client.get("/alive").text == "yes"


def test_one_signs_in_and_comes_to_where_one_wanted_to_go(visit, site):
    page = visit("/counter/5", None)
    page.fill("#name", "CHEN ")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    assert page.url == f"{site.url}/counter/5"
    page.click("summary")
    page.click("text=退出登录")
    assert page.url == f"{site.url}/sign-in"
    page.goto(f"{site.url}/counter/5")
    assert "/sign-in" in page.url


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "evil"])
def test_signing_in_leads_to_no_other_site(site, elsewhere):
    with site.http() as client:
        form = {"name": "chen", "password": PASSWORD, "next": elsewhere}
        assert client.post("/sign-in", data=form).headers["location"] == "/"


def test_after_five_wrong_passwords_the_right_one_waits_too(site):
    with site.http() as client:

        def sign_in(password):
            return client.post("/sign-in", data={"name": "zhou", "password": password}).status_code

        assert [sign_in("wrong") for _ in range(TRIES)] == [401] * TRIES
        assert sign_in(PASSWORD) == 401
        site.clock.now += WAIT
        assert sign_in(PASSWORD) == 303


def test_an_unknown_name_and_a_wrong_password_are_told_the_same(site):
    with site.http() as client:
        said = [
            client.post("/sign-in", data={"name": name, "password": "x"}).text.replace(name, "")
            for name in ("nobody", "root")
        ]
    assert said[0] == said[1]


@pytest.mark.parametrize("passed", [IDLE, LONGEST])
def test_a_session_ends_when_idle_and_when_old(site, passed):
    with site.http("chen") as client:
        for _ in range(passed // timedelta(minutes=59)):
            site.clock.now += timedelta(minutes=59)
            assert client.get("/").status_code == 200
        site.clock.now = Clock().now + passed if passed == LONGEST else site.clock.now + IDLE
        assert client.get("/").status_code == 303


def test_a_password_given_by_another_must_be_changed_first(site):
    password = site.house.accounts.reset(Actor("root", "root", Role.ADMIN), "zhou")
    with site.http() as client:
        form = {"name": "zhou", "password": password, "next": "/"}
        assert client.post("/sign-in", data=form).headers["location"] == "/password"
        assert client.get("/counter/1").headers["location"] == "/password"
        short = {"old": password, "new": "short", "again": "short"}
        assert client.post("/password", data=short).status_code == 422
        changed = {"old": password, "new": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data=changed).status_code == 303
        assert client.get("/counter/1").status_code == 200


def test_a_page_that_fails_says_so_and_shows_nothing_of_how(site):
    with site.http("chen") as client:
        shown = client.get("/counter/broken").text
    assert "Traceback" not in shown
    assert "secret words" not in shown
    assert "此页面暂时无法显示" in shown


def test_a_form_of_another_site_is_refused(site):
    with site.http("chen") as client:
        assert client.post("/sign-out", headers={"origin": "https://evil.example"}).status_code == 403
        assert client.get("/").status_code == 200


def test_every_answer_says_what_a_browser_may_do_with_it(site):
    with site.http("chen") as client:
        for path in ("/", "/sign-in", "/ui/kanglu.css", "/alive"):
            said = client.get(path).headers
            assert "frame-ancestors 'none'" in said["content-security-policy"]
            assert "unsafe-eval" not in said["content-security-policy"]
            assert said["x-content-type-options"] == "nosniff"
        assert client.get("/").headers["cache-control"] == "no-store"
        assert "max-age" in client.get("/ui/kanglu.css").headers["cache-control"]


def test_the_page_holds_no_cookie_that_a_script_could_read(site):
    with site.http("chen") as client:
        assert site.token("chen") not in client.get("/").text


def test_what_is_typed_reaches_the_page_as_what_it_wants(visit):
    page = visit("/counter/5")
    page.fill("#many", "3")
    page.click("#add")
    page.wait_for_selector("text=counted")
    assert page.inner_text("#counted").startswith("8")
    assert page.url.endswith("/counter/8")
    page.fill("#many", "three")
    page.click("#add")
    page.wait_for_selector("#many-fault:has-text('请输入数字')")
    assert page.evaluate("document.activeElement.id") == "many"
    page.reload()
    assert page.inner_text("#counted").startswith("8")


def test_a_script_in_a_name_is_text(visit):
    page = visit("/")
    assert NAME in page.inner_text("#counted")
    page.click("#add")
    page.wait_for_selector("text=counted")
    assert page.get_attribute("#counted", "data-name") == NAME


@pytest.mark.parametrize("field", ["title", "q"])
def test_a_script_in_the_heading_or_in_what_is_sought_is_text(visit, field):
    script = """"></title><script>window.hacked = true</script>"""
    page = visit(f"/search?{urlencode({field: script})}")
    assert page.evaluate("window.hacked") is None
    shown = {"title": page.inner_text("h1"), "q": page.input_value("#find")}
    assert shown[field] == script


def test_a_refusal_is_told_and_a_fault_shows_nothing_of_itself(visit):
    page = visit("/", lang="en")
    page.click("#refuse")
    page.wait_for_selector("text=It cannot be. Do something else.")
    page.click("#crash")
    page.wait_for_selector("text=Something went wrong here.")
    page.click("#gone")
    page.wait_for_selector("text='opened' cannot be done here.")
    assert "ZeroDivision" not in page.content()


def test_what_cannot_be_shown_after_an_act_is_told(visit):
    page = visit("/", lang="en")
    page.click("#break")
    page.wait_for_selector("text=This page cannot be shown now. Load it anew.")


def test_a_page_that_the_role_may_not_see_says_so_and_shows_nothing(visit):
    page = visit("/audit", "zhou", lang="en")
    assert page.inner_text("h1") == "This page is not for your role"
    assert page.locator("#counted").count() == 0
    assert page.locator(".menu >> text=Audit").count() == 0


def test_a_page_that_cannot_be_shown_says_why(visit):
    page = visit("/counter/none", lang="en")
    assert page.inner_text("h1") == "This page cannot be shown now"
    assert "Count something else." in page.inner_text("main")


def test_another_language_keeps_the_place(visit, site):
    page = visit("/counter/5", lang="zh")
    assert page.inner_text("main p >> nth=0") == "2026年1月1日"
    page.click("#add")
    page.wait_for_selector("text=counted")
    page.click("text=English")
    live(page)
    assert page.url == f"{site.url}/counter/6"
    assert page.inner_text("main p >> nth=0") == "1 Jan 2026"
    assert page.get_attribute("html", "lang") == "en"


def test_another_language_before_signing_in_keeps_where_one_wanted_to_go(visit, site):
    page = visit("/search?q=a%26b&title=Found", None, lang="zh")
    page.click("text=English")
    page.fill("#name", "chen")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    live(page)
    assert page.url == f"{site.url}/search?q=a%26b&title=Found"
    assert page.get_attribute("html", "lang") == "en"


def test_on_a_new_day_yesterdays_page_does_nothing_more_but_keeps_what_is_typed(visit, site):
    page = visit("/counter/5")
    site.clock.now += timedelta(hours=15)
    site.cookies.clear()
    page.context.add_cookies([{"name": "kanglu_session", "value": site.token("chen"), "url": site.url}])
    page = visit("/counter/5")
    site.clock.now += timedelta(minutes=1)
    assert page.get_attribute("body", "data-day") == "2026-01-02"
    site.clock.now = Clock().now + timedelta(hours=14, minutes=59)
    site.cookies.clear()
    page = visit("/counter/5")
    site.clock.now += timedelta(minutes=1)
    page.click("#add")
    page.wait_for_selector("#k-new-day:not([hidden])")
    assert page.inner_text("#counted").startswith("5")
    page.fill("#note", "kept")
    page.wait_for_selector("#kept:has-text('kept')")


def test_a_session_that_has_ended_leads_to_sign_in_and_back(visit, site):
    page = visit("/counter/5")
    site.house.accounts.sign_out(site.token("chen"))
    page.click("#add")
    page.wait_for_url("**/sign-in?next=/counter/5")


def test_what_is_typed_while_the_connection_is_lost_is_there_afterwards(visit):
    page = visit("/counter/5")
    page.context.set_offline(True)
    page.evaluate("Bokeh.documents[0]")
    page.fill("#note", "on the stairs")
    page.wait_for_selector("#k-offline:not([hidden])", timeout=20_000)
    page.context.set_offline(False)
    page.wait_for_selector("#kept:has-text('on the stairs')", timeout=20_000)
    assert page.input_value("#note") == "on the stairs"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_shell_is_accessible_and_fits(visit, accessible, fits, lang, width):
    for path, name in (("/sign-in", None), ("/counter/5", "chen"), ("/password", "chen"), ("/audit", "zhou")):
        page = visit(path, name, lang=lang, width=width)
        accessible(page)
        fits(page)


def test_the_keyboard_alone_reaches_everything(visit):
    page = visit("/counter/5")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "add"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=counted")
