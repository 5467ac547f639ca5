"""Numbers that several robots share. Pure functions of tables: no rule is looked up here, no day is asked for."""
