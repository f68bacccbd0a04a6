"""The grammar reads what its authors write, deals fairly, and refuses what cannot be read."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.demo.grammar import GrammarError, Writer, capitalise, parse_rules, parse_variant


def write(text: str, rule: str = "a", tags: frozenset[str] = frozenset(), **facts: str) -> str:
    rules = parse_rules(text, "test")
    return Writer({}, random.Random(1)).write(rules, rule, tags, facts.__getitem__)


def test_a_fact_a_choice_and_a_rule() -> None:
    assert write("[a]\n{n} <b>.\n[b]\n[euro|euro]", n="12") == "12 euro."


def test_an_empty_part_leaves_no_double_space() -> None:
    assert write("[a]\nla bolletta [|] {n} , [|].", n="x") == "la bolletta x."


def test_italian_joins_its_articles() -> None:
    assert write("[a]\nfoto di {n}, dal {d}", n="il forno", d="8 novembre") == "foto del forno, dall'8 novembre"
    assert write("[a]\nIl {d} a {n}", n="la vicina", d="11/3") == "L'11/3 alla vicina"
    assert write("[a]\nil {d}", d="18 maggio") == "il 18 maggio"


def test_tags_choose_the_variant() -> None:
    text = "[a]\n#mail lettera\n#!mail parola"
    assert write(text, tags=frozenset({"mail"})) == "lettera"
    assert write(text) == "parola"


def test_marks_are_left_behind() -> None:
    writer = Writer({}, random.Random(1))
    rules = parse_rules("[a]\n^question <b>\n[b]\n^deep e poi?", "test")
    writer.write(rules, "a", frozenset(), str)
    assert writer.marks == {"question", "deep"}


def test_variants_are_dealt_evenly() -> None:
    rules = parse_rules("[a]\n" + "\n".join(f"v{n}" for n in range(10)), "test")
    writer = Writer({}, random.Random(5))
    dealt = Counter(writer.write(rules, "a", frozenset(), str) for _ in range(100))
    assert max(dealt.values()) - min(dealt.values()) <= 4


@pytest.mark.parametrize("text", ["[a|b", "a]b", "x|y"])
def test_brackets_must_match(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_variant(text)


def test_a_missing_rule_and_a_circle_are_named() -> None:
    with pytest.raises(GrammarError, match="no rule <b>"):
        write("[a]\n<b>")
    with pytest.raises(GrammarError, match="circles"):
        write("[a]\n<a>")
    with pytest.raises(GrammarError, match="twice"):
        parse_rules("[a]\nx\n[a]\ny", "test")


def test_where_nothing_fits_the_nearest_is_taken_and_noted() -> None:
    rules = parse_rules("[a]\n#never #ever x\n#never y\n#!here z", "test")
    writer = Writer({}, random.Random(1))
    assert writer.write(rules, "a", frozenset({"here"}), str) == "y"
    assert len(writer.misfits) == 1


def test_capitals_begin_sentences_only() -> None:
    assert capitalise("ciao. come va? bene, 12 euro") == "Ciao. Come va? Bene, 12 euro"


plain = st.text(alphabet="abcdefgh ", min_size=1, max_size=12).map(lambda s: s.strip() or "x")
tree = st.recursive(plain, lambda t: st.lists(t, min_size=1, max_size=3).map(lambda parts: "[" + "|".join(parts) + "]"))


@given(st.lists(tree, min_size=1, max_size=4), st.integers(0, 1000))
def test_no_bracket_survives(parts: list[str], seed: int) -> None:
    rules = parse_rules("[a]\n- " + " ".join(parts), "test")
    out = Writer({}, random.Random(seed)).write(rules, "a", frozenset(), str)
    assert not set(out) & set("[]|{}<>")
