"""From what a student asks to the office's answer: which topics of rules/preguntas.toml, however they are worded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log

from mailbot.core.rulefile import Problems, Table
from mailbot.core.wording import Sentence, alike, find, sentences

TABLES = ("pregunta",)
# Share of an example's weight that a sentence must carry (0 to 1): tuned on tests/corpus/preguntas.toml.
ENOUGH = 0.55
MOST_ANSWERS = 2
MOST_WORDS = 120  # of an answer: it is read on a phone
_EMPTY = frozenset(
    "a al algo ahi ahora asi buen buena buenas buenos como con cual cuales cuando cuanto cuanta cuantos de del dia dias "
    "disculpa disculpe disculpen donde dudas duda el ella ellos en era es esa ese eso esta este esto estos estas favor "
    "fue gracias ha hace hacer haber hay he hola la las le les lo los me mi mis muy nada ni nos o para pero por "
    "porque pues que quien quiero quisiera saber se ser si sin sobre solo soy su sus tal tambien tardes te tengo tiene "
    "todo tu tus un una unas uno unos va voy y ya yo noches podria podrian puede pueden puedo pudiera pregunta queria "
    "gustaria alguna alguien ayuda ayudar ayudarme apoyar apoyo decir decirme informacion atte saludos estoy ustedes".split()
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One frequent question: examples of how it is asked, and the office's answer (Markdown with Jinja)."""

    name: str
    title: str
    examples: tuple[str, ...]
    answer: str
    all_of: tuple[str, ...] = ()
    """Words of which one must be there."""
    none_of: tuple[str, ...] = ()
    """Phrases with which the topic is not meant."""


@dataclass(frozen=True, slots=True)
class Match:
    """A topic found in a text, and how sure (0 to 1)."""

    topic: Topic
    score: float


@dataclass(frozen=True, slots=True)
class _Index:
    """Every example as weighted words: rare words weigh more."""

    examples: tuple[tuple[Topic, frozenset[str]], ...]
    weight: dict[str, float] = field(hash=False)


def topics(text: str, known: Sequence[Topic]) -> tuple[Match, ...]:
    """Return the topics asked in a text, surest first, at most two."""
    return match_topics(sentences(text), tuple(known))


def match_topics(said: Sequence[Sentence], known: tuple[Topic, ...]) -> tuple[Match, ...]:
    """Return the topics asked in some sentences, one a sentence at most, surest first."""
    best: dict[str, Match] = {}
    for sentence in said:
        found = _of_sentence(sentence, known)
        if found and (found.topic.name not in best or best[found.topic.name].score < found.score):
            best[found.topic.name] = found
    return tuple(sorted(best.values(), key=lambda m: -m.score)[:MOST_ANSWERS])


def _of_sentence(sentence: Sentence, known: tuple[Topic, ...]) -> Match | None:
    index = _indexed(known)
    heard = _heard(sentence.words, frozenset(index.weight))
    if not heard:
        return None
    top: Match | None = None
    for topic, words in index.examples:
        score = _score(heard, words, index.weight)
        if score >= ENOUGH and (top is None or score > top.score) and _allowed(topic, sentence.words):
            top = Match(topic, score)
    return top


def _score(heard: frozenset[str], example: frozenset[str], weight: dict[str, float]) -> float:
    """Return how much of the example is said, tempered by how much else is."""
    shared = sum(weight[w] for w in heard & example)
    whole = sum(weight[w] for w in example)
    extra = sum(weight[w] for w in heard - example)
    return shared / (whole + 0.35 * extra) if whole else 0.0


def _allowed(topic: Topic, words: Sequence[str]) -> bool:
    if any(find(phrase, words) is not None for phrase in topic.none_of):
        return False
    return not topic.all_of or any(find(phrase, words) is not None for phrase in topic.all_of)


def _stem(word: str) -> str:
    """Cut the commonest endings, so that "descargo", "descargar" and "descargué" are one word."""
    for ending in ("aciones", "acion", "iendo", "ando", "arla", "arlo", "arme", "arse", "erla", "erlo", "irla", "irlo",
                   "aron", "ieron", "aria", "adas", "ados", "ada", "ado", "idas", "idos", "ida", "ido", "aba",
                   "amos", "emos", "ar", "er", "ir", "an", "en", "as", "es", "os", "a", "e", "o", "s"):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _content(words: Sequence[str]) -> list[str]:
    return [_stem(w) for w in words if w not in _EMPTY and len(w) > 1]


def _heard(words: Sequence[str], vocabulary: frozenset[str]) -> frozenset[str]:
    """Return the content words, each typo mended to the word of the examples that it is nearest to."""
    return frozenset(_mended(word, vocabulary) for word in _content(words) if word)


@lru_cache(maxsize=16384)
def _mended(word: str, vocabulary: frozenset[str]) -> str:
    if word in vocabulary:
        return word
    return next((known for known in sorted(vocabulary) if alike(word, known)), word) if len(word) > 3 else word


@lru_cache(maxsize=8)
def _indexed(known: tuple[Topic, ...]) -> _Index:
    examples = tuple(
        (topic, frozenset(_content(s.words)))
        for topic in known
        for example in topic.examples
        for s in sentences(example)
    )
    counts = Counter(word for _, words in examples for word in words)
    weight = _Weights({word: 1.0 + log(len(examples) / count) for word, count in counts.items()})
    return _Index(tuple((t, w) for t, w in examples if w), weight)


class _Weights(dict[str, float]):
    """Weights of the examples' words; a word that is in none weighs a little."""

    def __missing__(self, word: str) -> float:
        return 1.0


def parse_topics(tables: list[Table], problems: Problems) -> tuple[Topic, ...]:
    """Read [[pregunta]]."""
    found: dict[str, Topic] = {}
    said_by: dict[frozenset[str], str] = {}
    for table in tables:
        problems.closed(table, ("tema", "titulo", "frases", "respuesta", "necesita", "salvo"))
        name = problems.text(table, "tema", required=True)
        if name in found:
            problems.add(table, "tema", f"ya hay otro tema «{name}»")
        examples = problems.texts(table, "frases", required=True)
        for example in examples:
            words = frozenset(w for s in sentences(example) for w in _content(s.words))
            if not words:
                problems.add(table, "frases", f"«{example}» no tiene palabras propias: cualquier correo la cumpliría")
            elif said_by.setdefault(words, name) != name:
                problems.add(table, "frases", f"«{example}» dice lo mismo que una frase de «{said_by[words]}»")
        answer = problems.text(table, "respuesta")
        if len(answer.split()) > MOST_WORDS:
            problems.add(table, "respuesta", f"tiene {len(answer.split())} palabras; caben {MOST_WORDS}")
        found[name] = Topic(
            name, problems.text(table, "titulo", required=True), examples, answer,
            problems.texts(table, "necesita"), problems.texts(table, "salvo"),
        )  # fmt: skip
    return tuple(found.values())
