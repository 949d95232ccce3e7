"""Check that the compiled parts of an installation load, and say what to do when one does not."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import warnings

ADVICE = {
    'torch': 'reinstall it: .venv/bin/pip install --force-reinstall -r requirements/build.txt',
    'cv2': 'if libGL.so.1 is missing, opencv-python was installed over the headless package: '
    '.venv/bin/pip uninstall -y opencv-python opencv-python-headless, then make env again '
    '(or apt install libgl1)',
    'mmcv._ext': 'its operators were not compiled, or for another torch: check that g++ works, '
    'remove .venv and run make env again; with a GPU, nvcc must be of the CUDA version that '
    'torch.version.cuda names',
    'mmdet.apis': 'see .venv/install.log',
    'mmseg': 'see .venv/install.log',
}


def main() -> None:
    warnings.simplefilter('ignore')
    for name, advice in ADVICE.items():
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # mmdet chats about optional parts
                importlib.import_module(name)
        except ImportError as error:
            sys.exit(f'error: {name} does not load ({error}): {advice}')
    import mmcv.ops
    import torch

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
                'install the CUDA toolkit, so that nvcc is found, remove .venv and run make env '
                'again with FORCE_CUDA=1; or hide the GPU with CUDA_VISIBLE_DEVICES='
            )
    print(f'the environment is complete: torch {torch.__version__}, {where}')


if __name__ == '__main__':
    main()
