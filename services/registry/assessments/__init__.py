"""Assessments: results of confirmed trainees and the certificates issued on them.

Owns results, certificates and their serials. Emits results.filed, certificate.issued,
certificate.voided and progress.counted. Asks institutions whether an assessor is listed.
"""
