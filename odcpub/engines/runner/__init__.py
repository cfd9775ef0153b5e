"""Runners: processes on this machine, and Kubernetes. Does I/O."""
