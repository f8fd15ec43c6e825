"""A graph as a picture: `passes/graph.py` says what it shows of an application, `passes/flow` of an orchestration.

mermaid.py   an application as Mermaid's text         svg.py          as an SVG of its own
layers.py    which box is in which column, and in which order        layout.py   where boxes and lines are
text.py      as a tree for the terminal              branches.py      which line is below which
flow_mermaid.py, flow_svg.py, flow_text.py, flow_layout.py          the same for an orchestration, from the top down
looks.py     kinds and their colours                  pen.py          what all SVGs have in common
"""
