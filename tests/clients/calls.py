"""Recordings of single calls: each function asks as the recording did, and returns the answers by name."""
CALLS = {}
