//! The chunk of the currency bitmap around an entry, as a picture of 2,048 squares.

use zhengku_ledger::current::{CHUNK_BITS, Chunk};

/// Squares in a row; with 32 rows the picture is as wide as the ladder beside it.
const COLUMNS: u64 = 64;
/// The side of a square with its gap, and without.
const CELL: u64 = 5;
const SQUARE: u64 = 4;

/// The picture.
pub(crate) struct Bits {
    /// The chunk's bytes.
    pub(crate) bytes: String,
    /// The bit's place in the chunk.
    pub(crate) place: u64,
    /// Whether it is 1.
    pub(crate) is_set: bool,
    /// The squares of all ones, as one path.
    pub(crate) ones: String,
    /// The squares of all zeros within the log.
    pub(crate) zeros: String,
    /// Where the bit's own square stands.
    pub(crate) at: (u64, u64),
    /// The size of the picture.
    pub(crate) size: (u64, u64),
}

impl Bits {
    /// Draws a chunk.
    pub(crate) fn new(chunk: &Chunk, index: u64, log_size: u64) -> Self {
        let (number, place) = (index / CHUNK_BITS, index % CHUNK_BITS);
        let inside = log_size.saturating_sub(number.saturating_mul(CHUNK_BITS)).min(CHUNK_BITS);
        Self {
            bytes: hex::encode(chunk),
            place,
            is_set: bit(chunk, place),
            ones: squares((0..inside).filter(|place| bit(chunk, *place))),
            zeros: squares((0..inside).filter(|place| !bit(chunk, *place))),
            at: corner(place),
            size: (COLUMNS.saturating_mul(CELL), (CHUNK_BITS / COLUMNS).saturating_mul(CELL)),
        }
    }
}

fn bit(chunk: &Chunk, place: u64) -> bool {
    let byte = usize::try_from(place / 8).ok().and_then(|byte| chunk.get(byte)).copied().unwrap_or_default();
    byte >> (place % 8) & 1 == 1
}

fn corner(place: u64) -> (u64, u64) {
    ((place % COLUMNS).saturating_mul(CELL), (place / COLUMNS).saturating_mul(CELL))
}

fn squares(places: impl Iterator<Item = u64>) -> String {
    let one = |place| {
        let (x, y) = corner(place);
        format!("M{x} {y}h{SQUARE}v{SQUARE}h-{SQUARE}z")
    };
    places.map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_and_zeros_are_drawn_where_they_stand_and_nothing_beyond_the_log() {
        let mut chunk = [0_u8; 256];
        chunk[8] = 0b101;
        let bits = Bits::new(&chunk, 66, 67);
        assert_eq!(bits.ones, "M0 5h4v4h-4zM10 5h4v4h-4z");
        assert_eq!(bits.zeros.matches('M').count(), 65);
        assert_eq!((bits.at, bits.is_set, bits.size), ((10, 5), true, (320, 160)));
        assert!(!Bits::new(&chunk, 65, 67).is_set);
    }
}
