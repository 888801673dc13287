"""From what a student asks to the office's answer: which topics of rules/preguntas.toml, however they are worded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log

from mailbot.core.rulefile import Problems, Table
from mailbot.core.wording import SWAPPED, Sentence, alike, find, sentences

TABLES = ("pregunta", "palabras")
# Share of an example's weight that a sentence must carry (0 to 1): tuned on tests/corpus/preguntas*.toml.
ENOUGH = 0.5
# The same for a second answer: two answers where one was asked only confuse.
SURE = 0.62
# The same within one sentence: "no tengo NSS, ¿dónde lo saco?" asks once.
SAME_SENTENCE = 0.9
# How much nearer an answer must be than a topic that only a person can answer.
MARGIN = 0.02
# Weight of a word that is in no example: it makes the reading less sure, but students tell stories around a question.
UNKNOWN = 1.6
# Weight of a word that every topic has.
COMMON = 0.6
# The whole guide yields to a topic with its own answer that fits nearly as well.
GUIDE = 0.9
LEAST_OF_CLAUSE = 2  # words that say something: one alone ("¿cuál uso?") leans on the clause beside it
MOST_SPANS = 150  # bounds the work on a hostile text
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
    "hago", "haria", "hacerle", "orientar", "orientarme", "explicar", "explicarme", "indicar", "indicarme",
    "control", "dijeron", "estudiantes", "alumnos", "alumnas", "dicen", "comentaron", "licenciada", "lic",
    "estimada", "estimado", "atentamente", "todo", "tu", "tus", "un", "una", "unas", "uno", "unos", "ustedes",
    "va", "voy", "y", "ya", "yo",
})  # fmt: skip
# A sentence that hands something over is no question, whatever nouns it names.
_HANDS_OVER = (
    "adjunt*", "anex*", "envio", "les mando", "le mando", "mando mi", "mando la", "mando el", "mando constancia",
    "comparto", "aqui esta", "ahi esta", "esta es mi", "hago llegar", "remito", "aqui les", "les dejo",
)  # fmt: skip
_ASKS = (
    "donde", "como", "cual", "cuales", "cuanto", "cuando", "puedo", "puede", "sirve", "pueden", "a que",
    "no puedo", "no me", "no encuentro", "me mando", "me envio", "me mandaron", "me enviaron", "ya no", "dice que",
)  # fmt: skip


_QUESTION_WORDS = frozenset({"dond", "cuant", "cuand", "no"})  # as stems
# How a sentence asks where the question mark was left out.
_FORMS = (
    "donde", "como", "cual", "cuales", "cuanto", "cuanta", "cuantos", "cuantas", "cuando", "quien", "que hago",
    "que sigue", "que procede", "que debo", "que tengo que", "que puedo", "que necesito", "que pasa", "a que",
    "en que", "de que", "con que", "puedo", "se puede", "pueden", "podria*", "tengo que", "hay que", "debo",
    "es necesario", "es obligatorio", "me pasan", "me sirve", "sirve", "no puedo", "no me deja", "no se",
    "que fecha", "que documento*", "que papel*", "que requisito*",
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

    @property
    def staff_only(self) -> bool:
        """Whether the guide does not say: only a person can answer."""
        return self.copy_staff and not self.answer

    @property
    def guide(self) -> bool:
        """Whether the whole guide is the answer."""
        return not self.copy_staff and not self.answer


@dataclass(frozen=True, slots=True)
class Match:
    """A topic found in a text, and how sure (0 to 1)."""

    topic: Topic
    score: float
    asks: bool = False
    """Whether it was said as a question."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that rules/preguntas.toml says: the topics, and words that mean the same here."""

    topics: tuple[Topic, ...] = ()
    synonyms: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """Every example as weighted concepts: those of few topics weigh more."""

    examples: tuple[tuple[Topic, float, int], ...]
    """The topic of each example, all that it weighs, and its number of concepts beside the asking word."""
    weight: Mapping[str, float]
    within: Mapping[str, tuple[int, ...]]
    """Concept -> the examples that have it."""
    concept: Mapping[str, str]
    """Word -> the concept it stands for."""
    by_letter: Mapping[str, tuple[str, ...]]
    """First letter -> the known words that a word with it may be a typo of."""


