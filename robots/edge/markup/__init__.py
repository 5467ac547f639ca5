"""The sender's own workbook, marked up without loss: a patch of the few parts that change, never a load and a save.

Libraries that load and save a workbook drop what they do not know: shapes, stored results, sparklines, form controls.
"""

from robots.edge.markup.marking import mark_up
from robots.edge.markup.marks import CannotMark, Level, Mark
from robots.edge.markup.properties import custom_properties

__all__ = ["CannotMark", "Level", "Mark", "custom_properties", "mark_up"]
