"""An endpoint that calls a function and needs a secret."""

from cloudless import App

app = App("shop")
key = app.secret("stripe-key")


@app.function
def charge(amount: int) -> str:
    return key.value


@app.post("/charges", public=True)
def create(amount: int) -> dict:
    return {"id": charge.invoke(amount)}