@dataclass(frozen=True, slots=True)
class _Span:
    """Some words in a row, the clauses that they are made of, and whether they ask."""

    words: tuple[str, ...]
    clauses: frozenset[int]
    sentences: frozenset[int]
    asks: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """A topic found in a span."""

    match: Match
    span: _Span


def topics(text: str, known: Knowledge) -> tuple[Match, ...]:
    """Return the topics asked in a text, surest first, at most two."""
    return match_topics(sentences(text), known)


def match_topics(said: Sequence[Sentence], known: Knowledge) -> tuple[Match, ...]:
    """Return the topics asked in some sentences, surest first: of overlapping readings, the surest one.

    What is only told beside a question ("ya estoy vigente. ¿A qué clínica voy?") is not answered.
    """
    if not known.topics:
        return ()
    index = _indexed(known)
    spans = _spans([s for s in said if asking(s) or not hands_over(s.words)])
    found = ((_of_words(span.words, index), span) for span in spans)
    readings = [_Reading(replace(match, asks=span.asks), span) for match, span in found if match]
    chosen: list[_Reading] = []
    for reading in sorted(readings, key=lambda r: (-r.match.score, len(r.span.clauses))):
        if all(_apart(reading, other) for other in chosen):
            chosen.append(reading)
    if any(r.span.asks and r.match.score >= SURE for r in chosen):
        chosen = [r for r in chosen if r.span.asks or r.match.topic.staff_only]
    chosen = [r for n, r in enumerate(chosen) if n == 0 or r.match.score >= SURE or r.match.topic.staff_only]
    # what has an answer goes before what has none
    return tuple(sorted((r.match for r in chosen), key=lambda m: (not m.topic.answer, -m.score))[:MOST_ANSWERS])


def hands_over(words: Sequence[str]) -> bool:
    """Tell whether a sentence says that something is sent along, and asks nothing."""
    return any(find(p, words) is not None for p in _HANDS_OVER) and all(find(p, words) is None for p in _ASKS)


def _apart(reading: _Reading, surer: _Reading) -> bool:
    """Tell whether two readings are of two matters: in one sentence only where both ask and neither is for a person."""
    topic, other = reading.match.topic, surer.match.topic
    if topic.name == other.name or reading.span.clauses & surer.span.clauses:
        return False
    same = bool(reading.span.sentences & surer.span.sentences)
    plain = topic.staff_only or other.staff_only or not _has_form(reading.span.words)
    return not same or (not plain and reading.match.score >= SAME_SENTENCE)


def _spans(said: Sequence[Sentence]) -> list[_Span]:
    """Give every clause, sentence and pair of neighbouring sentences, each wording once."""
    found: dict[tuple[str, ...], _Span] = {}
    before: _Span | None = None
    count = 0
    for place, sentence in enumerate(said):
        here = frozenset({place})
        numbers = range(count, count + len(sentence.clauses))
        count += len(sentence.clauses)
        asks = asking(sentence)
        whole = _Span(sentence.words, frozenset(numbers), here, asks)
        parts = [
            _Span(words, frozenset({n}), here, asks)
            for words, n in zip(sentence.clauses, numbers, strict=True)
            if len(_content(words)) >= LEAST_OF_CLAUSE
        ]
        joined = [_joined(before, whole)] if before else []
        for span in (*parts, whole, *joined):
            found.setdefault(span.words, span)
        before = whole
        if len(found) >= MOST_SPANS:
            break
    return list(found.values())


def _joined(one: _Span, two: _Span) -> _Span:
    clauses, places = one.clauses | two.clauses, one.sentences | two.sentences
    return _Span(one.words + two.words, clauses, places, one.asks or two.asks)


def _has_form(words: Sequence[str]) -> bool:
    return any(find(form, words) is not None for form in _FORMS)


def asking(sentence: Sentence) -> bool:
    """Tell whether a sentence asks, also where the question mark was left out."""
    return sentence.asks or _has_form(sentence.words)


