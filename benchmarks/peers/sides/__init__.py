"""One program for each pipeline, run by the Python of that pipeline's own virtual environment.

Nothing here may import anything of the project, `ours` excepted, nor anything at module level that is not in the
standard library or in that environment.
"""
