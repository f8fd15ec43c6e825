"""Requests to Google's APIs: where they go, as whom, how often; and what becomes of refusals."""

from __future__ import annotations

import pytest

from cloudless.driver.denied import NotSignedIn
from cloudless.errors import InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless_gcp.clients.rest import Google
from providers.gcp.tests.clients.place import Place
from tests.hosting.http import Response
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
