"""Recordings of resource types, as far as CloudFormation tells of them."""
