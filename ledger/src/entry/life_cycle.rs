//! The life cycle of a licence: its states, the changes between them, and the one rule of what may follow what.

use borsh::{BorshDeserialize, BorshSerialize};

/// The states of a licence. Expiry (过期) is not among them: it follows from the dates. A dispute (异议中) is a flag beside the state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Status {
    /// 有效.
    Valid = 1,
    /// 暂扣.
    Suspended = 2,
    /// 注销: ended at the holder's request or by its purpose.
    Cancelled = 3,
    /// 撤销: it should not have been issued.
    Rescinded = 4,
    /// 吊销: taken away as a penalty.
    Withdrawn = 5,
    /// 已换发: replaced by a licence of another number.
    Replaced = 6,
    /// 转出: handed over to another jurisdiction, which issues its own.
    TransferredOut = 7,
}

/// A change of status or flag (the target of a transition).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Change {
    /// 暂扣: valid to suspended.
    Suspend = 1,
    /// 发还: suspended to valid.
    Resume = 2,
    /// 注销.
    Cancel = 3,
    /// 撤销.
    Rescind = 4,
    /// 吊销.
    Withdraw = 5,
    /// 转出: valid to transferred out.
    TransferOut = 6,
    /// 取消转出: transferred out to valid.
    ReturnTransfer = 7,
    /// 提出异议: sets the flag.
    Dispute = 8,
    /// 异议处理完毕: clears the flag.
    SettleDispute = 9,
}

/// Why a change is not allowed. Each becomes a reject code of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransitionRefusal {
    /// Only a valid licence can be suspended, and this one is suspended already.
    AlreadySuspended,
    /// Only a suspended licence can be resumed.
    NotSuspended,
    /// The licence has ended (注销, 撤销, 吊销).
    Ended,
    /// The licence was replaced by another number.
    Replaced,
    /// A suspended licence is not transferred: it is resumed first, or ended.
    Suspended,
    /// The licence was transferred out.
    TransferredOut,
    /// Only a licence that was transferred out comes back.
    NotTransferred,
    /// The dispute is on record already.
    AlreadyDisputed,
    /// There is no dispute to settle.
    NotDisputed,
}

/// Where a licence stands: its state and its flag.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Standing {
    /// The state.
    pub status: Status,
    /// 异议中: somebody contests the licence, or its end.
    pub disputed: bool,
}

impl Standing {
    /// The one place of the life cycle's rule: where the licence stands after `change`. A dispute may concern an end as well, so it can be
    /// raised in every state but one: what was replaced is disputed at its successor.
    ///
    /// # Errors
    /// [`TransitionRefusal`] for every pair that the law does not know.
    pub const fn after(self, change: Change) -> Result<Self, TransitionRefusal> {
        match (self.status, change, self.disputed) {
            (Status::Replaced, _, _) => Err(TransitionRefusal::Replaced),
            (_, Change::Dispute, true) => Err(TransitionRefusal::AlreadyDisputed),
            (_, Change::SettleDispute, false) => Err(TransitionRefusal::NotDisputed),
            (status, Change::Dispute | Change::SettleDispute, disputed) => Ok(Self { status, disputed: !disputed }),
            (status, change, disputed) => match status.check_change(change) {
                Ok(status) => Ok(Self { status, disputed }),
                Err(refusal) => Err(refusal),
            },
        }
    }
}

