"""Robots for teams that manage outsourced partners with Excel.

A workbook is dropped into a folder. `edge` takes it in (folder, excel_in, reading_room), `reading` turns its raw
grids into typed tables of the `kinds` it feeds, and `edge.store` posts what changed to the ledger. `roster` says
which robots of the `crew` are due; each is a function (ledger, rules, today) → decisions, over `figures` that several
share. Decisions are queued in the same transaction as what they rest on, then `edge` carries them out: workbooks by
`excel_out`, letters by `post`. `conveyor.turn` is that story in one page; `cli` starts it.
"""
