"""Battito: an open-source, self-hosted, human-centred contact centre."""

__version__ = "0.1.0"
