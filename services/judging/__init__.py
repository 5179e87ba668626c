"""What the weeks of a shard are judged beside: groups, holidays, scores."""
