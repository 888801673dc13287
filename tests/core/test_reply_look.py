"""How does each reply look on a phone, by day and by night? Measured in Chromium, not guessed."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailbot.core.reply import STEMS, parse_templates, render
from mailbot.core.samples import full_values, sample_office

ROOT = Path(__file__).parent.parent.parent
PHONE = 390  # CSS pixels
TAP = 44  # px: what a thumb hits (WCAG 2.5.5)
AA, AA_LARGE = 4.5, 3.0  # contrast ratios (WCAG 1.4.3); large is 24 px, or 18.66 px bold

MEASURE = """
function lum(c) { return [0,1,2].map(i => c[i] / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0); }
function rgba(s) { let m = s.match(/[\\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; }
function back(e) { for (; e; e = e.parentElement) {
    let c = rgba(getComputedStyle(e).backgroundColor); if (c[3] > 0) return c; }
  return [255, 255, 255, 1]; }
function measure(d) {
  let worst = null, small = null, taps = [];
  for (let w = d.createTreeWalker(d.body, NodeFilter.SHOW_TEXT), n; n = w.nextNode();) {
    let e = n.parentElement, s = getComputedStyle(e);
    if (!n.data.trim() || s.display == 'none' || e.closest('.oculto,style') || e.classList.contains('bar')) continue;
    let size = parseFloat(s.fontSize), a = lum(rgba(s.color)), b = lum(back(e));
    let ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    let large = size >= 24 || (size >= 18.66 && +s.fontWeight >= 700);
    let margin = ratio / (large ? AA_LARGE : AA);
    if (!worst || margin < worst[0]) worst = [margin, n.data.trim().slice(0, 40), s.color];
    if (small === null || size < small) small = size;
  }
  for (let a of d.querySelectorAll('a.boton, a.tocar')) taps.push(a.getBoundingClientRect().height);
  return { worst, small, tap: taps.length ? Math.min(...taps) : 99, wide: d.documentElement.scrollWidth };
}
window.onload = () => { let out = {};
  for (let f of document.querySelectorAll('iframe')) out[f.title] = measure(f.contentDocument);
  document.body.innerHTML = ''; let p = document.createElement('pre'); p.textContent = JSON.stringify(out);
  document.body.appendChild(p); };
"""


@pytest.fixture(scope="module", params=["claro", "oscuro"])
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Show every reply, with every option, in a frame of a phone's width; return what was measured."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "hace falta Chromium para mirar los correos: apt-get install chromium"
    texts = {f.name: f.read_text(encoding="utf-8") for f in (ROOT / "templates" / "email").iterdir()}
    templates, office = parse_templates(texts), replace(sample_office(), notice="Aviso de vacaciones.")
    long = replace(full_values(), patron="PREPARATORIAOFICIALDEQUERETARONUMEROVEINTISIETEYOTRASPALABRASMUYLARGAS")
    frames = "".join(
        f'<iframe title="{s}" style="width:{PHONE}px;height:900px;border:0" srcdoc="'
        f'{html.escape(render(templates, s, long, office).html)}"></iframe>'
        for s in STEMS
    )
    page = tmp_path_factory.mktemp("vista") / "p.html"
    script = MEASURE.replace("AA_LARGE", str(AA_LARGE)).replace("AA", str(AA))
    page.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{frames}<script>{script}</script>', encoding="utf-8")
    dark = ["--blink-settings=preferredColorScheme=0"] if request.param == "oscuro" else []
    shown = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={page.parent / 'perfil'}", *dark,
         "--virtual-time-budget=8000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(html.unescape(shown.stdout.split("<pre>")[1].split("</pre>")[0]))
    return found


def test_every_reply_was_looked_at(seen: dict[str, Any]) -> None:
    assert set(seen) == set(STEMS)


def test_no_reply_needs_scrolling_sideways_on_a_phone(seen: dict[str, Any]) -> None:
    assert {s: m["wide"] for s, m in seen.items() if m["wide"] > PHONE} == {}


def test_no_words_are_smaller_than_16_pixels(seen: dict[str, Any]) -> None:
    assert {s: m["small"] for s, m in seen.items() if m["small"] < 16} == {}


def test_all_words_stand_out_from_what_is_behind_them(seen: dict[str, Any]) -> None:
    assert {s: m["worst"] for s, m in seen.items() if m["worst"][0] < 1} == {}


def test_every_button_is_as_high_as_a_thumb(seen: dict[str, Any]) -> None:
    assert {s: m["tap"] for s, m in seen.items() if m["tap"] < TAP} == {}
