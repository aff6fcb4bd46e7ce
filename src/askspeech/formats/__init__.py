"""How each format becomes canonical text: a module for each, and the table of them all.

`table` is light and names every format; the modules that parse are imported where a file of theirs is read, in a child
process (see `askspeech.reading_pool`).
"""
