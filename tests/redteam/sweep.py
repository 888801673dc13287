"""How does the reader fare over many papers? By hand: python -m tests.redteam.sweep -n 1000 --seed 7."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from mailbot.commands.read import as_record
from mailbot.core.documents import ReadingKnowledge
from mailbot.core.rules import parse_reading
from mailbot.shell.limits import Limits
from mailbot.shell.reader import read_bytes
from tests.redteam import engines
from tests.redteam.cells import lay_out
from tests.redteam.judge import judge, tally
from tests.redteam.paper import make_paper
from tests.redteam.people import make_truth
from tests.redteam.strangers import KINDS, make_stranger

ROOT = Path(__file__).resolve().parents[2]
CELL_ENGINES: dict[str, Callable[..., bytes]] = {"reportlab": engines.by_reportlab, "fpdf": engines.by_fpdf}


def knowledge() -> ReadingKnowledge:
    """Return the documents that the rules know."""
    return parse_reading({"documentos.toml": (ROOT / "rules" / "documentos.toml").read_text("utf-8")})


def papers(count: int, seed: int, web: bool = True) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Yield name, PDF and truth of so many constancias."""
    waiting: list[tuple[str, str, dict[str, Any]]] = []
    for i in range(count):
        rng = Random(f"{seed}/{i}")
        truth = make_truth(rng)
        paper = make_paper(truth, rng)
        engine = rng.choices(["reportlab", "fpdf", "platypus", "web" if web else "fpdf"], [45, 20, 15, 20])[0]
        name = f"{seed}-{i}-{engine}"
        if engine == "web":
            waiting.append((name, engines.as_html(paper, rng), truth.expected()))
        elif engine == "platypus":
            yield name, engines.by_platypus(paper, rng), truth.expected()
        else:
            yield name, CELL_ENGINES[engine](lay_out(paper, rng), rng), truth.expected()
        if len(waiting) == 40 or (waiting and i == count - 1):
            printed = engines.by_chromium([body for _, body, _ in waiting], Random(f"{seed}/web/{i}"))
            yield from ((n, p, t) for (n, _, t), p in zip(waiting, printed, strict=True))
            waiting = []


def strangers(count: int, seed: int) -> Iterator[tuple[str, bytes, str]]:
    """Yield name, PDF and kind of so many papers that are no constancia."""
    for i in range(count):
        rng = Random(f"{seed}/stranger/{i}")
        name = list(KINDS)[i % len(KINDS)]
        kind, paper = make_stranger(name, make_truth(rng), rng)
        if rng.random() < 0.3:
            yield f"{seed}-{i}-{name}", engines.by_platypus(paper, rng), kind
        else:
            engine = CELL_ENGINES[rng.choice(list(CELL_ENGINES))]
            yield f"{seed}-{i}-{name}", engine(lay_out(paper, rng), rng), kind


def told_apart(said: str, kind: str) -> bool:
    """Tell whether the paper was taken for what it is."""
    return said != kind[1:] if kind.startswith("!") else said == kind


def main() -> None:
    """Read them all, print the score and keep what went wrong."""
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("-n", type=int, default=1000)
    parse.add_argument("--seed", type=int, default=7)
    parse.add_argument("--keep", type=Path, help="folder for the papers that were not read right")
    parse.add_argument("--no-web", action="store_true")
    options = parse.parse_args()
    known, limits = knowledge(), Limits()
    verdicts, whole = [], 0
    for name, pdf, truth in papers(options.n, options.seed, web=not options.no_web):
        said = as_record(Path(name), read_bytes(pdf, limits, known))
        found = judge(said, truth)
        verdicts.append(found)
        bad = [v for v in found if v[1] != "right"]
        whole += not bad
        if bad and options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{name}.pdf").write_bytes(pdf)
            (options.keep / f"{name}.json").write_text(
                json.dumps({"bad": bad, "truth": truth, "said": said}, ensure_ascii=False, indent=1)
            )
        if any(v[1] == "wrong" for v in bad):
            print("WRONG", name, [v for v in bad if v[1] == "wrong"])
    score = tally(verdicts)
    total = sum(score.values())
    for what in ("right", "none", "wrong"):
        by_field = {f: n for (f, w), n in sorted(score.items()) if w == what}
        print(
            f"{what:<6}{sum(by_field.values()):>7} {100 * sum(by_field.values()) / total:6.2f} %  {by_field if what != 'right' else ''}"
        )
    apart, others = 0, options.n // 4
    for name, pdf, kind in strangers(others, options.seed):
        said = as_record(Path(name), read_bytes(pdf, limits, known))
        apart += told_apart(said["kind"], kind)
        if not told_apart(said["kind"], kind):
            print("TAKEN FOR", said["kind"], name, kind)
            if options.keep:
                (options.keep / f"{name}.pdf").write_bytes(pdf)
    print(f"{apart} of {others} other papers told apart")
    print(f"{whole} of {len(verdicts)} papers wholly right")


if __name__ == "__main__":
    main()
