"""The server is not installed everywhere: it needs Python 3.11."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec('fastapi') else ['test_*.py']
