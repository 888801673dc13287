"""How much do some words resemble what rules/preguntas.toml gives as examples of each topic?

Two measures. The nearest example: what share of the words is the same, rare words counting more. And the habit of the
whole topic: how likely its examples are to use these words and pairs of words (naive Bayes in its complement form,
Rennie et al. 2003), so that twenty examples say more than the one that comes nearest. A third of the habit is that of
the words around: a short clause alone ("¿cuánto tengo que esperar?") resembles much that was not meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import exp, log

from mailbot.core.wording import SWAPPED, alike, sentences

Topics = tuple[tuple[str, tuple[str, ...]], ...]
"""Name of each topic, and examples of how it is asked."""

# Weight of a word that is in no example: it makes the reading less sure, but students tell stories around a question.
UNKNOWN = 1.6
# Weight of a word that every topic has.
COMMON = 0.6
# Share of the nearest example in the resemblance; the rest is the habit of the topic. Of 241 unseen mails (list 12) 18
# instead of 23 were misunderstood at 0.3 than at 0.5, and 14 with the words around.
NEAREST = 0.3
AROUND = 0.3  # share of the words around in the habit
SMOOTHING = 0.1  # what an unseen word counts for in every topic
CAUTION = 3.0  # words of one sentence are no independent witnesses: three of them count as one
EMPTY = frozenset({
    "a", "ahi", "ahora", "al", "algo", "alguien", "alguna", "alumna", "alumno", "apoyar", "apoyo", "asi", "atte",
    "ayuda", "ayudar", "ayudarme", "buen", "buena", "buenas", "buenos", "carrera", "comentar", "comento", "como",
    "con", "consulta", "cual", "cuales", "dada", "dado", "dados", "dan", "dar", "darme", "de", "debe", "deben",
    "deberia", "debo", "decir", "decirme", "del", "den", "disculpa", "disculpe", "disculpen", "doy", "duda",
    "dudas", "el", "ella", "ellos", "en", "era", "es", "esa", "ese", "eso", "esta", "estar", "estare", "estaria",
    "estas", "este", "esten", "esto", "estos", "estoy", "estudiante", "favor", "fue", "gracias", "gustaria",
    "gusto", "ha", "haber", "hace", "hacer", "hay", "he", "hola", "informacion", "ingreso", "instituto", "itq",
    "la", "las", "le", "les", "lo", "los", "me", "mi", "mil", "mis", "molestia", "mucha", "muchas", "mucho",
    "muchos", "muy", "nada", "necesita", "necesito", "ni", "noches", "nos", "o", "para", "parece", "parte", "pena",
    "pero", "podria", "podrian", "por", "porque", "pregunta", "pudiera", "puede", "pueden", "puedo", "pues", "que",
    "queria", "quien", "quiero", "quisiera", "saber", "saludos", "se", "semestre", "ser", "si", "siento", "sin",
    "sobre", "solo", "soy", "su", "sus", "tal", "tambien", "tardes", "te", "tec", "tecnologico", "tengo", "tiene",
    "hago", "haria", "hacerle", "orientar", "orientarme", "explicar", "explicarme", "indicar", "indicarme",
    "control", "dijeron", "estudiantes", "alumnos", "alumnas", "dicen", "comentaron", "licenciada", "lic",
    "estimada", "estimado", "atentamente", "todo", "tu", "tus", "un", "una", "unas", "uno", "unos", "ustedes",
    "va", "voy", "y", "ya", "yo",
})  # fmt: skip
_QUESTION_WORDS = frozenset({"dond", "cuant", "cuand", "no"})  # as stems


@dataclass(frozen=True, slots=True)
class Index:
    """Every example as weighted concepts: those of few topics weigh more."""

    examples: tuple[tuple[str, float, int], ...]
    """The topic of each example, all that it weighs, and its number of concepts beside the asking word."""
    weight: Mapping[str, float]
    within: Mapping[str, tuple[int, ...]]
    """Concept -> the examples that have it."""
    concept: Mapping[str, str]
    """Word -> the concept it stands for."""
    by_letter: Mapping[str, tuple[str, ...]]
    """First letter -> the known words that a word with it may be a typo of."""
    habit: Mapping[str, Mapping[str, float]]
    """Word or pair of words -> what it speaks for each topic that uses it."""
    reserve: Mapping[str, float]
    """What each word speaks for a topic that never uses it: little for one with many examples."""


def resemblance(
    words: Sequence[str], around: Sequence[str], index: Index, allowed: Callable[[str], bool]
) -> dict[str, float]:
    """Return how near (0 to 1) some words are to each topic that may be meant, as far as they share any with it;
    ``around``: the words that they stand among, themselves too."""
    nearest = {topic: near for topic, near in _nearest(words, index).items() if allowed(topic)}
    if not nearest:
        return {}
    likely = _likely(words, index)
    among = _likely(around, index) if around != words else likely
    habit = {t: (1 - AROUND) * likely.get(t, 0.0) + AROUND * among.get(t, 0.0) for t in nearest}
    return {topic: NEAREST * near + (1 - NEAREST) * habit[topic] for topic, near in nearest.items()}


def _nearest(words: Sequence[str], index: Index) -> dict[str, float]:
    """Return for each topic the Dice coefficient of the example that is nearest."""
    heard = _concepts(words, index)
    if not heard - _QUESTION_WORDS:
        return {}
    said = sum(index.weight.get(w, UNKNOWN) for w in heard)
    shared: dict[int, float] = {}
    count: Counter[int] = Counter()
    for concept in heard:
        for number in index.within.get(concept, ()):
            shared[number] = shared.get(number, 0.0) + index.weight[concept]
            count[number] += concept not in _QUESTION_WORDS
    best: dict[str, float] = {}
    for number, weight in shared.items():
        topic, total, size = index.examples[number]
        if count[number] >= min(2, size):  # one word in common says nothing
            best[topic] = max(best.get(topic, 0.0), 2 * weight / (total + said))
    return best


def _likely(words: Sequence[str], index: Index) -> dict[str, float]:
    """Return how likely each topic is, given that one of them is meant: words of one that may not be meant are not
    those of another."""
    known = [f for f in _features(words, index.concept, _concepts(words, index)) if f in index.habit]
    vote = {topic: len(known) * reserve for topic, reserve in index.reserve.items()}
    for feature in known:
        for topic, gain in index.habit[feature].items():
            vote[topic] += gain
    most = max(vote.values(), default=0.0)
    shares = {topic: exp((said - most) / CAUTION) for topic, said in vote.items()}
    total = sum(shares.values())
    return {topic: share / total for topic, share in shares.items()}


def _features(words: Sequence[str], concept: Mapping[str, str], concepts: frozenset[str]) -> frozenset[str]:
    """Return the concepts, all stems, small words too ("dónde", "ya no"), and the pairs that stand near."""
    stems = [concept.get(stem, stem) for word in words for stem in [_stem(word)]]
    pairs = (f"{one} {two}" for one, two in pairwise(stems))
    apart = (f"{one} … {two}" for at, one in enumerate(stems) for two in stems[at + 2 : at + 4])
    return frozenset((*(f"={c}" for c in concepts), *stems, *pairs, *apart))


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """Cut the commonest endings, so that "descargo", "descargar" and "descargué" are one word."""
    for ending in ("aciones", "acion", "iendo", "ando", "arla", "arlo", "arme", "arse", "irme", "irse",
                   "erme", "erse", "arte", "erla", "erlo", "irla", "irlo",
                   "aron", "ieron", "aria", "adas", "ados", "ada", "ado", "idas", "idos", "ida", "ido", "aba",
                   "amos", "emos", "ar", "er", "ir", "an", "en", "as", "es", "os", "a", "e", "o", "s"):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def content(words: Sequence[str]) -> list[str]:
    """Return the stems of the words that say something."""
    plain = [_stem(w) for w in words if w not in EMPTY and len(w) > 1 and not (w.isdecimal() and len(w) > 3)]
    # "¿qué es…?" has no other word of its own
    return ["que es", *plain] if tuple(words[:2]) == ("que", "es") and plain else plain


def _concepts(words: Sequence[str], index: Index) -> frozenset[str]:
    """Return the concepts named, each typo mended to the known word that it is nearest to."""
    return frozenset(_concept(word, index) for word in content(words))


def _concept(word: str, index: Index) -> str:
    if word in index.concept or len(word) < 4:
        return index.concept.get(word, word)
    near = next((known for known in index.by_letter.get(word[0], ()) if alike(word, known)), None)
    return word if near is None else index.concept[near]


@lru_cache(maxsize=4)
def indexed(topics: Topics, synonyms: tuple[tuple[str, ...], ...]) -> Index:
    """Weigh the words of all examples."""
    means = {stem: _stem(group[0]) for group in synonyms for word in group for stem in [_stem(word)]}
    said: list[tuple[str, tuple[str, ...], frozenset[str]]] = []
    for topic, words in _examples(topics):
        stems = content(words)
        said.append((topic, words, frozenset(means.get(w, w) for w in stems)))
        means.update({w: w for w in stems if w not in means})
    named: dict[str, set[str]] = {}
    within: dict[str, list[int]] = {}
    for number, (topic, _, concepts) in enumerate(said):
        for concept in concepts:
            named.setdefault(concept, set()).add(topic)
            within.setdefault(concept, []).append(number)
    weight = {concept: COMMON + log(len(topics) / len(names)) for concept, names in named.items()}
    examples = tuple((topic, sum(weight[c] for c in cs), len(cs - _QUESTION_WORDS)) for topic, _, cs in said)
    first = {word[0] for word in means}
    by_letter = {f: tuple(w for w in means if w[0] == f or {w[0], f} in SWAPPED or w[0] == "h") for f in first}
    habit, reserve = _habits([(topic, _features(words, means, concepts)) for topic, words, concepts in said])
    return Index(examples, weight, {c: tuple(n) for c, n in within.items()}, means, by_letter, habit, reserve)


def _examples(topics: Topics) -> Iterator[tuple[str, tuple[str, ...]]]:
    for topic, examples in topics:
        for example in examples:
            words = tuple(w for s in sentences(example) for w in s.words)
            if content(words):
                yield topic, words


def _habits(
    examples: Sequence[tuple[str, frozenset[str]]],
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return complement naive Bayes, sparse: what a topic says of a word against what all the others say of it.

    log((c+a)/(m+aV)) - log((t-c+a)/(n+aV)), c of the topic, t of all, taken apart: the share that is the same for all
    topics is left out, and what is left of a word that the topic does not use is the topic's ``reserve``.
    """
    every: Counter[str] = Counter()
    of_topic: dict[str, Counter[str]] = {}
    for topic, features in examples:
        every.update(features)
        of_topic.setdefault(topic, Counter()).update(features)
    smooth, total = SMOOTHING * len(every), every.total()
    habit: dict[str, dict[str, float]] = {}
    for topic, counts in of_topic.items():
        for feature, c in counts.items():
            rest = log((every[feature] + SMOOTHING) / (every[feature] - c + SMOOTHING))
            habit.setdefault(feature, {})[topic] = log((c + SMOOTHING) / SMOOTHING) + rest
    reserve = {t: log((total - c.total() + smooth) / (c.total() + smooth)) for t, c in of_topic.items()}
    return habit, reserve
