"""Rules and cryptography of who may do what; stores nothing."""
