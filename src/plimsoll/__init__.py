"""Plimsoll: how much can a portfolio lose, with an error bar."""
