"""Under which keys a name is found, and which keys a search text means."""

import pytest

from kanglu.record.names import MOST_READINGS, START, WITHIN, NameKey, keys_of, wanted, words


def keys(name: str, kind: str) -> list[str]:
    return [key.key for key in keys_of(name) if key.kind == kind]


def test_a_name_has_a_key_for_every_place_at_which_a_part_may_begin() -> None:
    assert keys_of("王小明") == [
        NameKey("name", START, "王小明"),
        NameKey("name", WITHIN, "小明"),
        NameKey("name", WITHIN, "明"),
        NameKey("pinyin", START, "wangxiaoming"),
        NameKey("pinyin", WITHIN, "xiaoming"),
        NameKey("pinyin", WITHIN, "ming"),
        NameKey("pinyin", START, "wang"),
        NameKey("initials", START, "wxm"),
        NameKey("initials", WITHIN, "xm"),
    ]


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [
        ("单雄信", "shanxiongxin"),
        ("解缙", "xiejin"),
        ("仇英", "qiuying"),
        ("曾国藩", "zengguofan"),
        ("查良镛", "zhaliangyong"),
        ("任正", "renzheng"),
        ("区楚良", "ouchuliang"),
        ("朴正", "piaozheng"),
        ("尉迟恭", "yuchigong"),
        ("尉健", "weijian"),
        ("单于丹", "chanyudan"),
        ("单于", "shanyu"),
        ("吕布", "lvbu"),
        ("华佗", "huatuo"),
        ("张长乐", "zhangchangle"),
    ],
)
def test_a_surname_is_read_as_people_bear_it(name: str, pinyin: str) -> None:
    assert keys(name, "pinyin")[0] == pinyin


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [("单雄信", "danxiongxin"), ("吕布", "lubu"), ("张长乐", "zhangchangyue"), ("朴正", "puzheng")],
)
def test_what_can_be_read_in_several_ways_is_found_by_each(name: str, pinyin: str) -> None:
    assert pinyin in keys(name, "pinyin")


def test_a_surname_of_two_characters_has_two_initials() -> None:
    assert keys("尉迟恭", "initials") == ["ycg", "cg"]
    assert keys("欧阳锋", "initials") == ["oyf", "yf"]


def test_a_name_with_a_dot_has_no_chinese_surname() -> None:
    """单 begins a name of several syllables here, and is no surname."""
    assert keys("单马·买提", "pinyin")[0] == "danmamaiti"


def test_the_readings_of_a_name_are_bounded() -> None:
    whole = [key for key in keys_of("单乐长朝重行盛") if key.kind == "pinyin" and len(key.key) > 15]
    assert sum(key.place == START for key in whole) == MOST_READINGS


@pytest.mark.parametrize("name", ["José Müller", "JOSE MULLER", "josé müller"])
def test_other_scripts_are_folded(name: str) -> None:
    assert keys(name, "name")[:2] == ["josemuller", "muller"]
    assert keys(name, "initials") == ["jm"]
    assert keys(name, "pinyin") == []
    assert "lle" not in keys(name, "name")
    assert any(key.startswith("lle") for key in keys(name, "name"))


def test_scripts_beside_each_other() -> None:
    assert keys("王Lily", "pinyin")[0] == "wanglily"
    assert keys("王Lily", "initials") == ["wl"]


@pytest.mark.parametrize("name", ["", "  ", "·", "%_", "👵"])
def test_what_has_no_letter_has_no_key(name: str) -> None:
    assert keys_of(name) == wanted(name) == words(name) == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("王 芳", "王芳"),
        ("wang fang", "wangfang"),
        ("Wáng Fāng", "wangfang"),
        ("wang2 fang1", "wangfang"),
        ("WANG-FANG", "wangfang"),
        ("ｗａｎｇ", "wang"),
        ("lǚ bu", "lvbu"),
        ("lü bu", "lubu"),
        ("Lyu Bu", "lvbu"),
        ("Ørsted", "orsted"),
    ],
)
def test_a_text_may_be_written_in_many_ways(text: str, key: str) -> None:
    assert key in wanted(text)
