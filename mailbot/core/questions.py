"""From what a student asks to the office's answer: which topics of rules/preguntas.toml, however they are worded."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from mailbot.core.resemblance import EMPTY, Index, content, indexed, resemblance
from mailbot.core.rulefile import Problems, Table, meant
from mailbot.core.wording import Sentence, find, sentences

TABLES = ("pregunta", "palabras")
# What a mail may mean beside a question (fact ``mensaje``): what cannot wait first.
MEANS = ("urgencia", "persona", "basta", "pide_baja", "no_derechohabiente", "ya_lo_llene", "que_sigue")
# Share of an example's weight that a sentence must carry (0 to 1): tuned on tests/corpus/preguntas*.toml.
ENOUGH = 0.5
# The same for a second answer: two answers where one was asked only confuse.
SURE = 0.62
# The same within one sentence: "no tengo NSS, ¿dónde lo saco?" asks once, "¿dónde lo saco y cuánto tarda?" twice.
SAME_SENTENCE = 0.9
TWO_FORMS = 0.81
# A question does without the words that its topic needs ("necesita") where it is as near as this, at a discount.
UNNAMED, DISCOUNT = 0.91, 0.9
# How much nearer an answer must be than a topic that only a person can answer.
MARGIN = 0.02
# The whole guide yields to a topic with its own answer that fits nearly as well, and to a person where neither fits.
GUIDE = 0.9
ENOUGH_FOR_GUIDE = 0.65
LEAST_OF_CLAUSE = 2  # words that say something: one alone ("¿cuál uso?") leans on the clause beside it
LEANING = 0.8  # what such a sentence is worth beside others: "no tengo NSS, ¿dónde se saca?" asks for no constancia
TOLD = 0.2  # how much nearer a thing told must be than the question it is told for; an alarm need not be
TOLD_SURELY = 0.8  # what is told is answered as a second matter only where it is as near as this
MOST_SPANS = 150  # bounds the work on a hostile text
MOST_ANSWERS = 2
MOST_WORDS = 120  # of an answer: it is read on a phone
# A sentence that hands something over is no question, whatever nouns it names.
_HANDS_OVER = (
    "adjunt*", "anex*", "envio", "les mando", "le mando", "mando mi", "mando la", "mando el", "mando constancia",
    "comparto", "aqui esta", "ahi esta", "esta es mi", "hago llegar", "remito", "aqui les", "les dejo",
)  # fmt: skip
_ASKS = (
    "donde", "como", "cual", "cuales", "cuanto", "cuando", "puedo", "puede", "sirve", "pueden", "a que",
    "no puedo", "no me", "no encuentro", "me mando", "me envio", "me mandaron", "me enviaron", "ya no", "dice que",
)  # fmt: skip


# How a sentence asks where the question mark was left out.
_FORMS = (
    "donde", "como", "cual", "cuales", "cuanto", "cuanta", "cuantos", "cuantas", "cuando", "quien", "que hago",
    "que sigue", "que procede", "que debo", "que tengo que", "que puedo", "que necesito", "que pasa", "a que",
    "en que", "de que", "con que", "puedo", "se puede", "pueden", "podria*", "tengo que", "hay que", "debo",
    "es necesario", "es obligatorio", "me pasan", "me sirve", "sirve", "no puedo", "no me deja", "no se",
    "que fecha", "que documento*", "que papel*", "que requisito*",
    "que formulario*", "que pagina", "que liga", "que horario*",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """One frequent question: examples of how it is asked, and the office's answer (Markdown with Jinja)."""

    name: str
    title: str
    examples: tuple[str, ...]
    answer: str
    all_of: tuple[str, ...] = ()
    """Words of which one must be there, unless a sentence is nearly an example."""
    none_of: tuple[str, ...] = ()
    """Phrases with which the topic is not meant."""
    copy_staff: bool = False
    """Whether staff see the question too: the answer may not be enough."""
    means: str = ""
    """The fact ``mensaje`` that it stands for, where it is no question ("quítenme el seguro")."""
    said_in: tuple[str, ...] = ()
    """Replies (template stems) that say it already, or say better: there the answer is left out."""
    in_case: bool = False
    """Whether who waits for the alta is told what comes next in that very case instead."""

    @property
    def staff_only(self) -> bool:
        """Whether the guide does not say: only a person can answer."""
        return self.copy_staff and not self.answer

    @property
    def guide(self) -> bool:
        """Whether the whole guide is the answer."""
        return not self.copy_staff and not self.answer and not self.means

    @property
    def told(self) -> bool:
        """Whether it counts though nothing is asked."""
        return self.staff_only or bool(self.means)


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
class _Span:
    """Some words in a row, the clauses that they are made of, and whether they ask."""

    words: tuple[str, ...]
    clauses: frozenset[int]
    sentences: frozenset[int]
    asks: bool
    around: tuple[str, ...]
    """The words of its sentence and of the one before: "ya agoté mis consultas, ¿cuánto espero?" asks for no alta."""


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
    by_name = {t.name: t for t in known.topics}
    index = indexed(tuple((t.name, t.examples) for t in known.topics), known.synonyms)
    spans = _spans([s for s in said if asking(s) or not hands_over(s.words)])
    nearest = ((_of_span(span, by_name, index), span) for span in spans)
    readings = [_Reading(_in_place(match, span, len(spans)), span) for match, span in nearest if match]
    chosen: list[_Reading] = []
    for reading in sorted(readings, key=lambda r: (-r.match.score - TOLD * _counts(r), len(r.span.clauses))):
        if all(_apart(reading, other) for other in chosen):
            chosen.append(reading)
    if any(r.span.asks and r.match.score >= SURE for r in chosen):
        chosen = [r for r in chosen if r.span.asks or r.match.topic.told or _is_trouble(r.match)]
    chosen = [r for n, r in enumerate(chosen) if n == 0 or r.match.topic.told or r.match.score >= _sure(r)]
    # what is wanted goes before what is asked, and what has an answer before what has none
    found = sorted((r.match for r in chosen), key=lambda m: (not m.topic.means, not m.topic.answer, -m.score))
    return tuple(found[:MOST_ANSWERS])


