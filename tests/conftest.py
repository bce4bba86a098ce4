"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["aws_server", "postgres", "redis_server"]

# A busy machine is slow, not wrong.
settings.register_profile("plimsoll", deadline=None)
settings.load_profile("plimsoll")
