"""Providers of single sign-on."""
