"""Hostile input: what strangers, broken programs and torn files could send, made of what is right.

    choices.py     where decisions come from: bytes that hypothesis draws and shrinks
    value.py       a JSON value with parts dropped, renamed, nested, or put in place of others
    text.py        its JSON text, with what no value can say: 1e400, NaN, keys twice; bytes that are no UTF-8
    effort.py      how many examples are tried

    @hostile
    @given(texts({"order": 7}))
    def test_…(text: str) -> None: ...

The tests stand beside what they try: tests/unit/hostile, and a folder `hostile` in each provider's tests. All of them
claim the same: nothing but typed errors, or an answer that refuses; a message that cannot be read is a dead letter or
comes again, and is never forgotten. `make hostile EXAMPLES=10000` tries more of them, other ones each time.
"""
