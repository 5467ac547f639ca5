"""Why a score, a KPI, an alert or a payment is what it is: pure functions of the ledger and the rules (RULES 6).

`reference` reads what a person points at; the files beside it explain one sort of figure each.
"""
