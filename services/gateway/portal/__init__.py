"""The public pages: server-rendered, zh and en, nothing from anybody else's server.

They show what every caller of the public API is shown, and work without the script.
"""
