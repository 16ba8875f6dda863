"""No secret is shown by an error, a log, or the way an object shows itself."""

import logging
import traceback

import pytest
from sqlalchemy import text

from kanglu import record
from kanglu.errors import KangluError
from kanglu.record.accounts import Accounts
from kanglu.record.database import make_engine, opened, resolve
from kanglu.trust.keys import Keys
from kanglu.ui.visitors import Visitor

PASSWORD = "pa55word-of-the-database"
MASTER = bytes(range(32))


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://kanglu:{PASSWORD}@127.0.0.1:1/kanglu",
        f"postgres://kanglu:{PASSWORD}@127.0.0.1:1/kanglu",
        f"postgresql:/kanglu:{PASSWORD}@127.0.0.1:1/kanglu",
        f"postgresql//kanglu:{PASSWORD}@127.0.0.1/kanglu",
        f"mysql://kanglu:{PASSWORD}@127.0.0.1/kanglu",
        f"postgresql://kanglu:{PASSWORD}@127.0.0.1:port/kanglu",
        f"postgresql://kanglu:{PASSWORD}@nowhere.invalid/kanglu",
        f"postgresql://kanglu:{PASSWORD}@[::1/kanglu",
    ],
)
@pytest.mark.parametrize("opens", [record.init, record.open, opened])
def test_the_password_of_the_database_is_in_no_error(url, opens, monkeypatch, tmp_path, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KANGLU_HOME", str(tmp_path))
    with caplog.at_level(logging.DEBUG), pytest.raises(KangluError) as error:
        opens(url)
    told = "".join(traceback.format_exception(error.value)) + str(error.value) + repr(error.value)
    # The lines of this test itself stand in the traceback; what was given to it does not.
    assert PASSWORD not in told
    assert PASSWORD not in caplog.text
    assert [one.name for one in tmp_path.rglob("*") if PASSWORD in one.name] == []


def test_what_a_statement_was_called_with_is_in_no_error(store):
    secret = "13900001111"
    engine = make_engine(resolve(store.database.url.render_as_string(hide_password=False)))
    with pytest.raises(Exception) as error, engine.connect() as connection:
        connection.execute(text("select * from nowhere where phone = :phone"), {"phone": secret})
    engine.dispose()
    assert secret not in "".join(traceback.format_exception(error.value))
    with pytest.raises(KangluError) as told, store.database.reading() as connection:
        connection.execute(text("select * from nowhere where phone = :phone"), {"phone": secret})
    assert secret not in "".join(traceback.format_exception(told.value))


def test_no_object_shows_a_key_a_token_or_a_password(store, clock):
    keys = Keys(MASTER)
    assert keys.fingerprint
    assert keys.encrypt("x")
    shown = [repr(keys), str(keys), repr(store.database), repr(store), f"{store.__dict__}"]
    accounts = Accounts(store.database, clock)
    password = accounts.first()
    token_refused = Accounts(store.database, clock).all()
    shown += [repr(token_refused)]
    account = token_refused[0]
    token = accounts.sign_in("admin", password)
    shown += [repr(Visitor(account, token, "zh", "/")), repr(accounts)]
    said = " ".join(shown)
    assert "argon2" not in said
    for secret in (password, token, MASTER.hex(), repr(MASTER)):
        assert secret not in said


@pytest.mark.parametrize("key", ["short", "!" * 44, "QUJD" * 11])
def test_a_key_that_is_none_is_not_repeated(key, monkeypatch, tmp_path):
    from kanglu.trust.keys import load

    monkeypatch.setenv("KANGLU_KEY", key)
    with pytest.raises(KangluError) as error:
        load(tmp_path / "none.key")
    assert key not in "".join(traceback.format_exception(error.value)).replace(repr(key), "")
