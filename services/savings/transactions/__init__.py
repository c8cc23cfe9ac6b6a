"""The counter transactions of the savings service."""

from services.savings.transactions import cheques, corporate, demand, freezes

TRANSACTIONS = (
    demand.open_demand,
    demand.deposit,
    demand.withdraw,
    demand.close,
    corporate.pre_open,
    corporate.deposit_cash,
    corporate.withdraw_cash,
    corporate.transfer,
    corporate.settle_account,
    corporate.close_account,
    freezes.freeze,
    freezes.unfreeze,
    freezes.freeze_part,
    freezes.unfreeze_part,
    cheques.sell,
    cheques.undo_sale,
    cheques.report_lost,
    cheques.lift_loss,
    cheques.write_off,
    cheques.undo_write_off,
)
