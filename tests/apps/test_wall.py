"""A record that is not in one's panel: nothing of it is shown, and it opens with a reason."""

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def closed(site):
    """Somebody who is another manager's."""
    from kanglu.trust import LOCAL

    store = site.house.store(LOCAL)
    theirs = site.house.store(site.house.accounts.who(site.token("zheng")).actor)
    behind = sorted(set(store.everybody()) - set(theirs.everybody()))
    return store.panel("all").people.set_index("person_id").loc[behind[0]]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_of_it_is_shown(visit, accessible, fits, closed, lang, width):
    for path in ("person", "visit", "trends", "enrolment"):
        page = visit(f"/{path}/{closed['record_number']}", "zheng", lang=lang, width=width)
        expect(page.locator("h1")).to_have_text(
            {"zh": "此人不在您管理的人群中", "en": "This record is not in your panel"}[lang]
        )
        assert closed["name"] not in page.content()
    accessible(page)
    fits(page)


def test_a_search_says_that_there_is_somebody_and_a_whole_number_leads_there(visit, closed):
    page = visit(f"/search?q={closed['name']}", "zheng", lang="en")
    expect(page.locator("#found")).to_contain_text("not in your panel")
    assert closed["record_number"] not in page.locator("#found").inner_text()
    page = visit(f"/search?q={closed['record_number']}", "zheng", lang="en")
    page.locator("#found a", has_text=closed["record_number"]).click()
    expect(page.locator("h1")).to_have_text("This record is not in your panel")


def test_it_opens_with_a_reason_and_where_one_wanted_to_go(visit, site, closed):
    page = visit(f"/trends/{closed['record_number']}", "zheng", lang="en")
    page.get_by_label("Why do you have to see it?").fill("Stands at the desk, her manager is away")
    page.get_by_role("button", name="Open the record").click()
    page.wait_for_url(f"**/trends/{closed['record_number']}")
    expect(page.locator("h1")).to_contain_text(closed["name"])


def test_it_does_not_open_without_a_reason_or_from_another_site(site, closed):
    path = f"/person/{closed['record_number']}/open"
    with site.http("zheng") as client:
        assert client.post(path, data={"reason": " "}).status_code == 422
        other = client.post(path, data={"reason": "x"}, headers={"origin": "https://elsewhere.example"})
        assert other.status_code == 403
        away = client.post(path, data={"reason": "x", "next": "https://elsewhere.example/"})
        assert (away.status_code, away.headers["location"]) == (303, "/")
