"""Intake: bringing, looking, taking in, receipts, and taking back, in a browser."""

import io
import zipfile
from pathlib import Path

import pytest

from kanglu.intake.waiting import MOST_FILES

from .conftest import live

ROWS = "\n".join(
    f"{n},王{n},2025-12-{n + 1:02d},{120 + n},{300 + n},{'500' if n == 4 else 5.1}" for n in range(1, 7)
)
TABLE = f"体检号,姓名,日期,收缩压(mmHg),尿酸,空腹血糖(mmol/L)\n{ROWS}\n"
NOBODY = "姓名,收缩压(mmHg)\n张三,150\n"


@pytest.fixture
def files(tmp_path):
    """A table that can be taken in, and one that says of nobody who it is."""
    (tmp_path / "体检.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "nobody.csv").write_text(NOBODY, encoding="utf-8")
    return [tmp_path / "体检.csv", tmp_path / "nobody.csv"]


def bring(page, *paths: Path) -> None:
    page.set_input_files("#files", [str(path) for path in paths])
    page.click("#bring button.main")
    page.wait_for_url("**/intake/look/*")
    live(page)


def test_a_file_is_looked_at_mended_taken_in_and_taken_back(visit, site, files, accessible, fits):
    page = visit("/intake", "chen", lang="en")
    accessible(page)
    bring(page, *files)
    assert "6 rows, 6 of 6 columns are taken in" in page.inner_text("#content")
    assert "No column says by a number whom a row is about" in page.inner_text("#content")
    assert "set aside, its unit is not known" in page.inner_text("#content")
    page.click("#change-0-4")
    page.fill("#unit", "umol/L")
    accessible(page)
    page.click(".intake-edit button.main")
    page.wait_for_selector(".intake-edit", state="detached")
    assert "Uric acid\tμmol/L" in page.inner_text(".intake-columns").replace("\xb5", "\u03bc")
    page.click(".intake-decide button.main")
    page.wait_for_selector("#going a[href^='/intake/batch/']", timeout=90_000)
    page.click("#going a[href^='/intake/batch/']")
    live(page)
    counts = page.inner_text(".intake-counts").split("\n")
    assert dict(zip(counts[1::2], counts[::2], strict=True))["set aside"] == "1"
    lines = page.inner_text("#lines")
    for said in (
        "体检.csv",
        "row 5",
        "空腹血糖(mmol/L)",
        "500 mmol/L is outside what is possible",
        "nobody.csv",
    ):
        assert said in lines
    accessible(page)
    fits(page)
    page.click("[data-open=undo]")
    page.click("#undo [data-act=undo]")
    page.wait_for_selector("text=Taken back on")
    assert page.locator("[data-open=undo]").count() == 0
    page.goto(f"{site.url}/intake")
    assert "taken back" in page.inner_text("#batches")


def test_files_can_be_dropped_anywhere_on_the_form(visit):
    page = visit("/intake", "chen", lang="en")
    data = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['a,b\\n1,2'], 'a.csv')); return d }"
    )
    page.dispatch_event(".intake-drop", "dragover", {"dataTransfer": data})
    assert "over" in page.get_attribute("#bring", "class")
    page.dispatch_event(".intake-drop", "drop", {"dataTransfer": data})
    assert page.evaluate("document.getElementById('files').files[0].name") == "a.csv"
    assert "over" not in page.get_attribute("#bring", "class")


def test_what_was_kept_of_the_columns_is_used_for_the_next_file(visit, files):
    page = visit("/intake", "he", lang="en")
    bring(page, files[0])
    page.click("#change-0-1")
    page.select_option("#role", "ignored")
    page.click(".intake-edit button.main")
    page.wait_for_selector(".intake-edit", state="detached")
    page.click("[data-act=drop]")
    page.click("#k-confirm [value=yes]")
    page.wait_for_url("**/intake")
    live(page)
    bring(page, files[0])
    assert "read as it was kept" in page.inner_text("#content")
    assert "left out" in page.inner_text(".intake-columns tr:has(#change-0-1)")


def test_the_whole_table_can_be_said_to_be_of_one_person_and_day(visit, files):
    page = visit("/intake", "he", lang="en")
    bring(page, files[1])
    assert "As it is, nothing can be taken in." in page.inner_text("#content")
    page.fill("#person-0", "A17")
    page.fill("#day-0", "2025-12-31")
    page.click("form[data-act=whole] button")
    page.wait_for_selector(".intake-decide button.main")
    assert page.locator("main .banner.wrong").count() == 0


