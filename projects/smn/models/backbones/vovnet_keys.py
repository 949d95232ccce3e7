"""The names of parameters in the published weights of VoVNet."""

from __future__ import annotations

import re

# A file of vovnet-detectron2 has `backbone.bottom_up.` before these.
PUBLISHED = re.compile(r'.*?(?=stem\.stem_\d/|stage\d\.OSA\d_\d)')


def project_key(key: str) -> str:
    """The name in this project of a parameter in the authors' files; any other stays as it is.

    ``stage3.OSA3_1.layers.0.OSA3_1_0/norm.weight`` is ``stages.1.0.layers.0.bn.weight``.
    """
    published = PUBLISHED.match(key)
    if published is None:
        return key
    key = key[published.end() :].replace('/norm.', '/bn.')
    key = re.sub(r'stem_(\d)/', lambda match: f'{int(match[1]) - 1}.', key)
    key = re.sub(
        r'stage(\d)\.OSA\d_(\d+)\.',
        lambda match: f'stages.{int(match[1]) - 2}.{int(match[2]) - 1}.',
        key,
    )
    return re.sub(r'OSA\w+/', '', key)
