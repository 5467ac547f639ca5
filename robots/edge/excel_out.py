"""Decided workbooks as .xlsx bytes: XlsxWriter, strings always as strings, print-ready on A4."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from robots.edge import paging
from robots.model.decisions import Chart, Column, Look, Sheet, Table, Workbook
from robots.model.forms import FORM_SHEET, Form, seal
from robots.model.words import Catalogue

FONT = "微软雅黑"
_INK, _LINE, _BAND, _PALE = "#1F3864", "#BFBFBF", "#F3F6FB", "#DCE6F2"
_YELLOW = "#FFF8D6"  # cells to be filled in
_PIECES = re.compile(r"[!-~]+ ?|.")  # what a cell does not break: a run of Latin letters and digits, else one character
_NUMBER_FORMATS = {
    Look.MONEY: '#,##0.00;[Red]-#,##0.00;"–"',
    Look.NUMBER: "#,##0.##",
    Look.INTEGER: "#,##0",
    Look.PERCENT: "0.0%",
    Look.SCORE: "0.00",
    Look.CHANGE: "+0.00;[Red]-0.00;0.00",
    Look.DATE: "yyyy-mm-dd",
    Look.MOMENT: "yyyy-mm-dd hh:mm",
}
_RIGHT = (Look.MONEY, Look.NUMBER, Look.INTEGER, Look.PERCENT, Look.SCORE, Look.CHANGE)
_MOST_CHARACTERS = 32_000
_MOST_ROWS = 1_000_000
_ONE_PAGE = 48  # rows that are still read on one page, charts and all
_READ_ON_PAPER = ("payments",)  # forms are read on paper, too
_READABLE = 80  # percent of ten points
_NARROWEST = 14  # characters that a column that wraps has at least
_MOST_LINKS = 60_000  # Excel takes 65,530 on a sheet


def render(workbook: Workbook, words: Catalogue, at: datetime) -> bytes:
    """The .xlsx of a workbook whose texts have been spoken. The same input and time give the same bytes."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": at.replace(tzinfo=None), "author": words.entries.get("product.name", "")})
    page = _Page(book, words, is_read=workbook.form is not None or workbook.folder in _READ_ON_PAPER)
    taken: set[str] = set()
    names = [_sheet_name(str(sheet.name), taken) for sheet in workbook.sheets]
    is_form = workbook.form is not None
    form = _form_sheet(workbook)
    sealed = [
        page.write(book.add_worksheet(name), sheet, name, is_form and number == form)
        for number, (name, sheet) in enumerate(zip(names, workbook.sheets, strict=True))
    ]
    if workbook.form is not None and workbook.form.kind:
        rows = seal(workbook.form, names[form], sealed[form][0], [*names[:form], *names[form + 1 :]], sealed[form][1])
    else:
        rows = seal(workbook.form or Form(f"{workbook.folder}-{at:%Y%m%d%H%M%S}", 0), "", {}, names)
    _seal(book.add_worksheet(FORM_SHEET), rows)
    book.close()
    return memory.getvalue()


def _form_sheet(workbook: Workbook) -> int:
    """The sheet of a form that is filled in: the first with an open column."""
    opened = (any(column.open for table in sheet.tables for column in table.columns) for sheet in workbook.sheets)
    return next((number for number, is_open in enumerate(opened) if is_open), 0)