def test_files_that_wait_are_only_for_whoever_brought_them(visit, site, files):
    with site.http("he") as client:
        lot = client.post("/intake/files", files={"files": ("体检.csv", TABLE)}).json()["lot"]
    page = visit(f"/intake/look/{lot}", "chen", lang="en")
    assert "体检" not in page.inner_text("main")
    assert "This is not here" in page.inner_text("main")
    assert lot in visit("/intake", "he").content()
    assert lot not in visit("/intake", "chen").content()


def test_uploads_of_other_kinds_and_sizes_are_refused(site, monkeypatch):
    with site.http("chen") as client:

        def answer(name="a.csv", content=b"x", **more):
            return client.post("/intake/files", files={"files": (name, content)}, **more)

        for name in ("a.exe", "a.pdf", "../../a.sh"):
            assert answer(name).status_code == 422
            assert "类型不能导入" in answer(name).json()["error"]
        many = [("files", (f"{number}.csv", b"x")) for number in range(MOST_FILES + 1)]
        assert client.post("/intake/files", files=many).status_code == 422
        assert client.post("/intake/files", data={"files": "no file"}).status_code == 422
        with monkeypatch.context() as patch:
            patch.setattr("kanglu_apps.intake.MOST_BYTES", -(1 << 20))
            assert "合计超过" in answer().json()["error"]
        elsewhere = {"origin": "https://evil.example"}
        assert answer(headers=elsewhere).status_code == 403
    for name, status in (("bai", 403), (None, 401)):
        with site.http(name) as client:
            assert client.post("/intake/files", files={"files": ("a.csv", b"x")}).status_code == status


def test_a_pdf_in_a_zip_and_a_script_in_a_name_are_named_and_are_text(visit, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("<img src=x onerror=alert(1)>.pdf", b"%PDF-1.7")
        archive.writestr("<script>alert(1)</script>.csv", TABLE)
    (tmp_path / "a.zip").write_bytes(packed.getvalue())
    page = visit("/intake", "chen", lang="en")
    bring(page, tmp_path / "a.zip")
    assert "It is a PDF." in page.inner_text("main .banner.wrong")
    assert "<script>alert(1)" in page.inner_text("#content") or "script>.csv" in page.inner_text("#content")
    assert page.locator("main script, main img").count() == 0


def test_an_operator_brings_files_and_an_analyst_may_not(visit):
    page = visit("/intake", "ou", lang="en")
    assert "Bring files" in page.inner_text("main")
    page = visit("/intake", "bai", lang="en")
    assert "This page is not for your role" in page.inner_text("main")
    assert page.locator("#files").count() == 0


def test_a_clinician_sees_receipts_and_may_not_take_them_back(visit):
    page = visit("/intake/batch/1", "zhou", lang="en")
    assert "Receipt 1" in page.inner_text("h1")
    assert page.locator("[data-open=undo]").count() == 0


@pytest.mark.parametrize("path", ["/intake/batch/999", "/intake/batch/x", "/intake/look/0123456789abcdef"])
def test_what_is_not_there_is_said_not_to_be(visit, path):
    assert "This is not here" in visit(path, "chen", lang="en").inner_text("main")


def test_all_that_was_set_aside_is_one_list_in_the_words_of_the_page(visit, site, accessible):
    with (
        site.house.store(site.house.accounts.who(site.token("chen")).actor) as store,
        store.batch("x") as writer,
    ):
        for row in range(60):
            writer.problem("检验.csv", str(row), "血糖", "高 is not a number.", "Correct it in the source.")
    page = visit("/intake/aside", "chen")
    assert "高不是数字。" in page.inner_text("#lines")
    assert page.locator("#lines tbody tr").count() == 50
    page.click("[data-act=turn]")
    page.wait_for_selector("text=第59行")
    accessible(page)
    page.click("#lines a >> nth=0")
    page.wait_for_url("**/intake/batch/*")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/intake", "/intake?kind=all", "/intake/batch/1", "/intake/aside"])
def test_pages_fit_a_phone(visit, fits, path, lang):
    fits(visit(path, "chen", lang=lang, width=390))
