"""What the writer wrote now, told apart from what was quoted, forwarded, signed or added by lawyers and machines."""

from .fold import fold
from .model import Folded, FoldKind, Hint, Piece

__all__ = ["FoldKind", "Folded", "Hint", "Piece", "fold"]