def _in_place(match: Match, span: _Span, spans: int) -> Match:
    leaning = spans > 1 and len(content(span.words)) < LEAST_OF_CLAUSE + 1 and has_form(span.words)
    return replace(match, asks=span.asks, score=match.score * (LEANING if leaning else 1))


def _counts(reading: _Reading) -> bool:
    return reading.span.asks or reading.match.topic.told


def _is_trouble(match: Match) -> bool:
    """Tell whether it is answered beside a question: the former school that does not answer."""
    return match.topic.copy_staff and match.score >= TOLD_SURELY


def _sure(reading: _Reading) -> float:
    return SURE if reading.span.asks else TOLD_SURELY


def hands_over(words: Sequence[str]) -> bool:
    """Tell whether a sentence says that something is sent along, and asks nothing."""
    return any(find(p, words) is not None for p in _HANDS_OVER) and all(find(p, words) is None for p in _ASKS)


def _apart(reading: _Reading, surer: _Reading) -> bool:
    """Tell whether two readings are of two matters: in one sentence only where both ask and neither is for a person."""
    topic, other = reading.match.topic, surer.match.topic
    if topic.name == other.name or reading.span.clauses & surer.span.clauses:
        return False
    same = bool(reading.span.sentences & surer.span.sentences)
    if not same:
        return True
    if topic.staff_only or other.staff_only or not has_form(reading.span.words):
        return False
    return reading.match.score >= (TWO_FORMS if has_form(surer.span.words) else SAME_SENTENCE)


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
        around = (*before.words, *sentence.words) if before else sentence.words
        whole = _Span(sentence.words, frozenset(numbers), here, asks, around)
        formed = any(has_form(words) for words in sentence.clauses)  # then the other clauses only tell
        parts = [
            _Span(words, frozenset({n}), here, has_form(words) if formed else asks, around)
            for words, n in zip(sentence.clauses, numbers, strict=True)
            if len(content(words)) >= LEAST_OF_CLAUSE
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
    return _Span(one.words + two.words, clauses, places, one.asks or two.asks, two.around)


def has_form(words: Sequence[str]) -> bool:
    """Tell whether some words ask by their form, whatever the punctuation."""
    return any(find(form, words) is not None for form in _FORMS)


def asking(sentence: Sentence) -> bool:
    """Tell whether a sentence asks, also where the question mark was left out."""
    return sentence.asks or has_form(sentence.words)


def _of_span(span: _Span, by_name: Mapping[str, Topic], index: Index) -> Match | None:
    """Return the topic that is nearest; a topic for a person wins where both are about as near."""
    words = span.words
    near = resemblance(words, span.around, index, lambda name: not _excluded(by_name[name], words))
    found = [_weighed(by_name[name], score, span) for name, score in near.items()]
    ranked = sorted((m for m in found if m), key=lambda m: -m.score)
    for_person = (m for m in ranked if m.topic.staff_only and m.score >= ranked[0].score - MARGIN)
    return next(for_person, ranked[0] if ranked else None)


def _weighed(topic: Topic, score: float, span: _Span) -> Match | None:
    if not _named(topic, span.words):
        sure = span.asks and topic.answer and score >= UNNAMED
        return Match(topic, score * DISCOUNT) if sure else None
    if topic.guide:
        return Match(topic, score * GUIDE) if score >= ENOUGH_FOR_GUIDE else None
    return Match(topic, score) if score >= ENOUGH else None


def _excluded(topic: Topic, words: Sequence[str]) -> bool:
    return any(find(phrase, words) is not None for phrase in topic.none_of)


def _named(topic: Topic, words: Sequence[str]) -> bool:
    return not topic.all_of or any(find(phrase, words) is not None for phrase in topic.all_of)


def parse_topics(
    tables: list[Table], problems: Problems, stems: Collection[str] | None = None, *, tried: bool = False
) -> Knowledge:
    """Read [[pregunta]] and [palabras]; ``stems`` are the replies that have a template."""
    found: dict[str, Topic] = {}
    says: dict[frozenset[str], list[Topic]] = {}  # what the examples of earlier topics say
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
        if not tried:
            _check_examples(topic, says, table, problems)
        found[topic.name] = topic
    return Knowledge(tuple(found.values()), tuple(synonyms))


@lru_cache(maxsize=4096)
def _content_of(example: str) -> frozenset[str]:
    """Return the words of an example that say something."""
    return frozenset(content([w for s in sentences(example) for w in s.words]))


def _check_examples(
    topic: Topic, says: dict[frozenset[str], list[Topic]], table: Table, problems: Problems
) -> None:
    """Compare a topic's examples with those of earlier topics, and add them to what those say."""
    for example in topic.examples:
        own = _content_of(example)
        if not own:
            problems.add(table, "frases", f"«{example}» no tiene palabras propias: cualquier correo la cumpliría")
            continue
        said = tuple(w for s in sentences(example) for w in s.words)
        if _excluded(topic, said) or not _named(topic, said):
            problems.add(table, "frases", f"«{example}» no cumple «necesita» o «salvo» de su propio tema")
        for other in says.get(own, ()):
            if not _excluded(other, said) and _named(other, said):
                problems.add(table, "frases", f"«{example}» dice lo mismo que una frase de «{other.name}»")
    for own in {_content_of(example) for example in topic.examples}:
        says.setdefault(own, []).append(topic)


def _topic(table: Table, problems: Problems) -> Topic:
    problems.closed(
        table,
        (
            "tema", "titulo", "frases", "respuesta", "necesita", "salvo", "copia_al_personal", "ya_lo_dice",
            "en_su_caso", "mensaje",
        ),
    )
    means = problems.text(table, "mensaje")
    if means and means not in MEANS:
        problems.add(table, "mensaje", f"«{means}» no se reconoce por frases{meant(means, MEANS)}")
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
        means=means,
        said_in=problems.texts(table, "ya_lo_dice"),
        in_case=problems.truth(table, "en_su_caso", False),
    )


def _synonyms(table: Table, problems: Problems) -> Iterator[tuple[str, ...]]:
    """Each key of [palabras] is a concept, its list the words that mean it."""
    for key in table.values:
        words = [w for text in problems.texts(table, key) for s in sentences(text) for w in s.words]
        for word in words:
            if word in EMPTY:
                problems.add(table, key, f"«{word}» está en cualquier correo: no sirve de sinónimo")
        yield (key, *words)
