"""The four services, each owning its data, and the demo that talks to them over HTTP."""
