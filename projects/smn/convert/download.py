"""Archives from the web: fetched, verified, and unpacked safely."""

from __future__ import annotations

import os
import shutil
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tqdm import tqdm

from projects.smn.errors import UserError
from projects.smn.fetch import checksum_fault, fetch_file, file_name


@dataclass(frozen=True)
class Archive:
    """A file on the web.

    Attributes:
        url: where it is; a tar or zip archive.
        checksum: what its publisher gives for it, hexadecimal; None if there is no such thing.
        algorithm: of the checksum, as hashlib calls it.
    """

    url: str
    checksum: str | None
    algorithm: str = 'md5'

    @property
    def name(self) -> str:
        return file_name(self.url)

    @property
    def is_verified(self) -> bool:
        """Whether a checksum tells if it is damaged; a zip archive has some of its own."""
        return self.checksum is not None or self.name.endswith('.zip')


def fetch(archive: Archive, folder: Path) -> Path:
    """Fetch an archive into ``folder``, unless it is there, and verify it.

    What is verified is the checksum, and of a zip archive the sums of its members as well.

    Raises:
        UserError: See :func:`~projects.smn.fetch.fetch_file` and
            :func:`~projects.smn.fetch.file_name`.
    """
    fault = partial(_fault, archive) if archive.is_verified else None
    return fetch_file(archive.url, folder / archive.name, fault)


def unpack(archive: Path, name: str) -> Path:
    """Unpack the folder ``name`` of an archive beside it, whole or not at all.

    A folder of that name that is there already is left as it is. Members that would land outside
    of it are refused. So is what is no file, folder or link within a tar archive (tarfile's
    ``data`` filter); of a zip archive, what lies beside the folder is left packed.

    Raises:
        UserError: The archive is damaged, dangerous, or has no such folder.
    """
    target = archive.with_name(name)
    if target.exists():
        return target
    staged = archive.with_name(f'.{name}.{os.getpid()}.new')
    try:
        extract = _extract_zip if archive.suffix == '.zip' else _extract_tar
        extract(archive, name, staged)
        if not (staged / name).is_dir():
            raise UserError(f'{archive} has no folder {name!r} in it')
        (staged / name).rename(target)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise UserError(f'{archive} cannot be unpacked: {error}') from error
    except OSError as error:
        raise UserError(f'cannot unpack {archive}: {error.strerror or error}') from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return target


def _fault(archive: Archive, path: Path) -> str | None:
    """What shows that a file is not the archive, or is damaged; None if nothing does."""
    if archive.checksum is not None:
        fault = checksum_fault(path, archive.algorithm, archive.checksum)
        if fault:
            return fault
    return _zip_fault(path) if archive.name.endswith('.zip') else None


def _zip_fault(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as packed:
            broken = packed.testzip()
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        return f'it is no whole zip archive ({error})'
    return f'{broken!r} in it is damaged' if broken else None


def _extract_tar(archive: Path, name: str, staged: Path) -> None:
    if not hasattr(tarfile, 'data_filter'):  # from 3.10.12 and 3.11.4 on
        raise UserError(f'this Python is too old to unpack {archive} safely: unpack it by hand')
    with tarfile.open(archive) as tar:
        members = tqdm(tar, desc=f'unpack {archive.name}', unit='file', disable=None)
        tar.extractall(staged, members, filter='data')


def _extract_zip(archive: Path, name: str, staged: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        members = [member for member in packed.namelist() if member.startswith(f'{name}/')]
        for member in tqdm(members, desc=f'unpack {archive.name}', unit='file', disable=None):
            if '..' in Path(member).parts:
                raise zipfile.BadZipFile(f'{member!r} would land outside of the folder')
            packed.extract(member, staged)
