"""Proofreading: the steps of somebody else's document, each with a verdict."""
