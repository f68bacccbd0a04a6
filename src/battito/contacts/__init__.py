"""Contacts: people and companies, their identities with evidence, consent and care."""
