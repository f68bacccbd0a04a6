"""Web chat: a widget on the customer's own site. README.md describes the protocol."""

from battito.channels.webchat.channel import WebChatChannel

channel = WebChatChannel()
