"""Signing what was sealed: the manifest in canonical form, and its detached signature beside it."""

from pathlib import Path

from khlang import manifest, private, signatures
from khlang.agency.home import Home
from khlang.manifest import Manifest


def sign(home: Home, made: Manifest, folder: Path) -> tuple[bytes, str]:
    """Write a manifest and its signature into a folder; gives the bytes and the signature."""
    data = signatures.canonical(made)
    signature = signatures.sign(data, home.signing_key())
    json_name, sig_name = manifest.file_names(made["supersedes"])
    private.write(folder / json_name, data)
    private.write(folder / sig_name, signature + "\n")
    return data, signature
