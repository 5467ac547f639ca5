"""A bank's batch template (批量付款模板): one row per payment under the columns that this bank asks for."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from pydantic import BaseModel, ConfigDict, Field

from robots.edge.banks import DoesNotFit
from robots.model.decisions import BankFile, Transfer

Cell = str | int | Decimal
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_FORMULA = "=+-@＝＋－＠"  # what a spreadsheet takes for the beginning of a formula, in either width
_TEXT, _AMOUNT = "@", "0.00"


class Heading(BaseModel):
    """One column: the bank's own word over it, what stands in it, how long that may be (0: any length).

    Only a purpose may be `cut` to fit; a name, an account or a key never is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    value: Literal[
        "number", "payee", "account", "bank_name", "bank_code", "amount", "currency", "purpose", "payment_key", "batch",
        "day", "payer", "payer_account", "blank",
    ]  # fmt: skip
    most: int = Field(default=0, ge=0)
    required: bool = False


class Layout(BaseModel):
    """One bank's template. `encoding` and `separator` are a .csv's, `sheet` is an .xlsx's."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["template"]
    file: Literal["xlsx", "csv"]
    sheet: str = "Sheet1"
    encoding: Literal["gb18030", "gbk", "utf-8", "utf-8-sig"] = "gb18030"
    separator: Literal[",", ";", "\t", "|"] = ","
    columns: tuple[Heading, ...] = Field(min_length=1)


def write(file: BankFile, layout: Layout, at: datetime) -> tuple[str, bytes]:
    """The template filled in. Raises DoesNotFit."""
    rows = [[_cell(file, one, number, h) for h in layout.columns] for number, one in enumerate(file.transfers, 1)]
    if layout.file == "csv":
        return ".csv", _csv(layout, rows)
    return ".xlsx", _xlsx(layout, rows, at)


def _cell(file: BankFile, one: Transfer, number: int, heading: Heading) -> Cell:
    value = _values(file, one, number)[heading.value]
    if heading.required and value == "":
        raise DoesNotFit(f"{one.payee}, {one.payment_key}: {heading.title}: —")
    if heading.most and isinstance(value, str) and len(value) > heading.most:
        if heading.value != "purpose":
            raise DoesNotFit(f"{one.payee}, {one.payment_key}: {heading.title}: {value} > {heading.most}")
        value = value[: heading.most]
    return value


def _values(file: BankFile, one: Transfer, number: int) -> dict[str, Cell]:
    """Everything that a column may show."""
    return {
        "number": number, "payee": one.payee, "account": one.account, "bank_name": one.bank_name,
        "bank_code": one.bank_code, "amount": one.amount, "currency": file.payer.currency,
        "purpose": str(one.purpose), "payment_key": one.payment_key, "batch": file.batch, "day": one.day.isoformat(),
        "payer": file.payer.holder, "payer_account": file.payer.account, "blank": "",
    }  # fmt: skip


# ------------------------------------------------------------------ as the bank gives it back

_READ_AS = {
    "payee": "vendor", "account": "payee_account", "amount": "amount", "currency": "currency", "purpose": "purpose",
    "payment_key": "payment_key", "batch": "batch",
}  # fmt: skip
_Tells = Literal["payee", "account", "amount", "payment_key"]
_TELLS: tuple[_Tells, ...] = ("payee", "account", "amount", "payment_key")  # by these a file is known to be ours


def returned(layout: Layout) -> dict[str, Any]:
    """Our own file with a day and a result added, as a source (config/sources): which of its columns is which field,
    and which are nobody's. {} where it does not carry our key, for then it is a list like any other."""
    titles = {heading.value: heading.title for heading in reversed(layout.columns)}
    if not set(_TELLS) <= set(titles):
        return {}
    fields = {_READ_AS[value]: title for value, title in titles.items() if value in _READ_AS}
    ignore = [heading.title for heading in layout.columns if heading.title not in fields.values()]
    return {"known_by": [[titles[value] for value in _TELLS]], "columns": {"payments": fields}, "ignore": ignore}


# ------------------------------------------------------------------ .xlsx


def _xlsx(layout: Layout, rows: list[list[Cell]], at: datetime) -> bytes:
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": at.replace(tzinfo=None)})
    page = book.add_worksheet(layout.sheet)
    text, amount = (book.add_format({"num_format": look}) for look in (_TEXT, _AMOUNT))
    for column, heading in enumerate(layout.columns):
        page.set_column(column, column, 24, text)
        page.write_string(0, column, heading.title)
    for number, cells in enumerate(rows, 1):
        for column, value in enumerate(cells):
            _put(page, number, column, value, amount if isinstance(value, Decimal) else text)
    book.close()
    return memory.getvalue()


def _put(page: Any, row: int, column: int, value: Cell, style: Any) -> None:
    """Texts as texts, whatever they begin with; an account is one of them."""
    if value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, str):
        page.write_string(row, column, value, style)
    else:
        page.write_number(row, column, float(value), style)


# ------------------------------------------------------------------ .csv


def _csv(layout: Layout, rows: list[list[Cell]]) -> bytes:
    memory = io.StringIO(newline="")
    writer = csv.writer(memory, delimiter=layout.separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([heading.title for heading in layout.columns])
    writer.writerows([[_harmless(value) for value in cells] for cells in rows])
    try:
        return memory.getvalue().encode(layout.encoding)
    except UnicodeEncodeError as error:
        raise DoesNotFit(f"{layout.encoding}: {error.object[error.start : error.end]!r}") from error


def _harmless(value: Cell) -> str:
    """A cell that no spreadsheet takes for a formula: quotes do not help there, an apostrophe in front does.

    >>> _harmless("=cmd|' /C calc'!A0"), _harmless("0062220000"), _harmless(Decimal("1200.50"))
    ("'=cmd|' /C calc'!A0", '0062220000', '1200.50')
    """
    text = _CONTROL.sub(" ", str(value))
    return f"'{text}" if text.lstrip()[:1] in tuple(_FORMULA) else text
