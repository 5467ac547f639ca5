"""Ratios in one run, against what a user would otherwise do."""
