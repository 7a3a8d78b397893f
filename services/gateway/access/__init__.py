"""Who comes in: officers, clients of organisations and county systems, trainees from WeChat.

Owns their log-ins and hands out outside tokens. Emits `officer.*`, `client.*`, `login.bound`. Asks
the registry to redeem binding codes and institutions whose an organisation is.
"""
