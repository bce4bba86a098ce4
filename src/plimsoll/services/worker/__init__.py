"""Does the jobs that the platform and its users put down."""
