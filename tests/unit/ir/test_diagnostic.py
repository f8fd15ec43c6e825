"""A problem reads as people read it: place, code, message, the line with a caret, the remedy."""

from cloudless.ir import Diagnostic, Span


def test_the_caret_stands_under_what_is_wrong() -> None:
    line = 'orders = app.queue("a b")'
    problem = Diagnostic("CL103", "no name", Span("shop/app.py", 3, 20, 25), "use letters", source=line)
    assert problem.render().splitlines() == [
        "shop/app.py:3:20  CL103  no name",
        '    orders = app.queue("a b")',
        "                       ^^^^^",
        "    instead: use letters",
    ]


def test_a_tab_before_it_does_not_move_the_caret() -> None:
    problem = Diagnostic("CL103", "wrong", Span("app.py", 1, 2, 3), source="\tx")
    assert problem.render().splitlines()[2] == "    \t^"


def test_a_place_without_source_is_one_line() -> None:
    assert Diagnostic("CL103", "wrong", Span("app.py", 1)).render() == "app.py:1:1  CL103  wrong"


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    assert (
        Diagnostic("CL501", "there is none", Span("cloudless.toml", 0)).render()
        == "cloudless.toml  CL501  there is none"
    )
