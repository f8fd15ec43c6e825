"""What a replay would do again belongs into a function."""

import random
from datetime import datetime

from cloudless import App

app = App("corpus")


@app.orchestration
def main() -> int:
    print("hello")
    when = datetime.now()
    return random.randint(1, 2)
