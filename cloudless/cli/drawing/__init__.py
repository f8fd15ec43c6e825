"""A graph as a picture: `passes/graph.py` says what it shows.

mermaid.py  as Mermaid's text        svg.py      as an SVG of its own
layers.py   which box is in which column, and in which order        layout.py   where boxes and lines are
looks.py    kinds and their colours
"""
