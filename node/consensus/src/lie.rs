//! Lies: how a validator misbehaves on purpose, to show that the others withstand it. Never part of a production configuration.

/// One way to misbehave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Lie {
    /// Signs two different ballots in every step of every round.
    DoubleVote,
}
