"""Golden workbooks: small, made by us, each copying one mess of a real one; the truth and today's reading beside it."""
