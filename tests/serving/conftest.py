"""The server is not installed everywhere: it needs Python 3.11."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

collect_ignore_glob = [] if find_spec('fastapi') else ['test_*.py']


@pytest.fixture(scope='module')
def page(tmp_path_factory):
    """See :func:`page_client.mounted_page`; it runs."""
    from page_client import mounted_page

    with (
        mounted_page(tmp_path_factory.mktemp('page'), max_megabytes=0.5) as mounted,
        mounted.client,
    ):
        yield mounted


@pytest.fixture
def upload(page) -> str:
    """The name of a picture that was uploaded."""
    from page_client import upload_file

    return upload_file(page)
