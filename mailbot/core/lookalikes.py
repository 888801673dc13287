"""Which number or answer may a word read by OCR be, once letters and digits that look alike are told apart?

Only where the form leaves one choice, and a check digit, where the number has one that is known, agrees.
"""

from __future__ import annotations

import re

from mailbot.core.identifiers import Curp, Nss, parse_curp, parse_nss, parse_registro
from mailbot.core.spanish import MONTHS

_DIGIT = str.maketrans("OQDILZSBG", "001112586")
_LETTER = str.maketrans("012568", "OIZSGB")
_ANSWERS = {"Sl": "SI", "S1": "SI", "5I": "SI", "N0": "NO"}  # no word of a constancia is printed so
_ALIKE_IN_CAPITALS = re.compile(r"[A-ZÁÉÍÓÚÜÑ]{2,}[A-ZÁÉÍÓÚÜÑcosuvwxzáéíóúüñ]*")  # small and capital
_MONTH = "|".join(month[:3].replace("o", "[o0]").replace("i", "[i1]") for month in MONTHS)  # "N0V", "D1C"
_DAY = re.compile(rf"(\d{{2}})[/Il|]({_MONTH})[/Il|](\d{{4}})", re.IGNORECASE)
_MARKS = " .-–—/·"
_CURP_FORM = "LLLL000000LLLLLLA0"  # A: a letter from 2000 on, a digit before; as read


def as_printed(word: str) -> str:
    """Return the word with its lookalikes mended where it is an NSS, a CURP, a registro patronal, a day, SI or NO.

    In a word of capitals a small letter that looks like its capital is that one ("NOEMí").
    """
    if word in _ANSWERS:
        return _ANSWERS[word]
    if day := _DAY.fullmatch(word):
        return "/".join((day[1], day[2].translate(_LETTER), day[3]))
    if parse_nss(word) or parse_curp(word) or parse_registro(word):
        return word
    places = [i for i, c in enumerate(word) if c not in _MARKS]
    plain = "".join(word[i] for i in places).upper()
    if sum(c.isdigit() for c in plain) < 5:  # a word of letters
        return word.upper() if _ALIKE_IN_CAPITALS.fullmatch(word) else word
    mended: str | None = None
    if len(plain) == 11 and plain.translate(_DIGIT).isdigit():
        if Nss(digits := plain.translate(_DIGIT)).checks:
            mended = digits
    elif len(plain) == 18:
        formed = "".join(_placed(c, form) for c, form in zip(plain, _CURP_FORM, strict=True))
        curp: Curp | None = parse_curp(formed)
        mended = formed if curp is not None and curp.checks else None
    if mended is None and len(plain) == 11 and plain[0].isalpha():
        formed = plain[0] + plain[1:].translate(_DIGIT)
        mended = formed if parse_registro(formed) else None
    if mended is None:
        return word
    letters = list(word)
    for i, c in zip(places, mended, strict=True):
        letters[i] = c
    return "".join(letters)


def _placed(char: str, form: str) -> str:
    if form == "0":
        return char.translate(_DIGIT)
    return char.translate(_LETTER) if form == "L" else char
