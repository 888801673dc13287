"""From what a student asks to the office's answer: which topics of rules/preguntas.toml, however they are worded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from types import MappingProxyType

from mailbot.core.rulefile import Problems, Table
from mailbot.core.wording import Sentence, alike, find, sentences

TABLES = ("pregunta", "palabras")
# Share of an example's weight that a sentence must carry (0 to 1): tuned on tests/corpus/preguntas.toml.
ENOUGH = 0.5
# Weight of a word that is in no example: it makes the reading less sure, but students tell stories around a question.
UNKNOWN = 1.1
# The whole guide yields to a topic with its own answer that fits nearly as well.
GUIDE = 0.75
MOST_ANSWERS = 2
MOST_WORDS = 120  # of an answer: it is read on a phone
_EMPTY = frozenset({
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
    "todo", "tu", "tus", "un", "una", "unas", "uno", "unos", "ustedes", "va", "voy", "y", "ya", "yo",
})  # fmt: skip
# A sentence that hands something over is no question, whatever nouns it names.
_HANDS_OVER = (
    "adjunt*", "anex*", "envio", "les mando", "le mando", "mando mi", "mando la", "mando el", "mando constancia",
    "comparto", "aqui esta", "ahi esta", "esta es mi", "hago llegar", "remito", "aqui les", "les dejo",
)  # fmt: skip
_ASKS = (
    "donde", "como", "cual", "cuales", "cuanto", "cuando", "puedo", "puede", "sirve", "pueden", "a que", "no puedo",
    "no me", "no encuentro",
)  # fmt: skip


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
    copy_staff: bool = False
    """Whether staff see the question too: the answer may not be enough."""
    said_in: tuple[str, ...] = ()
    """Replies (template stems) that say it already, or say better: there the answer is left out."""


@dataclass(frozen=True, slots=True)
class Match:
    """A topic found in a text, and how sure (0 to 1)."""

    topic: Topic
    score: float


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that rules/preguntas.toml says: the topics, and words that mean the same here."""

    topics: tuple[Topic, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """Every example as weighted concepts: those of few topics weigh more."""

    examples: tuple[tuple[Topic, frozenset[str]], ...]
    weight: Mapping[str, float] = field(hash=False)
    concept: Mapping[str, str] = field(hash=False)
    """Word -> the concept it stands for."""


def topics(text: str, known: Knowledge) -> tuple[Match, ...]:
    """Return the topics asked in a text, surest first, at most two."""
    return match_topics(sentences(text), known)


def match_topics(said: Sequence[Sentence], known: Knowledge) -> tuple[Match, ...]:
    """Return the topics asked in some sentences, surest first: of overlapping readings, the surest one."""
    if not known.topics:
        return ()
    index = _indexed(known)
    asking = [s for s in said if s.asks or not hands_over(s.words)]
    readings = ((match, span) for words, span in _spans(asking) if (match := _of_words(words, index)))
    chosen: list[tuple[Match, frozenset[int]]] = []
    for match, span in sorted(readings, key=lambda r: (-r[0].score, len(r[1]))):
        if all(match.topic.name != m.topic.name and not span & other for m, other in chosen):
            chosen.append((match, span))
    # what has an answer goes before the whole guide
    return tuple(sorted((m for m, _ in chosen), key=lambda m: (not m.topic.answer, -m.score))[:MOST_ANSWERS])


def hands_over(words: Sequence[str]) -> bool:
    """Tell whether a sentence says that something is sent along, and asks nothing."""
    return any(find(p, words) is not None for p in _HANDS_OVER) and all(find(p, words) is None for p in _ASKS)


def _spans(said: Sequence[Sentence]) -> Iterator[tuple[tuple[str, ...], frozenset[int]]]:
    """Give every clause, sentence and pair of neighbouring sentences, with the clauses that it is made of."""
    before: tuple[tuple[str, ...], frozenset[int]] | None = None
    count = 0
    for sentence in said:
        numbers = range(count, count + len(sentence.clauses))
        count += len(sentence.clauses)
        if len(sentence.clauses) > 1:
            yield from ((words, frozenset({n})) for words, n in zip(sentence.clauses, numbers, strict=True))
        whole = (sentence.words, frozenset(numbers))
        yield whole
        if before:
            yield (before[0] + whole[0], before[1] | whole[1])
        before = whole


def _of_words(words: tuple[str, ...], index: _Index) -> Match | None:
    heard = _concepts(words, index.concept)
    top: Match | None = None
    for topic, example in index.examples:
        score = _score(heard, example, index.weight) * (1 if topic.answer else GUIDE)
        if score >= ENOUGH and (top is None or score > top.score) and _allowed(topic, words):
            top = Match(topic, score)
    return top


def _score(heard: frozenset[str], example: frozenset[str], weight: Mapping[str, float]) -> float:
    """Return how much of what is said and of the example is the same (Dice, weighted)."""
    shared = sum(weight[w] for w in heard & example)
    if not shared:
        return 0.0
    return 2 * shared / (sum(weight[w] for w in example) + sum(weight.get(w, UNKNOWN) for w in heard))


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


def _concepts(words: Sequence[str], concept: Mapping[str, str]) -> frozenset[str]:
    """Return the concepts named, each typo mended to the known word that it is nearest to."""
    return frozenset(_concept(word, concept) for word in _content(words))


def _concept(word: str, concept: Mapping[str, str]) -> str:
    if word in concept or len(word) < 4:
        return concept.get(word, word)
    return next((meant for known, meant in concept.items() if alike(word, known)), word)


@lru_cache(maxsize=4)
def _indexed(known: Knowledge) -> _Index:
    means = {stem: _stem(group[0]) for group in known.synonyms for word in group for stem in [_stem(word)]}
    examples: list[tuple[Topic, frozenset[str]]] = []
    for topic in known.topics:
        for example in topic.examples:
            words = [w for s in sentences(example) for w in _content(s.words)]
            examples.append((topic, frozenset(means.get(w, w) for w in words)))
            means.update({w: w for w in words if w not in means})
    within: dict[str, set[str]] = {}
    for topic, concepts in examples:
        for concept in concepts:
            within.setdefault(concept, set()).add(topic.name)
    count = len(known.topics)
    weight = {concept: 0.5 + log(1 + count / len(names)) for concept, names in within.items()}
    return _Index(tuple(e for e in examples if e[1]), MappingProxyType(weight), MappingProxyType(means))


def parse_topics(tables: list[Table], problems: Problems, stems: Collection[str] | None = None) -> Knowledge:
    """Read [[pregunta]] and [palabras]; ``stems`` are the replies that have a template."""
    found: dict[str, Topic] = {}
    synonyms: list[tuple[str, ...]] = []
    for table in tables:
        if table.name == "palabras":
            synonyms.extend(_synonyms(table, problems))
            continue
        topic = _topic(table, problems)
        for stem in topic.said_in:
            if stems is not None and stem not in stems:
                problems.add(table, "ya_lo_dice", f"no hay plantilla templates/email/{stem}.md")
        if topic.name in found:
            problems.add(table, "tema", f"ya hay otro tema «{topic.name}»")
        for example in topic.examples:
            _check_example(example, topic, list(found.values()), table, problems)
        found[topic.name] = topic
    return Knowledge(tuple(found.values()), tuple(synonyms))


@lru_cache(maxsize=4096)
def _content_of(example: str) -> frozenset[str]:
    """Return the words of an example that say something; each is compared with every other at load."""
    return frozenset(_content([w for s in sentences(example) for w in s.words]))


def _check_example(example: str, topic: Topic, others: Sequence[Topic], table: Table, problems: Problems) -> None:
    said = tuple(w for s in sentences(example) for w in s.words)
    content = set(_content(said))
    if not content:
        problems.add(table, "frases", f"«{example}» no tiene palabras propias: cualquier correo la cumpliría")
        return
    if not _allowed(topic, said):
        problems.add(table, "frases", f"«{example}» no cumple «necesita» o «salvo» de su propio tema")
    for other in others:
        same = any(_content_of(e) == content for e in other.examples)
        if same and _allowed(other, said):
            problems.add(table, "frases", f"«{example}» dice lo mismo que una frase de «{other.name}»")


def _topic(table: Table, problems: Problems) -> Topic:
    problems.closed(table, ("tema", "titulo", "frases", "respuesta", "necesita", "salvo", "copia_al_personal", "ya_lo_dice"))
    answer = problems.text(table, "respuesta")
    if len(answer.split()) > MOST_WORDS:
        problems.add(table, "respuesta", f"tiene {len(answer.split())} palabras; caben {MOST_WORDS}")
    return Topic(
        name=problems.text(table, "tema", required=True),
        title=problems.text(table, "titulo", required=True),
        examples=problems.texts(table, "frases", required=True),
        answer=answer,
        all_of=problems.texts(table, "necesita"),
        none_of=problems.texts(table, "salvo"),
        copy_staff=problems.truth(table, "copia_al_personal", False),
        said_in=problems.texts(table, "ya_lo_dice"),
    )


def _synonyms(table: Table, problems: Problems) -> Iterator[tuple[str, ...]]:
    """Each key of [palabras] is a concept, its list the words that mean it."""
    for key in table.values:
        words = [w for text in problems.texts(table, key) for s in sentences(text) for w in s.words]
        for word in words:
            if word in _EMPTY:
                problems.add(table, key, f"«{word}» está en cualquier correo: no sirve de sinónimo")
        yield (key, *words)
