"""Where public data sets lie on this machine, what is missing, and fetching those whose digests are known.

Folders are looked through in this order: the one that was given (``--data``), ``KINDERGRAD_DATA``, the cache of pooch.
Nothing is fetched unless asked for by name, and a file with another digest is refused.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from pathlib import Path

from kindergrad.core.errors import InputError, UnknownNameError
from kindergrad.core.records import Contract
from kindergrad.worlds import public

ENVIRONMENT = "KINDERGRAD_DATA"
EXTRA = "data"


class DataError(InputError):
    """A public data set that is not on this machine, or cannot be read here."""


class FileStatus(Contract):
    """One file of a set: ``ok``, ``missing``, ``other digest``, or ``no digest known``."""

    name: str
    status: str
    url: str


class SetStatus(Contract):
    """One public set.

    Attributes
    ----------
    status : ``ready``, ``needs-extra`` or ``needs-data``.
    folder : where it was found, or None.
    fetchable : whether ``kindergrad data fetch`` can get it.
    """

    id: str
    what: str
    source: str
    cite: str
    licence: str
    status: str
    folder: str | None
    fetchable: bool


def roots(data: Path | None = None) -> list[Path]:
    """Folders that are looked through, in order."""
    given = [data, Path(os.environ[ENVIRONMENT]) if os.environ.get(ENVIRONMENT) else None, cache()]
    return list(dict.fromkeys(root for root in given if root is not None))


def cache() -> Path:
    """Where fetched sets are kept."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("kindergrad")) / "data"


def named(name: str) -> public.PublicSet:
    """A set by its name, or an UnknownNameError with the nearest."""
    if name not in public.SETS:
        raise UnknownNameError("data set", name, public.SETS)
    return public.SETS[name]


def find(name: str, data: Path | None = None) -> Path | None:
    """The folder of a set, or None."""
    one = named(name)
    return next((found for root in roots(data) if (found := public.inside(root, one))), None)


def folder(name: str, data: Path | None = None) -> Path:
    """The folder of a set that can be read.

    Raises
    ------
    DataError
        If it is not on this machine, or if the library that reads it is not installed.
    """
    lacking = status_of(name, data)
    if lacking[0] != "ready":
        raise DataError(lacking[1])
    found = find(name, data)
    if found is None:
        raise DataError(lacking[1])
    return found


def status_of(name: str, data: Path | None = None) -> tuple[str, str]:
    """``ready``, ``needs-extra`` or ``needs-data``, and what is missing and how to get it."""
    one = named(name)
    if find(name, data) is None:
        by_hand = f"get {', '.join(f.name for f in one.files)} from {one.source} into DIR/{name} and give --data DIR"
        get = f"kindergrad data fetch {name}" if one.fetchable else by_hand
        return "needs-data", f"data set '{name}' ({one.what}) is not in {', '.join(map(str, roots(data)))}; try {get}"
    if one.needs and importlib.util.find_spec(one.needs) is None:
        return "needs-extra", f"reading data set '{name}' needs {one.needs}; pip install 'kindergrad[{EXTRA}]'"
    return "ready", ""


def listing(data: Path | None = None) -> list[SetStatus]:
    """All public sets."""
    out = []
    for one in public.SETS.values():
        there = find(one.id, data)
        out.append(SetStatus(id=one.id, what=one.what, source=one.source, cite=one.cite, licence=one.licence,
                             status=status_of(one.id, data)[0], folder=str(there) if there else None,
                             fetchable=one.fetchable))
    return out


def files(name: str, data: Path | None = None) -> list[FileStatus]:
    """The files of one set, and whether they are what they claim to be."""
    there = find(name, data)
    return [FileStatus(name=file.name, url=file.url, status=_state(there, file)) for file in named(name).files]


def fetch(name: str) -> Path:
    """Get a set into the cache, each file checked against its digest.

    Raises
    ------
    DataError
        If a file has no known digest, cannot be reached, or is not what was expected.
    """
    one = named(name)
    if not one.fetchable:
        raise DataError(f"data set '{name}' cannot be fetched: no digest is known for "
                        f"{', '.join(f.name for f in one.files if not (f.url and f.sha256))}; get it by hand from "
                        f"{one.source} into DIR/{name} and give --data DIR")
    import pooch

    pooch.get_logger().setLevel("WARNING")
    for file in one.files:
        try:
            pooch.retrieve(file.url, known_hash=f"sha256:{file.sha256}", fname=file.name, path=cache() / name)
        except Exception as error:  # requests, sockets and pooch each have their own
            first = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(f"cannot fetch {file.url}: {first}; try again online, or put the file into DIR/{name} "
                            "and give --data DIR") from None
    return cache() / name


def _state(there: Path | None, file: public.File) -> str:
    place = public.path(there, file.name) if there else None
    if place is None:
        return "missing"
    if not file.sha256:
        return "no digest known"
    return "ok" if hashlib.sha256(place.read_bytes()).hexdigest() == file.sha256 else "other digest"
