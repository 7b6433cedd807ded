"""What compare.py is made of: a file for each comparison, and what they share.

`measure` runs programs in turn, `table` shows what that came to, `tools` finds or makes what is needed, and `network` is what
calls are made to.
"""
