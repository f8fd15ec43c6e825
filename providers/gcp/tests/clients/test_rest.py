"""Requests to Google's APIs: where they go, as whom, how often; and what becomes of refusals."""

from __future__ import annotations

import json

import pytest

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless_gcp.clients.rest import Google
from providers.gcp.tests.clients.place import Place
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

SECRET = "https://secretmanager.googleapis.com/v1/projects/p/secrets/s/versions/latest:access"


def test_a_request_goes_to_the_endpoint_of_the_environment_with_the_name_of_the_real_server(place: Place) -> None:
    google = Google()
    with pytest.raises(PermissionDenied, match="reading a secret: PERMISSION_DENIED: Permission 'secretmanager"):
        google.call("GET", SECRET, None, "reading a secret")
    [call] = place.made("secretmanager", "projects.secrets.versions.access")
    assert call.request.header("Host") == "secretmanager.googleapis.com"
    assert place.identities.bearer(call.request.header("Authorization")) == f"serviceAccount:{place.account}"
    google.close()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_may_do_better_soon_is_asked_three_times(place: Place, status: int) -> None:
    google = Google()
    place.failing += [status, status, status]
    with pytest.raises(Unavailable, match=f"reading a secret: {status}: as the test wants it"):
        google.call("GET", SECRET, None, "reading a secret")
    assert place.failing == []
    google.close()


def test_a_server_that_is_busy_once_is_asked_again(place: Place) -> None:
    place.allow(f"projects/{place.project}", "roles/secretmanager.secretAccessor")
    google = Google()
    place.failing += [503, 429]
    with pytest.raises(NotFound):
        google.call("GET", SECRET.replace("projects/p/", f"projects/{place.project}/"), None, "reading a secret")
    google.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(400, InvalidArgument), (401, NotSignedIn), (403, PermissionDenied), (404, NotFound)]
)
def test_a_refusal_is_asked_once(place: Place, status: int, kind: type[Exception]) -> None:
    google = Google()
    place.failing += [status, 503]
    with pytest.raises(kind, match=f"reading a secret: {status}"):
        google.call("GET", SECRET, None, "reading a secret")
    assert place.failing == [503]
    google.close()


def test_a_refusal_that_is_no_json_is_told_as_it_is(place: Place) -> None:
    google = Google()
    place.failing.append(Response(status=404, body=b"<html>nothing here"))
    with pytest.raises(NotFound, match="reading a secret: 404: <html>nothing here"):
        google.call("GET", SECRET, None, "reading a secret")
    google.close()


def test_a_list_is_read_page_after_page_by_the_token_that_each_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are opaque: they may hold what means something else in a query."""
    pages = {"pageSize=2": [1, 2], "pageSize=2&pageToken=a%2Bb%2F%26c%3D": [3]}
    asked: list[str] = []

    def answer(request: Request) -> Response:
        asked.append(request.query)
        more = {"nextPageToken": "a+b/&c="} if len(asked) == 1 else {}
        return Response(status=200, body=json.dumps({"things": pages[request.query], **more}).encode())

    with Loopback() as server:
        server.serve(answer)
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", server.url.removeprefix("http://"))
        google = Google()
        found = google.pages("https://firestore.googleapis.com/v1/things?pageSize=2", "things", "listing things")
        assert next(found) == 1
        assert len(asked) == 1, "what nobody wants is not asked for"
        assert [*found] == [2, 3]
        google.close()


def test_a_connection_is_used_again_and_replaced_where_it_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    google = Google()
    for _ in range(2):
        with Loopback() as server:
            server.serve(lambda request: Response(status=200, body=b'{"seen": "%s"}' % request.path.encode()))
            monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", server.url.removeprefix("http://"))
            for number in range(2):
                url = f"https://firestore.googleapis.com/v1/{number}"
                assert google.call("GET", url, None, "looking") == {"seen": f"/v1/{number}"}
    google.close()
