"""Text whose charset nobody tells, or of which somebody tells a wrong one, is read all the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from battito.channels.email.inbound import parse_email
from battito.channels.email.inbound.charsets import decode
from battito.channels.email.inbound.detection import central, foreign

SENTENCES = [
    ("Добрый день, прошу выслать счёт на оплату за октябрь.", ("cp1251", "koi8-r", "cp866", "iso8859-5")),
    ("Доброго дня, надішліть будь ласка рахунок за жовтень", ("cp1251", "koi8-u")),
    ("Καλημέρα, παρακαλώ στείλτε μου το τιμολόγιο του Οκτωβρίου", ("cp1253", "iso8859-7")),
    ("שלום רב, אנא שלחו לי את החשבונית לחודש אוקטובר", ("cp1255", "iso8859-8")),
    ("السلام عليكم، أرجو إرسال الفاتورة الخاصة بشهر أكتوبر", ("cp1256",)),
    ("สวัสดีครับ กรุณาส่งใบแจ้งหนี้ประจำเดือนตุลาคม", ("cp874",)),
    ("您好，请把十月份的发票发给我们公司，谢谢。", ("gb18030",)),
    ("您好，請把十月份的發票寄給我們公司，謝謝。", ("big5",)),
    ("お世話になっております。請求書をお送りください。", ("euc_jp", "cp932", "iso2022_jp")),
    ("안녕하세요, 시월 청구서를 보내 주시기 바랍니다.", ("cp949",)),
]
LATIN = [
    ("Perché non è più attivo? È così! Città, virtù… «bene» – 10€", "cp1252"),
    ("PERCHÉ LA CITTÀ È COSÌ? ÀÈÌÒÙ", "cp1252"),
    ("Grüße aus München, Straße größer Öl Übung", "cp1252"),
    ("¿Cuándo llegará? ¡Año, mañana, cigüeña!", "cp1252"),
    ("•••••• offerta •••••• ——————— ……", "cp1252"),
    ("Proszę o przesłanie faktury za październik, dziękuję, żółć", "cp1250"),
]


@pytest.mark.parametrize(("text", "codec"), [(text, codec) for text, codecs in SENTENCES for codec in codecs] + LATIN)
def test_undeclared_text_is_read(text: str, codec: str) -> None:
    assert decode(text.encode(codec))[0] == text


@pytest.mark.parametrize(("text", "codec"), [(text, codecs[0]) for text, codecs in SENTENCES])
def test_latin_1_is_not_believed_of_another_script(text: str, codec: str) -> None:
    assert decode(text.encode(codec), "iso-8859-1") == (text, "wrong-charset")


@pytest.mark.parametrize(("text", "codec"), LATIN[:5])
def test_western_text_is_never_taken_for_another_script(text: str, codec: str) -> None:
    assert foreign(text.encode(codec)) is None
    assert decode(text.encode(codec), "iso-8859-1") == (text, None)


def test_a_few_letters_prove_nothing() -> None:
    assert decode("ÕÄÖÜ".encode("cp1252"))[0] == "ÕÄÖÜ"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(codec: str) -> None:
    assert decode("Buongiorno a tutti".encode(codec))[0] == "Buongiorno a tutti"


def test_header_fields_in_bare_letters_are_of_the_charset_of_the_body() -> None:
    raw = "From: Иван <i@x.example>\nSubject: Счет\nContent-Type: text/plain; charset=koi8-r\n\nПривет\n".encode(
        "koi8-r"
    )
    parsed = parse_email(raw)
    assert (parsed.sender.name, parsed.subject, parsed.text) == ("Иван", "Счет", "Привет")


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_name_or_none(data: bytes) -> None:
    for name in (foreign(data), central(data)):
        assert name is None or data.decode(name, "replace") is not None
