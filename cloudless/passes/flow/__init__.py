"""An orchestration as a flow chart to draw: IR → Chart, before anything is deployed.

    Orchestration ──names──► what variables are called ──chart_of──► Chart

chart.py   the chart: boxes, choices, frames     steps.py    what one statement says
make.py    statements → the chart                saga.py     sagas, known again in what they were compiled to
names.py   variables as the program calls them   phrase.py   expressions as Python writes them

Blocks nest as in the program, so a drawing needs no search for a layout: what follows is below, what deviates is
beside. What computes and can do nothing else is left out, and so is what the compiler adds: checks, temporaries.
"""

from cloudless.passes.flow.chart import Block, Box, Chart, Choice, Frame, Item, Part
from cloudless.passes.flow.make import chart_of

__all__ = ["Block", "Box", "Chart", "Choice", "Frame", "Item", "Part", "chart_of"]