def _of_words(words: tuple[str, ...], index: _Index) -> Match | None:
    """Return the topic of the example that is nearest; a topic for a person wins where both are about as near."""
    heard = _concepts(words, index)
    if not heard - _QUESTION_WORDS:
        return None
    said = sum(index.weight.get(w, UNKNOWN) for w in heard)
    shared: dict[int, float] = {}
    count: Counter[int] = Counter()
    for concept in heard:
        for number in index.within.get(concept, ()):
            shared[number] = shared.get(number, 0.0) + index.weight[concept]
            count[number] += concept not in _QUESTION_WORDS
    best: dict[str, Match] = {}
    for number, weight in shared.items():
        topic, total, size = index.examples[number]
        if count[number] < min(2, size):
            continue  # one word in common says nothing
        score = 2 * weight / (total + said) * (GUIDE if topic.guide else 1)
        if score >= ENOUGH and (topic.name not in best or score > best[topic.name].score):
            best[topic.name] = Match(topic, score)
    ranked = [m for m in sorted(best.values(), key=lambda m: -m.score) if _allowed(m.topic, words)]
    near = (m for m in ranked if m.topic.staff_only and m.score >= ranked[0].score - MARGIN)
    return next(near, ranked[0] if ranked else None)


def _allowed(topic: Topic, words: Sequence[str]) -> bool:
    if any(find(phrase, words) is not None for phrase in topic.none_of):
        return False
    return not topic.all_of or any(find(phrase, words) is not None for phrase in topic.all_of)


def _stem(word: str) -> str:
    """Cut the commonest endings, so that "descargo", "descargar" and "descargué" are one word."""
    for ending in ("aciones", "acion", "iendo", "ando", "arla", "arlo", "arme", "arse", "irme", "irse",
                   "erme", "erse", "arte", "erla", "erlo", "irla", "irlo",
                   "aron", "ieron", "aria", "adas", "ados", "ada", "ado", "idas", "idos", "ida", "ido", "aba",
                   "amos", "emos", "ar", "er", "ir", "an", "en", "as", "es", "os", "a", "e", "o", "s"):  # fmt: skip
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _content(words: Sequence[str]) -> list[str]:
    plain = [_stem(w) for w in words if w not in _EMPTY and len(w) > 1 and not (w.isdecimal() and len(w) > 3)]
    # "¿qué es…?" has no other word of its own
    return ["que es", *plain] if tuple(words[:2]) == ("que", "es") and plain else plain


def _concepts(words: Sequence[str], index: _Index) -> frozenset[str]:
    """Return the concepts named, each typo mended to the known word that it is nearest to."""
    return frozenset(_concept(word, index) for word in _content(words))


def _concept(word: str, index: _Index) -> str:
    if word in index.concept or len(word) < 4:
        return index.concept.get(word, word)
    near = next((known for known in index.by_letter.get(word[0], ()) if alike(word, known)), None)
    return word if near is None else index.concept[near]


@lru_cache(maxsize=4)
def _indexed(known: Knowledge) -> _Index:
    means = {stem: _stem(group[0]) for group in known.synonyms for word in group for stem in [_stem(word)]}
    concepts: list[tuple[Topic, frozenset[str]]] = []
    for topic in known.topics:
        for example in topic.examples:
            words = [w for s in sentences(example) for w in _content(s.words)]
            if words:
                concepts.append((topic, frozenset(means.get(w, w) for w in words)))
            means.update({w: w for w in words if w not in means})
    named: dict[str, set[str]] = {}
    within: dict[str, list[int]] = {}
    for number, (topic, said) in enumerate(concepts):
        for concept in said:
            named.setdefault(concept, set()).add(topic.name)
            within.setdefault(concept, []).append(number)
    weight = {concept: COMMON + log(len(known.topics) / len(names)) for concept, names in named.items()}
    examples = tuple((topic, sum(weight[c] for c in said), len(said - _QUESTION_WORDS)) for topic, said in concepts)
    first = {word[0] for word in means}
    by_letter = {f: tuple(w for w in means if w[0] == f or {w[0], f} in SWAPPED or w[0] == "h") for f in first}
    return _Index(examples, weight, {c: tuple(n) for c, n in within.items()}, means, by_letter)


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
    problems.closed(
        table, ("tema", "titulo", "frases", "respuesta", "necesita", "salvo", "copia_al_personal", "ya_lo_dice")
    )
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
