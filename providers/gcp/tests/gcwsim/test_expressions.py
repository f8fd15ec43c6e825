"""Expressions: the grammar, operators, and what nobody wrote down about them."""

from __future__ import annotations

import pytest

from providers.gcp.tests.gcwsim.cases import Case, id_of, steps, value
from providers.gcp.tests.gcwsim.pages import (
    CHEAT_SHEET,
    DATATYPES,
    ERRORS,
    EXPRESSIONS,
    HELPERS,
    LISTS,
    MAPS,
    QUOTAS,
    SAMPLES,
    SUBWORKFLOWS,
    TROUBLESHOOTING,
    VARIABLES,
)

BLOCKING = f"{EXPRESSIONS}#blocking_calls"
ORDER = f"{DATATYPES}#order-operations"
M = {"a": {"b": [1, 2]}, "n": None, "special!key": "s"}

VALUES = [
    Case("multiplication binds more than addition", ORDER, value("1 + 2 * 3"), result=7),
    Case("parentheses bind most", ORDER, value("(1 + 2) * 3"), result=9),
    Case("operators of one level go from the left", ORDER, value("9 - 3 - 2"), result=4),
    Case("a minus sign makes a number negative", EXPRESSIONS, value("-3 + 1"), result=-2),
    Case("a minus negates a variable", EXPRESSIONS, value("-x", x=4), result=-4),
    Case("division gives a double", EXPRESSIONS, value("7 / 2"), result=3.5),
    Case("division of integers gives a double even without a rest", EXPRESSIONS, value("4 / 2"), result=2.0),
    Case("floor division gives an integer", EXPRESSIONS, value("7 // 2"), result=3),
    Case("floor division of a negative number goes down", EXPRESSIONS, value("-10 // 3"), result=-4),
    Case("remainder division", EXPRESSIONS, value("10 % 3"), result=1),
    Case(
        "an integer and a double make a double",
        f"{SAMPLES}/src/expression.workflows.yaml",
        value("27 * 9 / 5 + 32"),
        result=80.6,
    ),
    Case("a dot makes a double", EXPRESSIONS, value("1.5 + 1.5"), result=3.0),
    Case("strings are concatenated", EXPRESSIONS, value('"a" + "b"'), result="ab"),
    Case("a number is concatenated after conversion", CHEAT_SHEET, value('"n=" + string(3)'), result="n=3"),
    Case(
        "a double is converted as it is written",
        f"{SAMPLES}/src/expression.workflows.yaml",
        value('"is " + string(t * 9/5 + 32)', t=27),
        result="is 80.6",
    ),
    Case("a string may have colons and line ends", EXPRESSIONS, value('"a: " +\n"\\nWHERE"'), result="a: \nWHERE"),
    Case("true has three spellings", DATATYPES, value("[true, True, TRUE]"), result=[True, True, True]),
    Case("false has three spellings", DATATYPES, value("[false, False, FALSE]"), result=[False, False, False]),
    Case("and binds more than or", ORDER, value("true or true and false"), result=True),
    Case("logical operators may be upper-case", DATATYPES, value("NOT false AND TRUE OR false"), result=True),
    Case("comparisons bind more than and", ORDER, value("1 < 2 and 2 <= 2 and 3 > 2 and 2 >= 2"), result=True),
    Case("numbers are equal", ORDER, value("1 == 1 and 1 != 2"), result=True),
    Case(
        "strings are equal",
        f"{SAMPLES}/src/step_conditional_weekend.workflows.yaml",
        value('d == "Saturday" or d == "Sunday"', d="Sunday"),
        result=True,
    ),
    Case("not binds more than ==", ORDER, value("not a == b", a=True, b=False), result=True),
    Case(
        "not takes parentheses",
        f"{SAMPLES}/src/error_catch.workflows.yaml",
        value('not("HttpError" in tags)', tags=["A"]),
        result=True,
    ),
    Case("a list has an element", HELPERS, value('"HttpError" in tags', tags=["HttpError"]), result=True),
    Case("a list written in an expression has an element", TROUBLESHOOTING, value("2 in [1, 2]"), result=True),
    Case("a map has a key", HELPERS, value('"k" in m', m={"k": None}), result=True),
    Case("a map does not have a key", HELPERS, value('not("x" in m)', m={"k": 1}), result=True),
    Case(
        "null equals null alone",
        DATATYPES,
        value("null == null and m.n == null and not (m.a == null)", m=M),
        result=True,
    ),
    Case("a key by its name", EXPRESSIONS, value("m.a.b", m=M), result=[1, 2]),
    Case("a key in brackets", EXPRESSIONS, value('m["special!key"]', m=M), result="s"),
    Case("a key that is computed", CHEAT_SHEET, value('m["special" + k]', m=M, k="!key"), result="s"),
    Case("an index of a list", EXPRESSIONS, value("m.a.b[1]", m=M), result=2),
    Case("an index that is computed", CHEAT_SHEET, value("l[len(l) - 1]", l=[1, 2, 3]), result=3),
    Case("lists within lists", CHEAT_SHEET, value("l[1][0]", l=[[10], [20, 21]]), result=20),
    Case("an expression makes a list of expressions", TROUBLESHOOTING, value("[x, x + 1]", x=1), result=[1, 2]),
    Case("the largest integer has 64 bits", DATATYPES, value("9223372036854775807"), result=2**63 - 1),
    Case(
        "expressions stand within lists and maps",
        f"{SAMPLES}/src/step_iterate.workflows.yaml",
        steps(a={"assign": [{"x": 1}]}, r={"return": {"k": ["${x}", {"z": "${x + 1}"}], "t": "x"}}),
        result={"k": [1, {"z": 2}], "t": "x"},
    ),
    Case(
        "an expression gives the name of a key",
        f"{SAMPLES}/src/dictionary.workflows.yaml",
        steps(a={"assign": [{"k": "Middle"}]}, r={"return": {'${k + "Name"}': "Apple"}}),
        result={"MiddleName": "Apple"},
    ),
    Case(
        "a subworkflow is called with arguments by position",
        SUBWORKFLOWS,
        {"main": {"steps": value("add(5) + add(1, 2)")}, "add": {"params": ["a", {"b": 10}], "steps": value("a + b")}},
        result=18,
    ),
    Case("an expression of 400 characters", QUOTAS, value("1" + "+1" * 198), result=199),
]