impl Status {
    /// All statuses, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Valid,
        Self::Suspended,
        Self::Cancelled,
        Self::Rescinded,
        Self::Withdrawn,
        Self::Replaced,
        Self::TransferredOut,
    ];

    /// Whether the licence has come to an end that only a correction can undo.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Cancelled | Self::Rescinded | Self::Withdrawn)
    }

    /// The status after `change`; a dispute leaves it as it is.
    const fn check_change(self, change: Change) -> Result<Self, TransitionRefusal> {
        match (self, change) {
            (Self::Replaced, _) => Err(TransitionRefusal::Replaced),
            (status, Change::Dispute | Change::SettleDispute) => Ok(status),
            (Self::Cancelled | Self::Rescinded | Self::Withdrawn, _) => Err(TransitionRefusal::Ended),
            (_, Change::Cancel) => Ok(Self::Cancelled),
            (_, Change::Rescind) => Ok(Self::Rescinded),
            (_, Change::Withdraw) => Ok(Self::Withdrawn),
            (Self::TransferredOut, Change::ReturnTransfer) => Ok(Self::Valid),
            (Self::TransferredOut, _) => Err(TransitionRefusal::TransferredOut),
            (_, Change::ReturnTransfer) => Err(TransitionRefusal::NotTransferred),
            (Self::Valid, Change::Suspend) => Ok(Self::Suspended),
            (Self::Suspended, Change::Suspend) => Err(TransitionRefusal::AlreadySuspended),
            (Self::Suspended, Change::Resume) => Ok(Self::Valid),
            (Self::Valid, Change::Resume) => Err(TransitionRefusal::NotSuspended),
            (Self::Valid, Change::TransferOut) => Ok(Self::TransferredOut),
            (Self::Suspended, Change::TransferOut) => Err(TransitionRefusal::Suspended),
        }
    }

    /// Whether amending, renewing or replacing is allowed in this status.
    ///
    /// # Errors
    /// [`TransitionRefusal`] for a licence that has ended, was replaced or transferred; a suspended one may be amended.
    pub const fn check_supersede(self) -> Result<(), TransitionRefusal> {
        match self {
            Self::Valid | Self::Suspended => Ok(()),
            Self::Replaced => Err(TransitionRefusal::Replaced),
            Self::TransferredOut => Err(TransitionRefusal::TransferredOut),
            Self::Cancelled | Self::Rescinded | Self::Withdrawn => Err(TransitionRefusal::Ended),
        }
    }

    /// Chinese name.
    #[must_use]
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Valid => "有效",
            Self::Suspended => "暂扣",
            Self::Cancelled => "注销",
            Self::Rescinded => "撤销",
            Self::Withdrawn => "吊销",
            Self::Replaced => "已换发",
            Self::TransferredOut => "转出",
        }
    }

    /// English name, as in JSON.
    #[must_use]
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Suspended => "suspended",
            Self::Cancelled => "cancelled",
            Self::Rescinded => "rescinded",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
            Self::TransferredOut => "transferred_out",
        }
    }
}

impl Change {
    /// All changes, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Suspend,
        Self::Resume,
        Self::Cancel,
        Self::Rescind,
        Self::Withdraw,
        Self::TransferOut,
        Self::ReturnTransfer,
        Self::Dispute,
        Self::SettleDispute,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use Status::{Cancelled, Replaced, Rescinded, Suspended, TransferredOut, Valid, Withdrawn};
    use TransitionRefusal as No;

    /// The table of docs/spec/transaction.md: Suspend, Resume, Cancel, Rescind, Withdraw, TransferOut, ReturnTransfer.
    fn expected(status: Status) -> [Result<Status, No>; 7] {
        let (cancel, rescind, withdraw) = (Ok(Cancelled), Ok(Rescinded), Ok(Withdrawn));
        match status {
            Valid => {
                let (resume, back) = (Err(No::NotSuspended), Err(No::NotTransferred));
                [Ok(Suspended), resume, cancel, rescind, withdraw, Ok(TransferredOut), back]
            }
            Suspended => {
                let (suspend, out, back) = (Err(No::AlreadySuspended), Err(No::Suspended), Err(No::NotTransferred));
                [suspend, Ok(Valid), cancel, rescind, withdraw, out, back]
            }
            TransferredOut => {
                let away = Err(No::TransferredOut);
                [away, away, cancel, rescind, withdraw, away, Ok(Valid)]
            }
            Cancelled | Rescinded | Withdrawn => [Err(No::Ended); 7],
            Replaced => [Err(No::Replaced); 7],
        }
    }

    #[test]
    fn the_table_of_states() {
        for status in Status::ALL {
            for disputed in [false, true] {
                let table = expected(status).map(|to| to.map(|status| Standing { status, disputed }));
                for (change, to) in Change::ALL.into_iter().zip(table) {
                    assert_eq!(Standing { status, disputed }.after(change), to, "{status:?} {disputed} {change:?}");
                }
            }
            assert_eq!(status.check_supersede().is_ok(), matches!(status, Valid | Suspended));
        }
    }

    #[test]
    fn a_dispute_is_raised_and_settled_in_every_state_but_one() {
        for status in Status::ALL {
            let (clear, disputed) = (Standing { status, disputed: false }, Standing { status, disputed: true });
            let of = |to| if status == Replaced { Err(No::Replaced) } else { to };
            assert_eq!(clear.after(Change::Dispute), of(Ok(disputed)));
            assert_eq!(disputed.after(Change::Dispute), of(Err(No::AlreadyDisputed)));
            assert_eq!(disputed.after(Change::SettleDispute), of(Ok(clear)));
            assert_eq!(clear.after(Change::SettleDispute), of(Err(No::NotDisputed)));
        }
    }
}
