"""How news travels within a node: from the log to everybody who listens.

    broker ──► Hub ──► LiveChannel ──► Feed ──► Group ──► Subscriber's sink
               which    folds, keeps     one per    one per    a transport, or a
               channel  a ring of        view and   coding     queue before one
                        encoded frames   filter

Everything here runs on the event loop, in one thread, without locks. What a subscriber is told is decided by
rules RT1 to RT16, which `docs/realtime.md` spells out.
"""