ERRORS_RAISED = [
    Case("division by zero", ERRORS, value("1 / 0"), tag="ZeroDivisionError"),
    Case("floor division by zero", ERRORS, value("1 // 0"), tag="ZeroDivisionError"),
    Case("remainder of a division by zero", ERRORS, value("1 % 0"), tag="ZeroDivisionError"),
    Case("a key that is not there", ERRORS, value("m.x", m=M), tag="KeyError"),
    Case("a key in brackets that is not there", ERRORS, value('m["x"]', m=M), tag="KeyError"),
    Case("an index behind the end", ERRORS, value("l[1]", l=[1]), tag="IndexError"),
    Case("a key of null", ERRORS, value("m.n.x", m=M), tag="TypeError"),
    Case("a key of a list", ERRORS, value("l.x", l=[1]), tag="TypeError"),
    Case("not of a number", DATATYPES, value("not 0"), tag="TypeError"),
    Case("and of a string", DATATYPES, value('"a" and true'), tag="TypeError"),
    Case("or of null", DATATYPES, value("x or true", x=None), tag="TypeError"),
    Case("the order of a number and a string", ERRORS, value('1 < "a"'), tag="TypeError"),
    Case("the order of null and a number", ERRORS, value("x < 1", x=None), tag="TypeError"),
    Case("null plus a number", ERRORS, value("x + 1", x=None), tag="TypeError"),
    Case("a list times a number", ERRORS, value("x * 2", x=[1]), tag="TypeError"),
    Case("minus of a string", ERRORS, value("-x", x="1"), tag="TypeError"),
    Case("in of null", ERRORS, value("1 in x", x=None), tag="TypeError"),
]

