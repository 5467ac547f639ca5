"""What-if: the same history under other rules (RULES 6). `moves` compares two figurings, `told` says what moves."""
