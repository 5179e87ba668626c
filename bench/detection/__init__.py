"""How early and how quietly leavers are found, beside what a user would pick instead: `python -m bench.detection`.

Source: docs/decisions/0025-detection-bench.md.
"""
