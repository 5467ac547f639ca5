"""The goldens themselves, one function each, grouped by the sort of mess."""