def _seal(page: Worksheet, rows: list[tuple[str, str]]) -> None:
    """The very hidden sheet by which a workbook of ours is known again."""
    page.very_hidden()
    for number, pair in enumerate(rows):
        for column, text in enumerate(pair):
            page.write_string(number, column, text)


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name Excel allows: 31 characters, none of []:*?/\\, once per workbook whatever its case."""
    base = re.sub(r"[\[\]:*?/\\]", "_", name).strip("'")[:31] or "1"
    unique, number = base, 2
    while unique.casefold() in taken:
        tail = f" ({number})"
        unique, number = base[: 31 - len(tail)] + tail, number + 1
    taken.add(unique.casefold())
    return unique


@dataclass(frozen=True)
class _Placed:
    """A table as it stands on the sheet: its first and last data row, and all that belongs to it."""

    table: Table
    first: int
    last: int
    top: int = 0
    bottom: int = 0


class _Page:
    """Writes sheets of one workbook; keeps its formats."""

    def __init__(self, book: xlsxwriter.Workbook, words: Catalogue, is_read: bool) -> None:
        self._book = book
        self._is_read = is_read
        self._formats: dict[tuple[Any, ...], Format] = {}
        self._cell_formats: dict[tuple[Any, ...], Format] = {}
        self._marks = {words.speak(words.entries.get(key, key)): color for key, color in _LEVEL_COLORS.items()}
        self._total = words.entries.get("table.total", "Σ")
        self._subtotal = words.entries.get("table.subtotal", "Σ")

    def write(self, page: Worksheet, sheet: Sheet, name: str, is_form: bool = False) -> tuple[dict[str, Any], ...]:
        """One sheet from top to bottom: title, facts, tables, charts, notes, signatures. Returns what a form seals, and
        what it leaves open beside that."""
        self._sealed: dict[str, Any] = {}
        self._heights: dict[int, float] = {}
        self._open: dict[str, Any] = {}
        self._is_form = is_form
        width = max([len(_on_paper(table)) for table in sheet.tables] or [4])
        self._widths = _widths(sheet, self._is_read)
        self._columns(page, sheet)
        row = self._title(page, sheet, width)
        row = self._facts(page, sheet, row)
        placed = []
        for table in sheet.tables:
            top = row
            row, one = self._table(page, table, row, bool(sheet.groups))
            placed.append(replace(one, top=top, bottom=row - 2))
        if sheet.groups and placed:
            row = self._all_groups(page, sheet, placed)
        row = self._charts(page, sheet, placed, name, row)
        row = self._lines(page, sheet.notes, row, width, "note")
        self._signatures(page, sheet, row + 1, width)
        last = [row] if sheet.charts else [one.bottom for one in placed]
        self._print_setup(page, sheet, placed, max([*self._heights, *last, 0]))
        if is_form:
            page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True, "sort": True})
        return self._sealed, self._open

    def _high(self, page: Worksheet, row: int, points: float) -> None:
        page.set_row(row, points)
        self._heights[row] = points

    # -------------------------------------------------------------- formats

    def _format(self, *names: str, **properties: Any) -> Format:
        key = (*names, *sorted(properties.items()))
        if key not in self._formats:
            merged: dict[str, Any] = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
            for name in names:
                merged |= _STYLES[name]
            self._formats[key] = self._book.add_format(merged | properties)
        return self._formats[key]

    def _cell_format(self, look: Look, value: Any, banded: bool, is_open: bool = False) -> Format:
        """The format of a cell, made once for all cells that look alike."""
        alike = value if look is Look.LEVEL else isinstance(value, int | float | Decimal)
        key = (look, _number_format(look, value), alike, banded, is_open)
        if key not in self._cell_formats:
            self._cell_formats[key] = self._new_cell_format(look, value, banded, is_open)
        return self._cell_formats[key]

    def _new_cell_format(self, look: Look, value: Any, banded: bool, is_open: bool) -> Format:
        properties: dict[str, Any] = {"num_format": _number_format(look, value)}
        if banded:
            properties["bg_color"] = _BAND
        if is_open:
            properties |= {"locked": False, "bg_color": _YELLOW}
        if look in _RIGHT and isinstance(value, int | float | Decimal):
            properties["align"] = "right"
        elif look in (Look.TEXT, Look.WRAP):
            properties |= {"align": "left", "indent": 1}
        elif look in (Look.DATE, Look.MOMENT) or (is_open and look is Look.INTEGER):
            properties["align"] = "center"
        if look is Look.WRAP:
            properties["text_wrap"] = True
        if look is Look.LEVEL:
            properties |= {"align": "center", "bold": True, "font_color": self._marks.get(value, _INK)}
        return self._format("cell", **properties)

    # -------------------------------------------------------------- parts of a sheet

    def _columns(self, page: Worksheet, sheet: Sheet) -> None:
        for index, width in enumerate(self._widths):
            page.set_column(index, index, width)
        if not sheet.tables:
            page.set_column(0, 0, 20)
            page.set_column(1, 3, 26)
        page.hide_gridlines(2)

    def _title(self, page: Worksheet, sheet: Sheet, width: int) -> int:
        if not sheet.title:
            return 0
        self._high(page, 0, 30)
        _across(page, 0, 0, max(width - 1, 1), str(sheet.title), self._format("title"))
        return 2 if sheet.facts or sheet.tables else 1

    def _facts(self, page: Worksheet, sheet: Sheet, row: int) -> int:
        """Label and value pairs: the label over the first 18 characters' width, the value over the rest."""
        if not sheet.facts:
            return row
        widths = self._widths[: len(_on_paper(sheet.tables[0]))] if sheet.tables else [20, 26, 26, 26]
        split = next((i + 1 for i in range(len(widths)) if sum(widths[: i + 1]) >= 18), 1)
        last = max(len(widths) - 1, split)
        room = sum(widths[split:]) or 40
        for label, value in sheet.facts:
            _across(page, row, 0, split - 1, str(label), self._format("label"))
            _across(page, row, split, last, _shown(value), self._format("fact"))
            self._high(
                page, row, 18 * sum(max(1, -(-_width(part) // max(room, 1))) for part in _shown(value).split("\n"))
            )
            row += 1
        return row + 1

    def _table(self, page: Worksheet, table: Table, row: int, is_group: bool = False) -> tuple[int, _Placed]:
        if is_group and not table.continues:
            row = self._header(page, table, row)
        if table.title:
            page.write_string(row, 0, str(table.title), self._format("heading"))
            row += 1
        first = row if is_group else self._header(page, table, row)
        if not table.rows and table.empty:
            _across(page, first, 0, len(table.columns) - 1, str(table.empty), self._format("note"))
            return first + 2, _Placed(table, first, first - 1)
        self._rows(page, table, first)
        last = first + len(table.rows) - 1
        if table.blanks:
            self._blanks(page, table, last + 1)
            return last + table.blanks + 2, _Placed(table, first, last)
        if table.total and table.rows:
            self._totals(page, table, first, last, is_group)
            return last + 3, _Placed(table, first, last)
        return last + 2, _Placed(table, first, last)

    def _rows(self, page: Worksheet, table: Table, first: int) -> None:
        links = {(at, index): str(address) for at, index, address in table.links[:_MOST_LINKS]}
        for offset, cells in enumerate(table.rows[:_MOST_ROWS]):
            for index, value in enumerate(cells):
                at = (first + offset, index)
                if address := links.get((offset, index)):
                    page.write_url(*at, address, self._format("cell", "link"), string=str(value))
                else:
                    self._body_cell(page, table.columns[index], at, value, offset % 2 == 1)
            self._height(page, table, first + offset, cells)

    def _header(self, page: Worksheet, table: Table, row: int) -> int:
        for index, column in enumerate(table.columns):
            page.write_string(row, index, str(column.title), self._format("header"))
            self._seal(False, row, index, str(column.title))
        self._high(
            page, row, 30 if any(_width(str(c.title)) > self._widths[n] for n, c in enumerate(table.columns)) else 20
        )
        return row + 1

    def _body_cell(self, page: Worksheet, column: Column, at: tuple[int, int], value: Any, banded: bool) -> None:
        look = Look(column.look)
        self._cell(page, *at, value, self._cell_format(look, value, banded, column.open))
        if column.over is not None:
            self._spark(page, at, *column.over)
        self._seal(column.open, *at, value)
        if column.open and column.choices:
            page.data_validation(*at, *at, _one_of(column))

    def _seal(self, is_open: bool, row: int, column: int, value: Any) -> None:
        """Note what a form's cell holds; other sheets are not sealed."""
        if self._is_form:
            (self._open if is_open else self._sealed)[xl_rowcol_to_cell(row, column)] = value

    def _spark(self, page: Worksheet, at: tuple[int, int], first: int, last: int) -> None:
        """A small line over cells of the same row; gaps stay gaps."""
        sheet = "'" + page.get_name().replace("'", "''") + "'"
        cells = f"{sheet}!{xl_range_abs(at[0], first, at[0], last)}"
        page.add_sparkline(*at, {"range": cells, "markers": True, "weight": 1.5, "series_color": _INK})

    def _blanks(self, page: Worksheet, table: Table, first: int) -> None:
        """Free rows of a form: cells that may be written to, with what may be chosen there."""
        last = first + table.blanks - 1
        for index, column in enumerate(table.columns):
            style = self._cell_format(Look(column.look), None, False, column.open)
            for row in range(first, last + 1):
                page.write_blank(row, index, None, style)
            if column.choices:
                page.data_validation(first, index, last, index, _one_of(column))
            elif column.look in (Look.DATE, Look.MOMENT):
                page.data_validation(first, index, last, index, _A_DATE)

    def _height(self, page: Worksheet, table: Table, row: int, cells: tuple[Any, ...]) -> None:
        """Rows with wrapped text are as high as their longest cell needs, in every spreadsheet program."""
        needed = 1
        for column, value, width in zip(table.columns, cells, self._widths, strict=False):
            if column.look == Look.WRAP and isinstance(value, str):
                needed = max(needed, sum(_lines_of(part, max(width - 1, 1)) for part in value.split("\n")))
        self._high(page, row, max(18, 15 * min(needed, 26) + 3))

    def _cell(self, page: Worksheet, row: int, column: int, value: Any, style: Format) -> None:
        if value is None or value == "":
            page.write_blank(row, column, None, style)
        elif isinstance(value, bool):
            page.write_boolean(row, column, value, style)
        elif isinstance(value, int | float | Decimal):
            page.write_number(row, column, float(value), style)
        elif isinstance(value, datetime | date):
            page.write_datetime(row, column, _moment(value), style)
        else:
            page.write_string(row, column, str(value)[:_MOST_CHARACTERS], style)

    def _totals(self, page: Worksheet, table: Table, first: int, last: int, is_group: bool = False) -> None:
        """Sums below a table; below a group they are ones that a sum over all groups leaves out."""
        sums = {i: _sum(table.rows, i) for i in table.total}
        function, label = ("SUBTOTAL(9,", self._subtotal) if is_group else ("SUM(", self._total)
        self._sums(page, table, last + 1, label, {
            i: (f"={function}{xl_range(first, i, last, i)})", total) for i, total in sums.items()
        })  # fmt: skip

    def _all_groups(self, page: Worksheet, sheet: Sheet, placed: list[_Placed]) -> int:
        """The row that closes a list of groups: the sum of their sums."""
        table, row = placed[0].table, placed[-1].bottom + 2
        first, last = placed[0].first, placed[-1].bottom
        rows = [cells for one in placed for cells in one.table.rows]
        sums = {i: _sum(rows, i) for i in table.total}
        self._sums(page, table, row, str(sheet.groups), {
            i: (f"=SUBTOTAL(9,{xl_range(first, i, last, i)})", total) for i, total in sums.items()
        })  # fmt: skip
        return row + 2

    def _sums(self, page: Worksheet, table: Table, row: int, label: str, sums: dict[int, tuple[str, Decimal]]) -> None:
        """A row of formulas with the values they have."""
        self._high(page, row, 20)
        for index, column in enumerate(table.columns):
            style = self._format("total", num_format=_NUMBER_FORMATS.get(Look(column.look), "General"))
            if index in sums:
                formula, value = sums[index]
                page.write_formula(row, index, formula, style, float(value))
            else:
                page.write_string(row, index, label if index == 0 else "", style)

    def _charts(self, page: Worksheet, sheet: Sheet, placed: list[_Placed], name: str, row: int) -> int:
        """Charts side by side below the tables, two to a row."""
        total = sum(max(t.columns[i].width for t in sheet.tables if i < len(t.columns)) for i in range(
            max([len(t.columns) for t in sheet.tables] or [0])
        ))  # fmt: skip
        wide = max(420, min(int(total * 7.4) // 2 - 10, 720))
        for index, chart in enumerate(sheet.charts):
            drawn = self._chart(chart, placed[chart.table], name, wide)
            if drawn is not None:
                page.insert_chart(
                    row, 0, drawn, {"x_offset": 4 + (index % 2) * (wide + 12), "y_offset": 6, "object_position": 3}
                )
                row += 16 if index % 2 or index == len(sheet.charts) - 1 else 0
        return row

    def _chart(self, chart: Chart, at: _Placed, name: str, wide: int) -> Any:
        last = at.last if chart.rows is None else min(at.last, at.first + chart.rows - 1)
        if last < at.first:
            return None
        drawn = self._book.add_chart({"type": chart.kind} | ({"subtype": "stacked"} if chart.stacked else {}))
        sheet = "'" + name.replace("'", "''") + "'"
        for value, color in zip(chart.values, _SERIES, strict=False):
            drawn.add_series(
                {
                    "name": str(at.table.columns[value].title).replace("\n", ""),
                    "categories": f"={sheet}!{xl_range_abs(at.first, chart.category, last, chart.category)}",
                    "values": f"={sheet}!{xl_range_abs(at.first, value, last, value)}",
                    "line": {"color": color, "width": 2.0} if chart.kind == "line" else {"none": True},
                    "fill": {"color": color} if chart.kind != "line" else {"none": True},
                    "marker": {"type": "circle", "size": 5, "fill": {"color": color}, "border": {"color": color}},
                    "gap": 60,
                }
            )
        self._axes(drawn, chart, at, last)
        drawn.set_size({"width": wide, "height": 300})
        return drawn

    def _axes(self, drawn: Any, chart: Chart, at: _Placed, last: int) -> None:
        small = {"name": FONT, "size": 8}
        shown = [row[i] for row in at.table.rows[: last - at.first + 1] for i in chart.values if row[i] is not None]
        axis: dict[str, Any] = {"num_font": small, "major_gridlines": {"visible": True, "line": {"color": "#E3E3E3"}}}
        if chart.percent:
            lowest = float(min(shown, default=0))
            axis |= {"num_format": "0%" if lowest < 0.95 else "0.0%", "max": 1, "min": _axis_floor(lowest)}
        if chart.axis:
            axis |= {"min": chart.axis[0], "max": chart.axis[1], "major_unit": 1}
        drawn.set_title({"name": str(chart.title), "name_font": {"name": FONT, "size": 11, "color": _INK}})
        drawn.set_y_axis(axis)
        drawn.set_x_axis({"num_font": small | ({"rotation": -45} if chart.kind == "column" else {})})
        drawn.set_legend({"none": True} if len(chart.values) == 1 else {"position": "bottom", "font": small})

    def _lines(self, page: Worksheet, lines: tuple[Any, ...], row: int, width: int, style: str) -> int:
        room = sum(self._widths[:width]) or 80
        for line in lines:
            _across(page, row, 0, max(width - 1, 1), str(line), self._format(style))
            self._high(page, row, 18 * sum(_lines_of(part, room) for part in str(line).split("\n")))
            row += 1
        return row

    def _signatures(self, page: Worksheet, sheet: Sheet, row: int, width: int) -> None:
        """Places to sign, spread over the width of the page."""
        if not sheet.signatures:
            return
        self._high(page, row, 36)
        step = max(width // len(sheet.signatures), 1)
        for index, text in enumerate(sheet.signatures):
            left = index * step
            right = width - 1 if index == len(sheet.signatures) - 1 else left + step - 1
            _across(page, row, left, right, str(text), self._format("sign"))

    def _print_setup(self, page: Worksheet, sheet: Sheet, placed: list[_Placed], last: int) -> None:
        page.set_paper(9)
        page.set_landscape() if sheet.landscape else page.set_portrait()
        page.fit_to_pages(1, 1 if sheet.charts and sum(len(one.table.rows) for one in placed) <= _ONE_PAGE else 0)
        page.set_margins(0.4, 0.4, 0.5, 0.6)
        page.center_horizontally()
        if sheet.groups and placed:
            self._group_pages(page, sheet, placed)
        page.set_footer("&L&8&F  &A&R&8&P / &N")
        if placed and len(shown := _on_paper(placed[0].table)) < len(placed[0].table.columns):
            page.print_area(0, 0, last, len(shown) - 1)
        if len(placed) == 1 and not sheet.charts and placed[0].table.rows:
            header = placed[0].first - 1
            page.repeat_rows(header)
            page.freeze_panes(placed[0].first, 0)
            page.autofilter(header, 0, placed[0].last, len(placed[0].table.columns) - 1)

    def _group_pages(self, page: Worksheet, sheet: Sheet, placed: list[_Placed]) -> None:
        """The header on every page, and pages that end between groups wherever one fits on a page."""
        header = placed[0].top
        page.repeat_rows(header)
        page.freeze_panes(header + 1, 0)
        percent = paging.scale(self._widths[: len(_on_paper(placed[0].table))], sheet.landscape)
        groups = [(one.top + (one is placed[0]), one.bottom) for one in placed]
        page.set_h_pagebreaks(paging.breaks(groups, self._heights, percent, sheet.landscape, header))


_SERIES = "#2F5597", "#C55A11", "#548235", "#7F7F7F", "#BF9000"
_LEVEL_COLORS = {
    "level.error": "#C00000", "level.question": "#C55A11", "level.warning": "#C55A11", "level.info": "#7F7F7F",
    "severity.critical": "#C00000", "severity.warning": "#C55A11", "severity.info": "#7F7F7F",
}  # fmt: skip
_BORDER = {"border": 1, "border_color": _LINE}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "font_color": _INK},
    "heading": {"bold": True, "font_size": 11, "font_color": _INK},
    "header": {"bold": True, "font_color": "white", "bg_color": _INK, "align": "center", "text_wrap": True, **_BORDER},
    "cell": _BORDER,
    "link": {"font_color": "#0563C1", "underline": 1, "align": "left", "indent": 1},
    "label": {"bold": True, "bg_color": _PALE, "indent": 1, **_BORDER},
    "fact": {"text_wrap": True, "align": "left", "indent": 1, **_BORDER},
    "total": {"bold": True, "bg_color": _PALE, **_BORDER},
    "note": {"italic": True, "font_color": "#595959", "text_wrap": True, "align": "left"},
    "sign": {"align": "left", "valign": "bottom", "bottom": 1},
}


_A_DATE = {"validate": "date", "criteria": ">=", "value": datetime(1980, 1, 1), "ignore_blank": True}


def _one_of(column: Column) -> dict[str, Any]:
    """A drop-down. Excel takes 255 characters at most; longer lists are not offered."""
    source = [str(choice) for choice in column.choices]
    fits = len(",".join(source)) <= 255
    chosen = {"validate": "list", "source": source, "ignore_blank": True} if fits else {"validate": "any"}
    return chosen | ({"input_title": str(column.title)[:32], "input_message": str(column.hint)} if column.hint else {})


def _across(page: Worksheet, row: int, first: int, last: int, text: str, style: Format) -> None:
    """A text over one or more columns, as a string whatever it begins with."""
    if last > first:
        page.merge_range(row, first, row, last, "", style)
    page.write_string(row, first, text[:_MOST_CHARACTERS], style)


def _sum(rows: Iterable[tuple[Any, ...]], column: int) -> Decimal:
    """Exact; a blank adds nothing."""
    return sum((Decimal(cells[column] or 0) for cells in rows), Decimal(0))


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)


def _moment(value: date) -> datetime:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def _number_format(look: Look, value: Any) -> str:
    """How a cell shows its value. Under #,##0.## Excel shows 98 as "98.": whole numbers have a format of their own."""
    if look is Look.NUMBER and isinstance(value, int | float | Decimal) and value == int(value):
        return _NUMBER_FORMATS[Look.INTEGER]
    return _NUMBER_FORMATS.get(look, "@" if look is Look.TEXT else "General")


def _on_paper(table: Table) -> list[Column]:
    return [column for column in table.columns if column.paper]


def _widths(sheet: Sheet, is_read: bool) -> list[int]:
    """The width of every column. Of a paper that is read and signed, columns that wrap give way until it is printed at
    eight points: what stands in them takes more lines."""
    count = max([len(table.columns) for table in sheet.tables] or [0])
    mine = [[table.columns[n] for table in sheet.tables if n < len(table.columns)] for n in range(count)]
    widths = [max(column.width for column in columns) for columns in mine]
    wrapping = [n for n, columns in enumerate(mine) if all(c.look == Look.WRAP for c in columns)]
    shown = max([len(_on_paper(table)) for table in sheet.tables] or [0])
    while is_read and paging.scale(widths[:shown], sheet.landscape) < _READABLE:
        widest = max((n for n in wrapping if n < shown), key=lambda n: widths[n], default=None)
        if widest is None or widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _width(text: str) -> int:
    """Characters as wide as they are shown: a Chinese one counts two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


@lru_cache(maxsize=20_000)  # names, causes and places come again and again
def _lines_of(text: str, room: int) -> int:
    """How many lines a text takes in a cell that is `room` characters wide: numbers and words stay in one piece.

    >>> _lines_of("26002000001310345041, 26002000001310345769", 36), _lines_of("发票单价高于订单", 8)
    (2, 2)
    """
    lines, used, room = 1, 0, 100 * room
    for piece in _PIECES.findall(text):
        wide = sum(map(_drawn, piece))
        if used and used + wide > room:
            lines, used = lines + 1, 0
        full = (used + wide - 1) // room
        lines, used = lines + full, used + wide - full * room
    return lines


def _drawn(character: str) -> int:
    """How wide a character is drawn, in hundredths of a column's: capitals are wider than digits and small letters."""
    return 200 if unicodedata.east_asian_width(character) in "WF" else 128 if character.isupper() else 108


def _axis_floor(lowest: float) -> float:
    """Where a percent axis begins, so that differences can be seen and nothing is cut off."""
    return next(floor for floor in (0.99, 0.95, 0.9, 0.8, 0.5, 0.0) if lowest > floor or floor == 0.0)


def texts_of(table: Table) -> Iterator[tuple[str, ...]]:
    """The rows of a table as texts, for letters."""
    for row in table.rows:
        yield tuple(_letter_text(value, Look(column.look)) for value, column in zip(row, table.columns, strict=True))


def _letter_text(value: Any, look: Look) -> str:
    if value is None:
        return "—"
    if look is Look.PERCENT:
        return f"{float(value):.1%}"
    return f"{value:,.2f}" if isinstance(value, Decimal) else str(value)
