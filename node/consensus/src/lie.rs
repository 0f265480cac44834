//! Lies: how a validator misbehaves on purpose, to show that the others withstand it. Never part of a production configuration.

use std::str::FromStr;

macro_rules! lies {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal by $of:ident,)+) => {
        /// One way to misbehave.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Lie {
            $($(#[$doc])+ $variant,)+
        }

        impl Lie {
            /// Every lie.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name in configurations.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// Who tells it.
            #[must_use]
            pub const fn teller(self) -> Teller {
                match self {
                    $(Self::$variant => Teller::$of,)+
                }
            }
        }
    };
}

/// Who has to tell a lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Teller {
    /// This package: it alters what leaves the node.
    Agreement,
    /// The application: it builds another block, or none.
    Application,
}

lies! {
    /// Signs a second, contradicting ballot in every step. Proves itself: the offence goes to the ledger.
    DoubleVote = "double-vote" by Agreement,
    /// Signs a second bid, for a block that nobody has, in every round it leads. Proves itself.
    DoubleProposal = "double-proposal" by Agreement,
    /// Forgets what it is locked on: prevotes for the proposal of every round.
    Amnesia = "amnesia" by Agreement,
    /// Sends neither bid nor block when it leads.
    WithholdProposal = "withhold-proposal" by Agreement,
    /// Sends no votes.
    WithholdVotes = "withhold-votes" by Agreement,
    /// Sends its bid without the block.
    WithholdParts = "withhold-parts" by Agreement,
    /// Sends blocks with changed bytes under the right signature.
    WrongParts = "wrong-parts" by Agreement,
    /// Announces the largest block there can be, and sends parts without an end.
    OversizedBlock = "oversized-block" by Agreement,
    /// Gives lagging nodes certificates with a repeated signer, too few signers, signers of another set, or of another ledger.
    BadCertificates = "bad-certificates" by Agreement,
    /// Gives lagging nodes other blocks than were decided, and claims a tip it does not have.
    LyingSync = "lying-sync" by Agreement,
    /// Sends random bytes wherever it sends anything; the node's exchange does too.
    Junk = "junk" by Agreement,
    /// Sends a hundred validly signed votes with each of its own, for rounds and heights to come, and a crowd of blocks that never become
    /// whole; the node's exchange connects and asks without a pause.
    Flood = "flood" by Agreement,
    /// Proposes a block with a wrong root. The block is its transactions here, so the application proposes one that follows another block.
    WrongRoot = "wrong-root" by Application,
    /// Proposes a block with a transaction whose signature is none.
    InvalidTransaction = "invalid-transaction" by Application,
    /// Proposes blocks from the future.
    TimeAhead = "time-ahead" by Application,
    /// Proposes blocks that are older than the last one.
    TimeBehind = "time-behind" by Application,
    /// Proposes empty blocks while transactions wait.
    Censor = "censor" by Application,
}

/// No lie has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no lie is called {name}; there are {}", Lie::ALL.iter().map(|lie| lie.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownLie {
    /// The name.
    pub name: String,
}

impl FromStr for Lie {
    type Err = UnknownLie;

    fn from_str(name: &str) -> Result<Self, UnknownLie> {
        let unknown = || UnknownLie { name: name.to_owned() };
        Self::ALL.iter().find(|lie| lie.name() == name).copied().ok_or_else(unknown)
    }
}
