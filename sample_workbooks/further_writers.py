"""Writers of the further ledgers: several sheets in a workbook, each with its keeper's habits, as of a demo day."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sample_workbooks import ledgers
from sample_workbooks.columns import (
    ACTION_COLUMNS,
    APPEAL_COLUMNS,
    CERTIFICATE_COLUMNS,
    CHANGE_COLUMNS,
    INCIDENT_COLUMNS,
    LOT_COLUMNS,
    MATERIAL_COLUMNS,
    MEASUREMENT_COLUMNS,
    MILESTONE_COLUMNS,
    SHEET_METAL_COLUMNS,
    TICKET_COLUMNS,
    Column,
)
from sample_workbooks.entries import Entry, known_on
from sample_workbooks.world import World
from sample_workbooks.writers import DATE_TEXTS, Pen, Places, dice, loose_date, note, workbook, write_notes


@dataclass(frozen=True)
class Page:
    """A sheet to write: its lines above the header, its columns by field, its rows, the fields that are summed.

    `loose`: the share of dates written as text.
    """

    name: str
    title: str
    columns: Mapping[str, Column]
    entries: Sequence[Entry]
    hints: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    loose: float = 0.0


MOMENT_TEXT = "{0.year}/{0.month}/{0.day} {0:%H:%M}"


def pages(world: World, sheet_metal: Sequence[Entry]) -> dict[str, tuple[Page, ...]]:
    """Every further workbook by its file's name."""
    kilos = ("issued", "consumed_standard", "returned", "scrap")
    ordered = ("quantity", "received", "accepted", "rejected")
    counted, money = ("lot_size", "sampled", "defects"), ("amount_delta",)
    gate, open_yet, unapproved = "D3 两个工作日内完成", "未核销的留空", "未经批准不得执行"
    return {
        "外协订单_钣金.xlsx": (
            Page(
                "钣金订单", "钣金外协订单与收货一览", SHEET_METAL_COLUMNS, sheet_metal,
                ("外协类别：钣金", "一单一行，到货后在同一行登记收货；合格数待检验后填写"), ordered, 0.3,
            ),
        ),
        "质量台账.xlsx": (
            Page("来料检验", "2026年外协来料检验记录", LOT_COLUMNS, ledgers.lots(), (), counted, 0.3),
            Page("8D跟踪", "外协纠正措施（8D）跟踪表", ACTION_COLUMNS, ledgers.corrective_actions(), (gate,)),
            Page("安全事件", "外协安全与信息安全事件登记", INCIDENT_COLUMNS, ledgers.incidents()),
        ),
        "软件外协跟踪.xlsx": (
            Page("里程碑", "软件外协里程碑计划与验收", MILESTONE_COLUMNS, ledgers.milestones(), (), (), 0.4),
            Page("问题单", "软件外协问题单", TICKET_COLUMNS, ledgers.tickets(), ("由项目经理每日更新",), (), 0.4),
            Page("指标记录", "驻场与提交情况", MEASUREMENT_COLUMNS, ledgers.measurements()),
        ),
        "资质证书台账.xlsx": (
            Page("资质证书", "外协供应商资质证书台账", CERTIFICATE_COLUMNS, ledgers.certificates(), (), (), 0.4),
        ),
        "合同变更单.xlsx": (
            Page("变更单", "外协合同变更登记", CHANGE_COLUMNS, ledgers.changes(), (unapproved,), money),
        ),
        "发料核销.xlsx": (
            Page(
                "发料与核销", "2026年外协发料与核销", MATERIAL_COLUMNS, ledgers.materials(world), (open_yet,), kilos,
                0.2,
            ),
        ),
        "申诉单.xlsx": (Page("申诉单", "供应商绩效申诉处理表", APPEAL_COLUMNS, ledgers.appeals(world)),),
    }  # fmt: skip


BY_DAY = {
    1: ("外协订单_钣金.xlsx", "质量台账.xlsx", "软件外协跟踪.xlsx", "资质证书台账.xlsx", "合同变更单.xlsx",
        "发料核销.xlsx"),
    2: ("外协订单_钣金.xlsx", "软件外协跟踪.xlsx", "申诉单.xlsx"),
    3: ("外协订单_钣金.xlsx", "资质证书台账.xlsx", "合同变更单.xlsx"),
}  # fmt: skip


def write_further(folder: Path, books: Mapping[str, Sequence[Page]]) -> Places:
    """The further workbooks of all three days."""
    places = Places()
    for day, names in BY_DAY.items():
        for name in names:
            path = folder / f"day{day}" / name
            with workbook(path) as (book, looks):
                for page in books[name]:
                    pen = Pen(book.add_worksheet(page.name), looks, list(page.columns.values()))
                    places |= write_page(pen, page, path, day)
                if name == "质量台账.xlsx":
                    write_notes(book.add_worksheet("说明"))
    return places


def write_page(pen: Pen, page: Page, path: Path, day: int) -> Places:
    """A sheet as of a demo day; a 合计 row where something is summed."""
    rng, places = dice(path.with_name(f"{path.name} {page.name}")), Places()
    rows = [(entry.case, entry.on(day)) for entry in known_on(day, page.entries)]
    pen.title(page.title)
    for hint in page.hints:
        pen.hint(hint)
    pen.header()
    for case, cells in rows:
        note(places, path, case, page.name, pen.row)
        pen.write([as_written(rng, cells.get(name), page.loose) for name in page.columns])
    if page.sums:
        sums = {name: sum(cells.get(name) or 0 for _, cells in rows) for name in page.sums}
        pen.total("合计", {index: sums[name] for index, name in enumerate(page.columns) if name in sums})
    return places


def as_written(rng: random.Random, value: Any, loose: float) -> Any:
    """A cell as its keeper typed it: some days and moments as text."""
    texts = (MOMENT_TEXT,) if isinstance(value, datetime) else DATE_TEXTS
    typed = loose_date(rng, value if isinstance(value, date) else date.min, texts, loose)
    return typed if isinstance(value, date) else value
