"""Commissions (项目制): an authority buys places of a listed institution at a price."""
