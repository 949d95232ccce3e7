"""The README and the pages link to what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from networks import ROOT

PAGES = sorted([*ROOT.glob('*.md'), ROOT / 'data/README.md', *ROOT.glob('docs/*.md')])
LINK = re.compile(r'\]\((?!https?://)([^)\s]*)\)')


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of a page's headings."""
    headings = re.findall(r'^#+ (.*)$', page.read_text('utf-8'), re.MULTILINE)
    return {re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-') for heading in headings}


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(page.read_text('utf-8')):
        path, _, anchor = link.partition('#')
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
