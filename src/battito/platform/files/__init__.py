"""Files of messages: stored under their content's hash, typed by their content, scanned, and served safely."""

from battito.platform.files.model import FileExamined, StoredFile
from battito.platform.files.service import Files

__all__ = ["FileExamined", "Files", "StoredFile"]
