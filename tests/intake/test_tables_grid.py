"""Files of cells as people have them: encodings, separators, quotes, workbooks."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
import xlwt

from kanglu.errors import Refused
from kanglu.intake.tables_grid import decode, grids

TEXT = "体检号,姓名,收缩压(mmHg)\r\nA1,张三,128\r\n"
CELLS = [["体检号", "姓名", "收缩压(mmHg)"], ["A1", "张三", "128"]]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_the_same_table_in_every_encoding_in_use(encoding: str) -> None:
    assert grids(TEXT.encode(encoding))[0].rows == CELLS


def test_a_rare_name_that_only_gb18030_has() -> None:
    assert decode("㐀𠮷,1".encode("gb18030")) == "㐀𠮷,1"


def test_a_file_that_is_neither_utf8_nor_gb18030_is_refused_with_byte_and_line() -> None:
    with pytest.raises(Refused, match=r"byte 0xFF at offset 13, line 2"):
        decode("姓名,值\n".encode() + b"a," + b"\xff\xff,1\n")


def test_utf8_cut_off_within_a_letter_is_refused() -> None:
    with pytest.raises(Refused, match="line 3"):
        decode("姓名,值\n张三,1\n李四".encode()[:-1] + b"\n")


def test_binary_rubbish_is_refused() -> None:
    with pytest.raises(Refused, match="not text"):
        grids(b"\x01\x02\x00\x00\x00\x07abc" * 20)


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found(separator: str) -> None:
    text = (
        f"id{separator}说明{separator}sbp\n1{separator}一, 二{separator}120\n2{separator}三{separator}130\n"
    )
    quoted = text.replace("一, 二", '"一, 二"')
    assert grids(quoted.encode())[0].rows[1] == ["1", "一, 二", "120"]


def test_quotes_keep_line_breaks_and_doubled_quotes() -> None:
    rows = grids('id,note\n1,"早餐后\n""头晕"", 休息"\n2,x\n'.encode())[0].rows
    assert rows[1:] == [["1", '早餐后\n"头晕", 休息'], ["2", "x"]]


def test_a_quotation_mark_within_a_cell_need_not_be_doubled() -> None:
    assert grids(b'id,note\n1,"a"b\n2,c\n')[0].rows[1:] == [["1", "ab"], ["2", "c"]]


def test_a_quotation_mark_never_closed_is_refused_with_its_line() -> None:
    with pytest.raises(Refused, match="after line 3"):
        grids(b'id,note\n1,x\n2,"open\n3,y\n')


def test_a_web_page_called_xls_is_refused_by_name() -> None:
    with pytest.raises(Refused, match="web page"):
        grids(b"<html><table><tr><td>1</td></tr></table></html>")


def xlsx(*sheets: tuple[str, list[list[object]]], hidden: str = "", merged: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name == hidden:
            sheet.sheet_state = "hidden"
        if merged:
            sheet.merge_cells(merged)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_an_xlsx_keeps_numbers_texts_and_dates_and_hides_hidden_sheets() -> None:
    moment = datetime(2026, 5, 26, 8, 2)
    content = xlsx(("甲", [["a", 1.5, moment]]), ("乙", [["b"]]), ("丙", [["c"]]), hidden="乙")
    assert [(grid.sheet, grid.rows) for grid in grids(content)] == [
        ("甲", [["a", 1.5, moment]]),
        ("丙", [["c"]]),
    ]


def test_one_sheet_has_no_name_to_tell() -> None:
    assert grids(xlsx(("Sheet1", [["a"]])))[0].sheet == ""


def test_rows_and_columns_before_the_first_cell_are_counted() -> None:
    assert grids(xlsx(("s", [[], [None, "a"]])))[0].rows == [["", ""], ["", "a"]]


def test_a_merged_cell_holds_for_all_that_it_spans() -> None:
    content = xlsx(("s", [["血压", None, "x"], ["收缩压", "舒张压", "y"]]), merged="A1:B1")
    assert grids(content)[0].rows[0] == ["血压", "血压", "x"]


def test_an_old_xls_is_read() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("s")
    style = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for place, cell in enumerate(["张三", 7.5, date(2026, 5, 26)]):
        sheet.write(0, place, cell, style if place == 2 else xlwt.Style.default_style)
    stream = BytesIO()
    book.save(stream)
    assert grids(stream.getvalue())[0].rows == [["张三", 7.5, date(2026, 5, 26)]]


def test_a_damaged_workbook_is_refused() -> None:
    with pytest.raises(Refused, match=r"damaged|readable"):
        grids(xlsx(("s", [["a"]]))[:900])


def test_a_workbook_that_grows_as_zip_bombs_do_is_refused() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", bytes(64 << 20))
    with pytest.raises(Refused, match="zip bombs"):
        grids(stream.getvalue())


def test_a_file_of_blanks_has_no_grid() -> None:
    assert grids(b"\n , \n") == [] or grids(b",,\n,,\n") == []


def resheeted(change: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose sheet was written by no spreadsheet."""
    stream = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(xlsx(("s", [["a"], ["b"]])))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if "sheet1" in name else old.read(name))
    return stream.getvalue()


@pytest.mark.parametrize(
    "row",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        b'<row r="1048576">' + b"<c><v>1</v></c>" * 16384 + b"</row>",
        b'<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>',
        b'<row r="1048576"><c\tr="ZZZZZZ1"><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_spans_more_than_memory_holds_is_refused(row: bytes) -> None:
    with pytest.raises(Refused, match="cells"):
        grids(resheeted(lambda sheet: sheet.replace(b"</sheetData>", row + b"</sheetData>")))


def test_entities_of_a_workbook_are_not_expanded() -> None:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 12))
    head = b'<!DOCTYPE x [<!ENTITY l0 "ha"><!ENTITY file SYSTEM "file:///etc/passwd">' + laughs + b"]>"

    def change(sheet: bytes) -> bytes:
        text = b'<row r="3"><c r="A3" t="inlineStr"><is><t>&l11;&file;</t></is></c></row></sheetData>'
        return head + sheet.replace(b"</sheetData>", text)

    try:
        found = grids(resheeted(change))
    except Refused:
        return
    assert "root:" not in str(found)
    assert len(str(found)) < 1000


def test_a_workbook_of_another_kind_is_refused_by_name() -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<x/>")
    with pytest.raises(Refused, match=r"neither \.xlsx nor \.xls"):
        grids(stream.getvalue())


def test_a_part_that_holds_more_than_it_claims_gives_no_more() -> None:
    content = bytearray(
        resheeted(lambda sheet: sheet.replace(b"</sheetData>", b" " * (8 << 20) + b"</sheetData>"))
    )
    with zipfile.ZipFile(BytesIO(bytes(content))) as archive:
        [size] = [one.file_size for one in archive.infolist() if "sheet1" in one.filename]
    lied = bytes(content).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lied != bytes(content)
    with pytest.raises(Refused):
        grids(lied)
