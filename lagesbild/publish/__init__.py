"""Run the notebooks of a cycle and write its pages.

In: a workspace whose publications can be made. Out: ``outputs/<kommun>/<cycle>/``.
"""
