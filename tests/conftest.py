"""Settings for every test: Hypothesis prints what reproduces a failure and sets no time limit on one example."""

from hypothesis import settings

settings.register_profile("pushthrough", deadline=None, print_blob=True, max_examples=50)
settings.load_profile("pushthrough")
