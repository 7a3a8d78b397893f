"""From payable to paid: batches, the bank's file issued once, the bank's return, what to recover.

Emits payment_batch.*, bank_return.*, payment.* and ground.lost. Asks the registry and institutions
for names and accounts at the moment of issue, and reads the registry's feed for grounds that fell.
"""
