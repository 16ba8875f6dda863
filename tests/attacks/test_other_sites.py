"""What comes from a page of another site is refused: posts, uploads, websockets, embedding."""

import pytest
from tests.attacks.test_getting_in import connects, page_token

FOREIGN = ["https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "null", "http://evil.127.0.0.1"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_posts_of_other_sites_are_refused(site, origin):
    with site.http("chen") as client:
        for route in site.application.routes.routes:
            if "POST" not in (getattr(route, "methods", None) or ()):
                continue
            path = route.path.replace("{record_number}", "K000001")
            answer = client.post(path, headers={"origin": origin}, data={"name": "chen"})
            assert answer.status_code == 403, path
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("where", ["cross-site", "same-site", "none"])
def test_what_a_browser_says_of_where_it_comes_from_is_believed(site, where):
    with site.http("chen") as client:
        del client.headers["origin"]
        assert client.post("/sign-out", headers={"sec-fetch-site": where}).status_code == 403
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("origin", FOREIGN)
def test_websockets_of_other_sites_are_refused(site, origin):
    with site.http("chen") as client:
        page = page_token(client.get("/").text)
    assert not connects(site, "/", page, site.token("chen"), origin)
    assert connects(site, "/", page, site.token("chen"), site.url)


def test_no_page_can_be_embedded_in_another_site(site):
    with site.http("chen") as client:
        for path in ("/", "/person/K000001", "/board"):
            for what in ("autoload.js?bokeh-autoload-element=1", "metadata"):
                for asked in (client.get, client.options):
                    answer = asked(f"{path.rstrip('/')}/{what}", headers={"origin": "https://evil.example"})
                    assert answer.status_code == 404
                    assert "access-control-allow-origin" not in answer.headers
                    assert "token" not in answer.text
            said = client.get(path).headers
            assert said["x-frame-options"] == "DENY"
            assert "access-control-allow-origin" not in said


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example",
        "\\\\evil.example", "javascript:alert(1)", "/%09/evil.example", "http:evil.example",
        " //evil.example", "/x\r\nset-cookie: kanglu_session=planted", "///evil.example", "data:text/html,x",
        "",
    ],
)  # fmt: skip
def test_no_redirect_leaves_the_house(site, elsewhere):
    from urllib.parse import urljoin, urlsplit

    with site.http("chen") as client:
        answer = client.get("/language/en", params={"next": elsewhere})
        assert answer.status_code == 303
        assert "planted" not in answer.headers.get("set-cookie", "")
        landed = urljoin(site.url + "/language/en", answer.headers["location"].replace("\\", "/"))
        assert urlsplit(landed).netloc == urlsplit(site.url).netloc
