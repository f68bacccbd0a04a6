"""The whole product as people use it: a real Chromium, a real server, real mail."""
