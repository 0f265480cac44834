use super::*;
use crate::entry::{Field, FieldSet};
use crate::fixtures::*;

fn fields(count: u8) -> FieldSet {
    let one =
        |place: u8| Field { key: text(&format!("k{place}")), value: text(&format!("v{place}")), salt: [place; 16] };
    FieldSet::new((0..count).map(one).collect())
}

/// Every field of every number of fields can be disclosed alone, and fits no other place, count or root.
#[test]
fn every_field_of_every_form() {
    for count in 1..=20_u8 {
        let set = fields(count);
        let all = set.disclose(|_| true).unwrap();
        assert_eq!(all.len(), usize::from(count));
        for shown in &all {
            assert_eq!(shown.verify(&set.root(), u16::from(count)), Ok(()));
            assert!(shown.verify(&fields(count + 1).root(), u16::from(count)).is_err());
            for index in (0..u16::from(count) + 2).filter(|index| *index != shown.index) {
                let moved = DisclosedField { index, ..shown.clone() };
                assert!(moved.verify(&set.root(), u16::from(count)).is_err(), "{} at {index} of {count}", shown.index);
            }
        }
        let one = set.disclose(|key| key == "k0").unwrap();
        assert_eq!((one.len(), one[0].field.value.as_str()), (1, "v0"));
    }
}

/// Equal values have different leaves: the salt is part of the leaf.
#[test]
fn the_salt_hides_equal_values() {
    let one = |salt| Field { key: text("k"), value: text("v"), salt: [salt; 16] };
    assert_ne!(one(1).leaf_hash(), one(2).leaf_hash());
    assert_eq!(one(1).leaf_hash(), one(1).leaf_hash());
}

/// Bytes cannot move between key and value.
#[test]
fn key_and_value_are_apart() {
    let one = |key, value| Field { key: text(key), value: text(value), salt: [0; 16] }.leaf_hash();
    assert_ne!(one("ab", "c"), one("a", "bc"));
}
