"""What an audience may see: suppression, its audit, and the table handed out.

In: the cells of ``measure``. Out: the same cells with what must not be known taken
away. ``choosing`` picks the cells, ``hide`` empties them and all that derives from
them, ``auditing`` proves from the outside that nothing can be worked out;
``published`` and ``table`` are what pages get. Next: ``publication``.
"""
