"""What the core asks of whoever keeps secrets from those who come by the database or a copy of it."""

from __future__ import annotations

from typing import Protocol


class Cipher(Protocol):
    """Encrypts texts and decrypts them again. Pure: the key was read before, so that use cases may be given one."""

    def seal(self, text: str) -> bytes: ...
    def unseal(self, sealed: bytes) -> str:
        """The text. Raises SecretLost when it was sealed with another key."""
        ...


class Vault(Protocol):
    """Where the key is."""

    async def cipher(self) -> Cipher:
        """The cipher of this installation; its key is made at the first time.

        Raises SecretLost when the key's file cannot be read or is no key.
        """
        ...
