"""Review: automatic checks, samples, decisions by three different people, clocks, approval sheets.

Reads lines that are approvable and moves them only through `submissions.states`. Asks the registry
for the facts of today; tells `sample.drawn`, `line.looked`, `review.decided` and
`delegation.published`, `delegation.ended`.
"""
