"""Durable work: named steps, the engine that runs workflows of them, and who may be which worker.

Nothing here is imported from DBOS until ``issuer.workflow.engine.open_engine`` is called: only
``issuer mint`` and ``issuer worker`` pay for it.
"""
