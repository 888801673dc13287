"""Which number may a word read by OCR be, once letters and digits that look alike are told apart by their place?

Only where the form leaves one choice, and a check digit, where the number has one that is known, agrees.
"""

from __future__ import annotations

from mailbot.core.identifiers import Curp, Nss, parse_curp, parse_nss, parse_registro

_DIGIT = str.maketrans("OQDILZSBG", "001112586")
_LETTER = str.maketrans("012568", "OIZSGB")
_MARKS = " .-–—/·"
_CURP_FORM = "LLLL000000LLLLLLA0"  # A: a letter from 2000 on, a digit before; as read


def as_number(word: str) -> str:
    """Return the word with its lookalikes mended where it is an NSS, a CURP or a registro patronal; else as it is."""
    if parse_nss(word) or parse_curp(word) or parse_registro(word):
        return word
    places = [i for i, c in enumerate(word) if c not in _MARKS]
    plain = "".join(word[i] for i in places).upper()
    if sum(c.isdigit() for c in plain) < 5:  # a word of letters
        return word
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
