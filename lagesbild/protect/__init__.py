"""What an audience may see: suppression, its audit, and the table handed out.

In: the cells of ``measure``. Out: the same cells with what must not be known taken
away. ``suppress`` chooses the cells, ``hide`` empties them and all that derives from
them, ``audit`` proves from the outside that nothing can be worked out; ``table`` is
what pages get. Next: ``publication``.
"""
