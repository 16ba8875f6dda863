"""Keys: what they hide, what they find, and what happens without them."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanglu.errors import RecordError
from kanglu.trust.keys import ENVIRONMENT, Keys, create, load, normalised

KEYS, OTHER = Keys(bytes(32)), Keys(bytes(range(32)))


@given(st.text(max_size=60))
def test_what_is_encrypted_comes_back_and_never_looks_the_same(text: str) -> None:
    cipher = KEYS.encrypt(text)
    assert KEYS.decrypt(cipher) == text
    assert KEYS.encrypt(text) != cipher


def test_another_key_cannot_read_nor_find() -> None:
    cipher = KEYS.encrypt("13912345678")
    with pytest.raises(RecordError, match="cannot be decrypted"):
        OTHER.decrypt(cipher)
    assert KEYS.blind_index("phone", "13912345678") != OTHER.blind_index("phone", "13912345678")
    assert KEYS.fingerprint != OTHER.fingerprint
    assert KEYS.pseudonym(1) != OTHER.pseudonym(1)


@pytest.mark.parametrize("damaged", ["", "AAAA", "no base64!", "é"])
def test_damage_is_an_error_with_a_remedy(damaged: str) -> None:
    with pytest.raises(RecordError, match="damaged"):
        KEYS.decrypt(damaged)


def test_an_index_depends_on_the_system_and_not_on_spelling() -> None:
    assert KEYS.blind_index("phone", "139 1234-5678") == KEYS.blind_index("phone", "１３９12345678")
    assert KEYS.blind_index("phone", "1") != KEYS.blind_index("mrn", "1")
    assert KEYS.blind_index("a", "bc") != KEYS.blind_index("ab", "c")
    assert normalised(" 4405 2419-88ｘ ") == "4405241988X"


def test_the_key_itself_is_not_shown() -> None:
    assert "\\x00" not in repr(KEYS)
    assert KEYS.fingerprint not in repr(KEYS)


def test_a_key_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    path = tmp_path / "k.key"
    made = create(path)
    assert create(path) == made == load(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, base64.b64encode(OTHER.master).decode())
    assert create(tmp_path / "k.key") == OTHER
    assert not (tmp_path / "k.key").exists()


@pytest.mark.parametrize("wrong", ["short", "AAAA", "%%%%"])
def test_a_key_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(ENVIRONMENT, wrong)
    with pytest.raises(RecordError, match="not 32 bytes in base64"):
        load(tmp_path / "k.key")
    monkeypatch.delenv(ENVIRONMENT)
    (tmp_path / "k.key").write_text(wrong)
    with pytest.raises(RecordError, match=r"k\.key.*not 32 bytes"):
        load(tmp_path / "k.key")


@given(st.binary(max_size=200))
def test_bytes_come_back_only_about_what_they_were_encrypted_about(data: bytes) -> None:
    cipher = KEYS.encrypt_bytes(data, b"this")
    assert KEYS.decrypt_bytes(cipher, b"this") == data
    for keys, about in ((OTHER, b"this"), (KEYS, b"that"), (KEYS, None)):
        with pytest.raises(RecordError, match="The letter cannot be decrypted"):
            keys.decrypt_bytes(cipher, about, "The letter")
