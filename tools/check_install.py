"""Check that an installation loads, and say what to do when a part of it does not."""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PIP = f'{Path(sys.executable).with_name("pip")}'
ADVICE = {
    'torch': f'reinstall it: {PIP} install --force-reinstall -r requirements/torch.txt',
    'cv2': 'if libGL.so.1 is missing, opencv-python was installed over the headless package: '
    f'{PIP} uninstall -y opencv-python opencv-python-headless, then make env again '
    '(or apt install libgl1)',
    'mmcv.ops': 'its compiled operators are for another torch, or those of this project, '
    'requirements/mmcv_ext, are not installed: remove .venv and run make env again; with a GPU '
    'and MMCV_OPS=1, nvcc must be of the CUDA version that torch.version.cuda names',
    'projects.smn.quiet': 'see .venv/install.log',  # imports mmdet, without its chat
    'mmdet.apis': 'see .venv/install.log',
    'mmseg': 'see .venv/install.log',
}


def main() -> None:
    warnings.simplefilter('ignore')
    for name, advice in ADVICE.items():
        try:
            importlib.import_module(name)
        except ImportError as error:
            sys.exit(f'error: {name} does not load ({error}): {advice}')
    import mmcv.ops
    import torch

    from projects.smn.ops import describe_operators

    boxes = torch.tensor([[0.0, 0.0, 9.0, 9.0]])
    mmcv.ops.nms(boxes, torch.ones(1), 0.5)
    where = 'CPU only'
    if torch.cuda.is_available():
        where = torch.cuda.get_device_name()
        try:
            mmcv.ops.nms(boxes.cuda(), torch.ones(1).cuda(), 0.5)
        except RuntimeError as error:
            sys.exit(
                f'error: mmcv was compiled without CUDA, but torch sees a {where} ({error}): '
                'install the CUDA toolkit, so that nvcc is found, remove .venv and run '
                'make env MMCV_OPS=1 again with FORCE_CUDA=1; or leave MMCV_OPS out; or hide the '
                'GPU with CUDA_VISIBLE_DEVICES='
            )
    print(f'the environment works: torch {torch.__version__}, {where}')
    print(f'operators of mmcv: {describe_operators()}')


if __name__ == '__main__':
    main()
