"""Public notices: what is published of reviewed lines, for how long, and what objections do.

Asks the registry once, at publication, for masked names (`public_notice`); stores the masked text
only. Tells `notice.published`, `notice.ended`, `notice.taken_down`, `objection.made`,
`objection.found`, `objection.decided`, `holidays.entered`.
"""
