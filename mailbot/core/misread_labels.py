"""Which word of a label may a word be that OCR read with a doubt?

Labels are printed small, in grey, and say nothing themselves: one letter misread hides the value beside them. Only what
is a label as a whole is mended; and a value that looks like one stands only where a second look reads the very same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.core.labels import BENEFICIARIOS, LABELS, PREFIXES, WORDS
from mailbot.core.spanish import compact

DOUBTFUL = 0.9  # of a word's least sure letter: what is surely another letter is another word ("Constancio")
SHORTEST = 5  # letters: of shorter words too many are alike
TWO_LETTERS = 7  # from so many on, two may be misread ("Nonibre")
HEADING_LETTERS = 3  # of "Beneficiarios": whose the rest is hangs on it, and no other word is near
_WORD = re.compile(r"(\W*)(\w+)(\W*)")


def labels_mended(words: Sequence[str], sure: Sequence[float]) -> list[str]:
    """Return the words of a line, those of labels mended; ``sure`` is each word's least sure letter, 0 to 1."""
    mended = [_mended(word, least) for word, least in zip(words, sure, strict=True)]
    pairs = enumerate(zip(words, mended, strict=True))
    return [new if new != old and _in_a_label(mended, i) else old for i, (old, new) in pairs]


def _in_a_label(words: Sequence[str], i: int) -> bool:
    """Tell whether some words of a line, the one at ``i`` among them, are a label, or it is within one that wraps."""
    plain = [compact(word) for word in words]
    runs = ((start, end) for start in range(i + 1) for end in range(i + 1, len(words) + 1))
    return any(
        (run := "".join(plain[start:end])) in LABELS or (start < i < end - 1 and run in PREFIXES) for start, end in runs
    )


def _mended(word: str, least: float) -> str:
    from rapidfuzz.distance import Levenshtein

    if word == "0":
        return "o"
    parts = _WORD.fullmatch(word)
    plain = compact(word)
    if parts is None or len(plain) < SHORTEST or plain in WORDS:
        return word
    if len(plain) > 9 and Levenshtein.distance(plain, BENEFICIARIOS) <= HEADING_LETTERS:
        return f"{parts[1]}{BENEFICIARIOS}{parts[3]}"
    if least >= DOUBTFUL or not any(c.islower() for c in word):
        return word
    most = 2 if len(plain) >= TWO_LETTERS else 1
    words = (w for w in WORDS if len(w) >= SHORTEST and abs(len(w) - len(plain)) <= most)
    near = sorted((far, w) for w in words if (far := Levenshtein.distance(plain, w)) <= most)
    alone = near and (len(near) == 1 or near[0][0] < near[1][0])
    if not alone:
        return word
    found = near[0][1].capitalize() if parts[2][0].isupper() else near[0][1]  # "Vigente" of "Vigente hasta" is a value
    return f"{parts[1]}{found}{parts[3]}"