REFUSED = [
    Case(
        "a variable that nobody assigns", TROUBLESHOOTING, value("varC + 1", varB=1), refused="symbol 'varC' is neither"
    ),
    Case(
        "an expression within text",
        TROUBLESHOOTING,
        steps(a={"assign": [{"s": "hello-${world}"}, {"world": 1}]}),
        refused="an expression inside of text",
    ),
    Case(
        "a special key without quotes",
        TROUBLESHOOTING,
        value("m.a[special!key]", m=M),
        refused="token recognition error",
    ),
    Case("a parenthesis that is not closed", EXPRESSIONS, value("(1 + 2"), refused="')' is expected"),
    Case("no expression at all", EXPRESSIONS, value(""), refused="not expected"),
    Case("an expression of 401 characters", QUOTAS, value("1" + "+1" * 198 + "+"), refused="401 characters"),
    Case("a map within an expression", EXPRESSIONS, value('{"a": 1}'), refused="a map inside an expression"),
    Case("a list comprehension", EXPRESSIONS, value("[x for x in [1]]"), refused="is expected"),
    Case("a conditional of Python", EXPRESSIONS, value("1 if true else 2"), refused="not expected"),
    Case("a power", EXPRESSIONS, value("2 ** 3"), refused="not expected"),
    Case("a slice", EXPRESSIONS, value("l[0:2]", l=[1]), refused="token recognition error"),
    Case("a plus sign", EXPRESSIONS, value("+1"), refused="not expected"),
    Case("a method", EXPRESSIONS, value('"a".upper()'), refused="only a function can be called"),
    Case("a function that is not there", EXPRESSIONS, value("set([1])"), refused="'set' is no function"),
    Case(
        "a function that its module has not",
        f"{EXPRESSIONS}#function_expressions",
        value('text.nosuch("a")'),
        refused="'text.nosuch' is no function",
    ),
    Case("too many arguments", HELPERS, value("len([1], 2)"), refused="len with 2 arguments"),
    Case("http in an expression", BLOCKING, value('http.get("https://x")'), refused="http.get blocks"),
    Case("sys.sleep in an expression", BLOCKING, value("sys.sleep(1)"), refused="sys.sleep blocks"),
    Case("sys.log in an expression", BLOCKING, value('sys.log("x")'), refused="sys.log blocks"),
    Case("awaiting a callback in an expression", BLOCKING, value("events.await_callback(c)", c={}), refused="blocks"),
    Case("logical operators in mixed case", DATATYPES, value("true And false"), refused="lower-case or upper-case"),
    Case(
        "a subworkflow with too few arguments",
        SUBWORKFLOWS,
        {"main": {"steps": value("f()")}, "f": {"params": ["x"], "steps": value("x")}},
        refused="f with 0 arguments",
    ),
]

OPEN = [
    Case("a connector in an expression", BLOCKING, value("googleapis.x.v1.y()"), open="a page and a sample disagree"),
    Case("single quotes", ERRORS, value("'a'"), open="single quotes"),
    Case("exponents", DATATYPES, value("1e3"), open="the number 1e3"),
    Case("a double that begins with a dot", DATATYPES, value(".5"), open="the number .5"),
    Case("integers of more than 64 bits", DATATYPES, value("9223372036854775808"), open="does not fit"),
    Case("escapes of Unicode", EXPRESSIONS, value('"\\u0041"'), open="the escape \\u"),
    Case("comparisons in a row", ORDER, value("1 < 2 < 3"), open="without parentheses"),
    Case("not before a minus", ORDER, value("not -x", x=1), open="not before -"),
    Case("not in, as one operator", ORDER, value("1 IN [1]"), open="the word IN"),
    Case("a function that a variable hides", VARIABLES, value("list.concat(list, 1)", list=[]), open="may hide"),
    Case("a function as a value", EXPRESSIONS, value("len"), open="'len' as a value"),
    Case("a policy as a value", EXPRESSIONS, value("http.default_retry"), open="as a value"),
]

