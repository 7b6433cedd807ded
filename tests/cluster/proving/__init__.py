"""What prove.py is made of: a file for each scenario, and what they share.

A scenario is given a `ground`, on which it starts what it needs. `service` is the sandbox and its record, `lists` makes lists of
which it is known what must become of them, and `judge` holds a result and the record against both. `checks` counts what holds,
`processes` ends what was started, `tools` finds or installs what is needed, and `table` is what is shown at the end.
"""
