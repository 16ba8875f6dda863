"""Enrolment: a card, programmes and a doctor, in a browser."""

import pytest

from .conftest import live

NUMBER = "11010519491231002X"


def open_card(page, number=NUMBER, **fields):
    page.fill("#identity", number)
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    page.click("#card button.main")
    page.wait_for_selector("#opened")
    return page.inner_text("#opened")


def test_from_a_card_to_a_doctor_and_a_manager(visit, site, accessible, fits):
    page = visit("/enrolment", "chen", lang="en")
    accessible(page)
    page.fill("#identity", NUMBER)
    page.wait_for_selector("#proposed .tag")
    assert "born 31 Dec 1949" in page.inner_text("#proposed")
    assert "female" in page.inner_text("#proposed")
    assert "The person is new in the record" in open_card(page, name="赵新人", phone="13912345678")
    assert "/enrolment/K0" in page.url
    assert "赵新人" in page.inner_text("h1")
    assert "Assign a doctor" in page.inner_text("section:has(#asked-title)")
    accessible(page)
    page.select_option("#doctor", "zhou")
    page.wait_for_selector(".enrolment-first")
    first = page.inner_text(".enrolment-first")
    counts = [int(text) for text in page.locator("#team td.num").all_inner_texts()]
    assert counts == sorted(counts)
    page.click("#team button.main")
    page.wait_for_selector("#team dd:has-text('周医生')")
    assert page.locator("#team dd").nth(1).inner_text() in first
    asked = page.inner_text("section:has(#asked-title)")
    assert "Assign a doctor" not in asked
    assert "Complete the record" in asked
    fits(page)

    other = "he" if "陈静" in first else "chen"
    page = visit("/enrolment", other, lang="en")
    page.fill("#identity", NUMBER.lower())
    page.locator("#proposed .banner a").click()
    page.get_by_label("Why do you have to see it?").fill("Came to my room")
    page.get_by_role("button", name="Open the record").click()
    page.wait_for_url("**/enrolment/K*")

    page = visit("/enrolment", other, lang="en")
    page.fill("#identity", NUMBER.lower())
    page.wait_for_selector("#proposed .banner")
    assert "who is in the record already" in page.inner_text("#proposed")
    assert "no second one was opened" in open_card(page)
    assert "赵新人" in page.inner_text("h1")


def test_a_programme_is_entered_and_left_with_a_reason(visit, accessible):
    page = visit("/enrolment", "chen", lang="en")
    open_card(page, "110105196005208653", name="钱二")
    page.click("[data-act=enrol][data-programme=hypertension]")
    page.click("[data-open='leave-hypertension']")
    accessible(page)
    page.click("#leave-hypertension button.main")
    assert page.locator("#leave-hypertension").is_visible()
    page.fill("#reason-hypertension", "moved away")
    page.click("#leave-hypertension button.main")
    page.wait_for_selector("[data-act=enrol][data-programme=hypertension]")
    assert "The reason stands in the record" in page.inner_text("#k-say")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "a name alone says not who it is"),
        ({"identity": "110105194912310021"}, "its check digit"),
        ({"document": "E1", "phone": "12"}, "too few or too many digits"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_entered(visit, site, fields, said):
    page = visit("/enrolment", "chen", lang="en")
    for name, text in fields.items():
        page.fill(f"#{name}", text)
    page.click("#card button.main")
    page.wait_for_selector(f"text={said}")
    assert page.url == f"{site.url}/enrolment"


def test_a_wrong_number_is_said_while_typing(visit):
    page = visit("/enrolment", "chen", lang="zh")
    page.fill("#identity", "110105194912310021")
    page.wait_for_selector("#proposed .banner.wrong")


def test_a_script_in_a_name_is_text(visit):
    page = visit("/enrolment", "chen", lang="en")
    open_card(page, "110105198001010016", name="<script>alert(1)</script>")
    assert "<script>alert(1)</script>" in page.inner_text("h1")
    page.goto(page.url)
    live(page)
    assert "<script>alert(1)</script>" in page.inner_text("h1")


@pytest.mark.parametrize("name", ["bai", "ou"])
def test_who_may_not_see_people_sees_nothing(visit, name):
    page = visit("/enrolment/K000001", name, lang="en")
    assert "This page is not for your role" in page.inner_text("main")
    assert page.locator("#team").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/enrolment", "/enrolment/K000001"])
def test_pages_fit_a_phone(visit, fits, path, lang):
    fits(visit(path, "chen", lang=lang, width=390))