LOGGING = {"call": "sys.log", "args": {"text": "x"}}
UNSPECIFIED = [
    Case("a negative index", ERRORS, value("l[-1]", l=[1]), unspecified="the index -1"),
    Case("an index of a string", LISTS, value("s[0]", s="abc"), unspecified="an index of a string"),
    Case("an index that is a double", LISTS, value("l[1.0]", l=[1, 2]), unspecified="type double"),
    Case("a key that is a number", MAPS, value("m[1]", m={"1": 2}), unspecified="a key of type integer"),
    Case("a string plus a number", EXPRESSIONS, value('"a" + 1'), unspecified="string + integer"),
    Case("null plus a string", EXPRESSIONS, value('x + "a"', x=None), unspecified="null + string"),
    Case("lists added", EXPRESSIONS, value("[1] + [2]"), unspecified="list + list"),
    Case("the remainder of a negative number", EXPRESSIONS, value("-7 % 3"), unspecified="sign of a remainder"),
    Case("the remainder of a double", EXPRESSIONS, value("7.5 % 2"), unspecified="% of a double"),
    Case("floor division of a double", EXPRESSIONS, value("7.5 // 2"), unspecified="// of a double"),
    Case("the sum of two booleans", DATATYPES, value("true + true"), unspecified="boolean + boolean"),
    Case("integers that overflow", DATATYPES, value("9223372036854775807 + 1"), unspecified="64 bits"),
    Case("doubles that overflow", DATATYPES, value("x * x * x", x=1e150), unspecified="inf"),
    Case("equality of lists", DATATYPES, value("[1] == [1]"), unspecified="list == list"),
    Case("equality of maps", DATATYPES, value("m == m", m={}), unspecified="map == map"),
    Case("equality of a string and a number", DATATYPES, value('"1" == 1'), unspecified="string == integer"),
    Case("a list that has an element of another type", DATATYPES, value('"1" in [1]'), unspecified="string == integer"),
    Case("in of a string", HELPERS, value('"a" in "abc"'), unspecified="in of a string"),
    Case("the order of strings outside of ASCII", DATATYPES, value("a < b", a="ä", b="z"), unspecified="the order"),
    Case("the order of booleans", DATATYPES, value("false < true"), unspecified="the order"),
    Case(
        "whether and looks at its second operand",
        DATATYPES,
        value("false and l[5]", l=[]),
        unspecified="second operand",
    ),
    Case("whether or looks at its second operand", DATATYPES, value("true or 1 / 0 > 1"), unspecified="second operand"),
    Case(
        "a variable that no step on the way assigned",
        VARIABLES,
        steps(a={"next": "c"}, b={"assign": [{"x": 1}]}, c={"return": "${x}"}),
        unspecified="the value of 'x'",
    ),
    Case(
        "logging in a subworkflow that an expression calls",
        BLOCKING,
        {"main": {"steps": value("f()")}, "f": {"steps": steps(s=LOGGING)}},
        unspecified="a blocking call inside of f",
    ),
    Case(
        "a blocking call in a subworkflow that an expression calls",
        BLOCKING,
        {"main": {"steps": value("f()")}, "f": {"steps": steps(s={"call": "sys.sleep", "args": {"seconds": 1}})}},
        unspecified="a blocking call inside of f",
    ),
]

CASES = [*VALUES, *ERRORS_RAISED, *REFUSED, *OPEN, *UNSPECIFIED]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_an_expression(case: Case) -> None:
    case.check()
