"""Adding a dataset: ``khlang contract new|lint|preview|diff|test``. Reads, proposes and judges; serves no hop."""
