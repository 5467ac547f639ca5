"""Watches over the books themselves: what was changed after something had been done upon it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from robots.crew.sentinel.scene import Scene, given, watch
from robots.figures.alerts import Alert
from robots.figures.edits import edit_shown, edit_subject
from robots.figures.lines import records
from robots.model.words import say


@watch("SILENT_EDIT")
def silent_edits(scene: Scene) -> Iterator[Alert]:
    """A later version of a file changed a row that had been acted on: open until somebody has answered for it."""
    since = (scene.today - timedelta(days=scene.limits.silent_edit_days)).isoformat()
    rows = records(scene.ledger.edits(since))
    known = {row["n"] for row in rows}
    for row in (*rows, *(row for row in records(scene.ledger.open_edits()) if row["n"] not in known)):
        vendor = given(row["vendor"]) or ""
        yield scene.alert(
            "SILENT_EDIT", str(row["n"]), "critical", edit_subject(row), vendor,
            seen=say("alert.SILENT_EDIT.seen", field=say(f"field.{row['field']}"), before=edit_shown(row, "before"),
                     after=edit_shown(row, "after"), day=row["day"], owner=given(row["owner"])),
            limit=say("alert.SILENT_EDIT.limit"), evidence=f"{row['name']} › {row['sheet']} › {row['row']}", event=True,
        )  # fmt: skip
