"""Values that travel along the belt: places, findings, decisions, money, days, letters. No I/O, no clock."""
