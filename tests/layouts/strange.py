"""Layouts with fields among the others whose labels no list has: python -m tests.layouts.sweep --family strange."""

from __future__ import annotations

from functools import partial

from tests.layouts.families import lay_out as families

lay_out = partial(families, unknown=True)
