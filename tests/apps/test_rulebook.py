"""The Rulebook page: a rule in words, a number changed and tried, proposed by one, made live by another."""

from playwright.sync_api import expect

from kanglu.care import in_force
from kanglu.trust import Actor, Role

RULE = "/rules/monitoring.quarter_overdue"
DAYS = "days without a follow-up visit of “Hypertension programme”"


def test_rules_are_found_and_read_in_words(visit, accessible, fits):
    page = visit("/rules", "chen", lang="en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rulebook")
    page.get_by_label("Search", exact=True).fill("90 days")
    expect(page.locator("#list tbody tr")).to_have_count(2)
    accessible(page)
    fits(page)
    page.get_by_role("link", name="More than 90 days without a review", exact=True).click()
    words = page.locator("section", has=page.get_by_role("heading", name="In words"))
    expect(words).to_contain_text("no follow-up visit of “Hypertension programme” for more than 90 days")
    expect(words).to_contain_text("has hypertension")
    accessible(page)
    fits(page)


def test_in_chinese_on_a_phone(visit, accessible, fits):
    page = visit(RULE, "chen", lang="zh", width=390)
    expect(page.locator("main")).to_contain_text("超过90天没有“高血压患者健康管理”随访")
    accessible(page)
    fits(page)
    page.goto(page.url.replace("/monitoring.quarter_overdue", ""))
    expect(page.locator("#list tbody tr").first).to_be_visible()
    fits(page)


def test_a_number_is_changed_tried_proposed_and_made_live_by_another(visit, site, accessible, fits):
    page = visit(RULE, "chen", lang="en")
    days = page.get_by_label(DAYS)
    days.fill("0")
    expect(page.locator("#trial .banner.wrong")).to_contain_text("between 1 and 3660")
    days.fill("120")
    expect(page.locator("#trial mark").last).to_be_visible()
    expect(page.locator("#trial")).to_contain_text("for more than 120 days")
    expect(page.locator("#trial")).to_contain_text("still says 90")

    page.get_by_role("button", name="What would it do?").click()
    expect(page.locator("#foreseen")).to_contain_text("Today, of", timeout=60_000)
    expect(page.locator("#foreseen")).to_contain_text("It gives no tasks")
    accessible(page)
    fits(page)
    page.reload()
    expect(page.locator("#foreseen")).to_contain_text("Today, of")
    expect(page.get_by_label("days without a follow-up visit of “Hypertension programme”")).to_have_value(
        "120"
    )
    page.wait_for_selector("html[data-live]", state="attached")

    page.get_by_role("button", name="Propose …").click()
    page.get_by_label("Reason for it").fill("Fewer letters")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator("#k-say, dialog")).to_contain_text(
        ["Look at the examples first"] * 0 or [], timeout=1
    )
    page.get_by_label("Adjust these examples").check()
    page.get_by_role("button", name="Propose", exact=True).click()
    page.wait_for_url("**/rules#proposals")
    expect(page.locator("#proposals")).to_contain_text("Another person decides")
    assert page.get_by_role("button", name="Make it live").count() == 0

    other = visit("/rules", "he", lang="en")
    expect(other.locator("#proposals")).to_contain_text("Waits for a clinician or a supervisor")
    second = visit("/rules", "sun", lang="en")
    expect(second.locator("#proposals")).to_contain_text("Fewer letters")
    second.get_by_role("button", name="What would it do?").click()
    expect(second.locator("#proposals")).to_contain_text("Today, of", timeout=60_000)
    accessible(second)
    fits(second)
    second.get_by_role("button", name="Make it live").click()
    second.locator("#k-confirm").get_by_role("button", name="Continue").click()
    expect(second.locator("#k-say")).to_contain_text("It is in force")
    with_admin = site.house.store(Actor("root", "root", Role.ADMIN))
    assert in_force(with_admin).rules["monitoring.quarter_overdue"].version == 2
    second.goto(site.url + RULE)
    expect(second.locator("#history")).to_contain_text("Version 2 in force since 1 Jan 2026, by 孙主任")


def test_a_proposal_is_rejected_with_a_note(visit):
    page = visit("/rules/programmes/elderly", "chen", lang="en")
    page.get_by_label("age, at least").fill("70")
    expect(page.locator("#trial")).to_contain_text("is 70 or older")
    page.get_by_role("button", name="Propose …").click()
    page.get_by_label("Reason for it").fill("Older ones first")
    if page.get_by_label("Adjust these examples").count():
        page.get_by_label("Adjust these examples").check()
    page.get_by_role("button", name="Propose", exact=True).click()
    page.wait_for_url("**/rules#proposals")
    second = visit("/rules", "zhou", lang="en")
    second.get_by_role("button", name="Reject").first.click()
    second.get_by_label("Why, for whoever proposed it").fill("The programme begins at 65")
    second.locator("dialog[open]").get_by_role("button", name="Reject").click()
    expect(second.locator("#k-say")).to_contain_text("rejected")
    second.locator("#decided summary").click()
    expect(second.locator("#decided")).to_contain_text("The programme begins at 65")


def test_who_may_not_propose_reads_all_the_same(visit):
    for name in ("ou", "bai"):
        page = visit(RULE, name, lang="en")
        expect(page.get_by_role("heading", name="In words")).to_be_visible()
        assert page.get_by_role("heading", name="Change a number").count() == 0


def test_a_rule_that_is_not_there(visit):
    page = visit("/rules/no.such_rule", "chen", lang="en")
    expect(page.locator("main")).to_contain_text("There is no rule no.such_rule")
