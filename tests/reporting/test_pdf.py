"""Blocks as a PDF: Chinese text that can be selected, tags, the same bytes for the same report."""

import io
import struct
from datetime import date

import pytest
from pypdf import PdfReader

from kanglu.errors import ReportError
from kanglu.home import shipped
from kanglu.reporting import fonts
from kanglu.reporting.blocks import Cover, Heading, Prose, to_data
from kanglu.reporting.pdf import Press

DAY = date(2026, 6, 30)
STYLE = shipped("reports/style")


def blocks(text="收缩压在三年中上升。", **cover):
    about = {
        "title": "年度健康总结",
        "record_number": "K000123",
        "cut_off": "数据截至 2026年6月30日",
        "lang": "zh",
    }
    return [to_data(block) for block in (Cover(**about, **cover), Heading("血压"), Prose(text))]


@pytest.fixture(scope="module")
def press():
    return Press(STYLE, fonts.find())


def test_its_text_can_be_selected_and_every_page_says_where_it_belongs(press):
    pdf, notes = press.set(blocks(), DAY)

    (page,) = PdfReader(io.BytesIO(pdf)).pages
    text = page.extract_text()
    assert notes == []
    for words in ("年度健康总结", "收缩压在三年中上升。", "K000123", "数据截至"):
        assert words in text


def test_it_is_tagged_titled_and_says_its_language(press):
    reader = PdfReader(io.BytesIO(press.set(blocks(), DAY)[0]))
    catalogue = reader.trailer["/Root"]

    assert catalogue["/MarkInfo"]["/Marked"].value is True
    assert "pdfuaid:part" in catalogue["/Metadata"].get_data().decode()
    assert reader.metadata.title == "年度健康总结"
    assert catalogue["/Lang"].startswith("zh")


def test_its_fonts_are_inside(press):
    reader = PdfReader(io.BytesIO(press.set(blocks(), DAY)[0]))
    faces = reader.pages[0]["/Resources"]["/Font"].values()

    inside = [face["/DescendantFonts"][0]["/FontDescriptor"] for face in faces if "/DescendantFonts" in face]
    assert len(inside) >= 2
    assert all({"/FontFile2", "/FontFile3"} & set(face) for face in inside)


def test_the_same_report_has_the_same_bytes(press):
    assert press.set(blocks(), DAY) == press.set(blocks(), DAY)
    assert Press(STYLE, fonts.find()).set(blocks(), DAY)[0] == press.set(blocks(), DAY)[0]


def test_text_is_never_read_as_markup(press):
    pdf, _notes = press.set(blocks("#panic() *not bold* $x$ <tag> = 1"), DAY)

    assert "#panic() *not bold* $x$ <tag> = 1" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_character_without_a_glyph_is_told_by_name_and_the_rest_is_set(press):
    pdf, notes = press.set(blocks("好😀"), DAY)

    assert notes == [f"no glyph in {fonts.find().family}: 😀 (U+1F600)"]
    assert "好" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_template_that_cannot_set_the_blocks_says_so(tmp_path):
    (tmp_path / "report.typ").write_text('#panic("no")')

    with pytest.raises(ReportError, match="The PDF cannot be set"):
        Press(tmp_path, fonts.find()).set(blocks(), DAY)
    with pytest.raises(ReportError, match=r"no report\.typ"):
        Press(tmp_path / "nowhere", fonts.find())


def test_a_report_needs_its_cover(press):
    with pytest.raises(ReportError, match="cover"):
        press.set(blocks()[1:], DAY)


# -- fonts -----------------------------------------------------------------------------------------


@pytest.fixture
def places(monkeypatch):
    """Looks for fonts in these folders only."""

    def look(*folders):
        monkeypatch.setattr(fonts, "_places", lambda: list(folders))
        fonts.find.cache_clear()

    yield look
    fonts.find.cache_clear()


def test_a_folder_of_ones_own_comes_first(monkeypatch, tmp_path):
    monkeypatch.setenv("KANGLU_FONTS", str(tmp_path))

    assert fonts._places()[0] == tmp_path


def test_without_a_font_the_error_says_how_to_get_one(places, tmp_path):
    places(tmp_path)

    with pytest.raises(ReportError, match=r"no Chinese font.*apt-get install fonts-noto-cjk.*KANGLU_FONTS"):
        fonts.find()


def test_a_family_without_its_bold_face_is_not_enough(places, tmp_path):
    usual = fonts.find()
    (tmp_path / usual.regular.name).symlink_to(usual.regular)
    places(tmp_path)

    with pytest.raises(ReportError, match="lacks its bold or its regular face"):
        fonts.find()


def test_the_characters_a_font_lacks():
    assert fonts.lacking("收缩压 abc é 𠮷", fonts.find()) == []
    assert fonts.lacking("😀a😀\ue000", fonts.find()) == ["\ue000", "😀"]


def test_both_kinds_of_character_map_are_read():
    groups = [(0x4E00, 0x4E02, 7), (0x1F600, 0x1F601, 0)]  # the second begins with "no glyph"
    twelve = struct.pack(">HHIII", 12, 0, 16 + 12 * 2, 0, 2) + b"".join(
        struct.pack(">III", *g) for g in groups
    )
    four = struct.pack(">HHHHHHH", 4, 0, 0, 4, 0, 0, 0) + struct.pack(">HHHHH", 0x42, 0xFFFF, 0, 0x41, 0xFFFF)
    head = (
        struct.pack(">HH", 0, 2)
        + struct.pack(">HHI", 3, 10, 20)
        + struct.pack(">HHI", 3, 1, 20 + len(twelve))
    )

    has = fonts._code_points(head + twelve + four)

    assert [code for code in range(0x20000) if has[code]] == [0x41, 0x42, 0x4E00, 0x4E01, 0x4E02, 0x1F601]
