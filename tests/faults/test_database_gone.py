"""The database goes for a while and comes back: nothing lost, said clearly, and it goes on by itself."""

import sqlite3
from pathlib import Path

import pytest
from tests.faults.conftest import NUMBER, ROOT

from kanglu.errors import Unreachable
from kanglu.record.database import opened

SAID = "暂时无法连接档案库"
SQLITE = pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
VISIT = f"/visit/{NUMBER}?form=phq9"


def test_the_pages_say_so_and_go_on_by_themselves(house, ground, window):
    page = window("/intake")
    with house.http("chen") as client:
        assert client.get("/").status_code == 200
        ground.take_away()
        shown = client.get("/", headers={"accept": "text/html"})
        assert (shown.status_code, shown.headers["retry-after"]) == (503, "10")
        assert shown.headers["refresh"] == "10"
        assert SAID in shown.text
        assert "Traceback" not in shown.text
        assert "postgresql" not in shown.text
        assert client.post("/sign-in", data={"name": "chen", "password": "x"}).status_code == 503
        assert client.get("/alive").text == "yes"
        answer = page.act("tick")
        assert answer["later"]
        assert SAID in answer["say"][0]["text"]
        ground.give_back()
        assert client.get("/").status_code == 200
        assert page.act("tick")["ok"]


def test_a_draft_that_could_not_be_kept_is_kept_when_it_is_sent_again(house, ground, window):
    page = window(VISIT)
    field = "phq9_1"
    assert f'name="{field}"' in page.html
    ground.take_away()
    assert page.act("typed", **{field: "2"})["later"]
    ground.give_back()
    assert page.act("typed", **{field: "2"})["ok"]
    with house.house.store(house.house.accounts.who(house.token("chen")).actor) as store:
        assert len(store.drafts()) == 1


def test_a_store_that_was_open_goes_on(house, ground):
    store = house.house.store(ROOT)
    before = store.status()
    ground.take_away()
    with pytest.raises(Unreachable, match=r"refuses.*server runs"):
        store.status()
    with pytest.raises(Unreachable), store.batch("lost"):
        pass
    ground.give_back()
    assert store.status() == before
    assert store.verify().ok
    with store.batch("kept"):
        pass
    assert store.verify().ok


@SQLITE
def test_no_empty_database_is_made_in_the_place_of_one_that_is_away(house, ground):
    path = Path(ground.url.removeprefix("sqlite:///"))
    store = house.house.store(ROOT)
    store.status()
    ground.take_away()
    with pytest.raises(Unreachable, match="not there"):
        store.status()
    assert not path.exists()
    ground.give_back()
    assert store.status()["people"] == 1


@SQLITE
def test_a_file_that_was_put_in_its_place_is_the_one_that_is_read(house, ground, tmp_path):
    """As when a backup is put back: nothing goes on writing into the file that was moved away."""
    path = Path(ground.url.removeprefix("sqlite:///"))
    store = house.house.store(ROOT)
    store.status()
    with sqlite3.connect(path) as old, sqlite3.connect(tmp_path / "copy") as copy:
        old.backup(copy)
    ground.take_away()
    (tmp_path / "copy").rename(path)
    with store.batch("after"):
        pass
    with sqlite3.connect(path) as connection:
        assert connection.execute("select count(*) from batch where label = 'after'").fetchone() == (1,)
    with sqlite3.connect(tmp_path / "away" / "kanglu.sqlite") as connection:
        assert connection.execute("select count(*) from batch where label = 'after'").fetchone() == (0,)


@SQLITE
def test_while_another_program_holds_the_file_it_is_said_and_then_it_goes_on(house, ground, window):
    path = Path(ground.url.removeprefix("sqlite:///"))
    page = window(VISIT)
    other = sqlite3.connect(path)
    other.execute("begin immediate")
    assert page.act("typed")["later"]
    other.rollback()
    other.close()
    assert page.act("typed")["ok"]


def test_a_database_that_is_not_there_when_it_is_opened_says_what_to_check(ground):
    from kanglu import record
    from kanglu.errors import RecordError

    record.init(ground.url)
    ground.take_away()
    with pytest.raises(RecordError) as error:
        opened(ground.url)
    assert error.value.remedy
    ground.give_back()
    opened(ground.url).close()
