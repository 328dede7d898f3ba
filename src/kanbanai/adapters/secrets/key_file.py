"""Secrets encrypted with a key in a file that only its owner may read.

It lies beside the database but not in it: a copy of the database, or an export, tells no secret.
"""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from kanbanai.domain.errors import SecretLost

KEY_NAME = "secret.key"
_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
_REMEDY = "put the file back, or remove it and connect GitHub again"


class FernetCipher:
    """`kanbanai.ports.Cipher`: AES-128-CBC with an HMAC (Fernet). `where` names the key in errors."""

    def __init__(self, key: bytes, where: str) -> None:
        self._fernet = Fernet(key)
        self._where = where

    def __repr__(self) -> str:
        """Without the key."""
        return f"FernetCipher({self._where!r})"

    def seal(self, text: str) -> bytes:
        return self._fernet.encrypt(text.encode())

    def unseal(self, sealed: bytes) -> str:
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SecretLost(
                f"What is stored of GitHub's secrets was encrypted with another key than that of {self._where}; "
                "put the key of then back, or connect GitHub again"
            ) from error


class KeyFile:
    """`kanbanai.ports.Vault` with its key in `folder`/secret.key."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / KEY_NAME
        self._cipher: FernetCipher | None = None
        self._reading = asyncio.Lock()

    async def cipher(self) -> FernetCipher:
        async with self._reading:
            if self._cipher is None:
                self._cipher = await asyncio.to_thread(self._opened)
            return self._cipher

    def _opened(self) -> FernetCipher:
        try:
            key = self._read() or self._made()
        except OSError as error:
            raise SecretLost(f"{self._path} cannot be read or made: {error.strerror}; {_REMEDY}") from error
        try:
            return FernetCipher(key, str(self._path))
        except ValueError as error:
            raise SecretLost(f"{self._path} is no key any more; {_REMEDY}") from error

    def _read(self) -> bytes | None:
        """The key; None when there is no file. Others lose the access that they may have been given to it."""
        try:
            with self._path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) != _OWNER_ONLY:
                    os.fchmod(file.fileno(), _OWNER_ONLY)
                return file.read().strip()
        except FileNotFoundError:
            return None

    def _made(self) -> bytes:
        """A new key, on the disk before anything is encrypted with it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        key = Fernet.generate_key()
        unfinished = self._path.with_name(f"{KEY_NAME}.unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        return key
