"""The agent's own files: private to the kiosk's user, whole or not there."""

from kiosk.base.private_file import sync_directory, write_private

__all__ = ["sync_directory", "write_private"]
