"""Where scenarios come from; every method gives one ScenarioSet."""
