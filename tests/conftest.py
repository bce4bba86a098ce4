"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["postgres"]

# A busy machine is slow, not wrong.
settings.register_profile("plimsoll", deadline=None)
settings.load_profile("plimsoll")
