"""Serve a network: a REST API, and a web page at ``/``.

    python tools/serve.py                      # what `make demo` has trained
    python tools/serve.py CONFIG CHECKPOINT --port 8000

See docs/serving.md.
"""

from __future__ import annotations

import argparse
import socket
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import _common

from projects.smn.engine import Predictor
from projects.smn.errors import UserError, run_tool

ROOT = Path(__file__).resolve().parents[1]
DEMO_CONFIG = ROOT / 'configs' / 'fruit' / 'smn_lite0_fpn_fruit_demo.py'
DEMO_WORK_DIR = ROOT / 'work_dirs' / 'demo'
# The page's slider and ?score_thr= begin here; what networks say below it is noise.
LEAST_SCORE = 0.05
# A request that runs when the server is told to stop may end.
GRACE_SECONDS = 30


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('config', nargs='?', help='config file; by default that of `make demo`')
    add('checkpoint', nargs='?', help='checkpoint file or URL')
    add('--host', default='127.0.0.1', help='0.0.0.0 for all who can reach this machine')
    add(
        '--allow-host',
        action='append',
        metavar='NAME',
        help='a further name of the server, such as that of a proxy; may be repeated',
    )
    add('--port', type=int, default=8000, help='0 takes a free one')
    add('--no-page', action='store_true', help='the API alone')
    add('--device', help='cpu, cuda:0, ...; by default a GPU if there is one')
    add('--name', help='of the network, for clients; by default that of the config')
    add('--score-thr', type=float, help='default threshold of requests')
    add('--max-megabytes', type=float, help='of one request')
    add('--max-megapixels', type=float, help='of one image')
    add('--max-images', type=int, help='in one request')
    add('--queue', type=int, help='requests that are read or wait at a time; more get 503')
    add('--upload-seconds', type=float, help='how long the body of a request may take')
    _common.add_scale(parser)
    _common.add_cfg_options(parser)
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        import uvicorn

        from projects.smn.serving import ServingOptions, create_app
        from projects.smn.serving.observe import log_json_lines
        from projects.smn.serving.page_server import PageServer
    except ModuleNotFoundError as error:
        raise UserError(
            f'{error.name} is not installed: pip install -r requirements/serve.txt'
        ) from error
    config, checkpoint = find_network(args.config, args.checkpoint)
    limits = {f.name: getattr(args, f.name, None) for f in fields(ServingOptions)}
    limits.update(name=args.name or Path(config).stem, checkpoint=public_name(checkpoint))
    options = ServingOptions(**{key: value for key, value in limits.items() if value is not None})
    with listen(args.host, args.port) as taken:
        least = min(LEAST_SCORE, options.score_thr)
        cfg = _common.load_config(config, args.cfg_options)
        device = _common.checked_device(args.device)
        predictor = Predictor(cfg, str(checkpoint), device, least, args.scale, args.max_objects)
        app = create_app(predictor, options)
        if not args.no_page:
            from projects.smn.serving.page import mount_page

            mount_page(app)
        log_json_lines()
        settings = uvicorn.Config(
            app, log_config=None, access_log=False, timeout_graceful_shutdown=GRACE_SECONDS
        )
        host = f'[{args.host}]' if ':' in args.host else args.host
        address = f'http://{host}:{taken.getsockname()[1]}'
        page = '' if args.no_page else f'page at {address}/, '
        print(f'{options.name}: {page}API at {address}/docs', flush=True)
        PageServer(settings).run(sockets=[taken])


def find_network(config: str | None, checkpoint: str | None) -> tuple[str | Path, str | Path]:
    """The config and checkpoint of the command line, or those of the demo.

    Raises:
        UserError: If there is only one of them, or the demo has not been run.
    """
    if config and checkpoint:
        return config, checkpoint
    if config:
        raise UserError(f'{config} needs a checkpoint: tools/serve.py CONFIG CHECKPOINT')
    last = DEMO_WORK_DIR / 'last_checkpoint'
    if not last.is_file():
        raise UserError(
            f'{DEMO_WORK_DIR} has no trained network: run `make demo`, or name a config and a '
            'checkpoint'
        )
    # By its name alone: the folder may have been moved since.
    return DEMO_CONFIG, DEMO_WORK_DIR / Path(last.read_text().strip()).name


def public_name(checkpoint: str | Path) -> str:
    """The name of a file or the last part of a URL; where it lies is nobody's business."""
    return Path(urlsplit(str(checkpoint)).path).name


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound, before a network is loaded for nothing.

    Raises:
        UserError: If the port is taken or the host is not of this machine.
    """
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        reason = getattr(error, 'strerror', None) or error
        raise UserError(f'cannot listen at {host}, port {port}: {reason}') from None


if __name__ == '__main__':
    run_tool(main)
