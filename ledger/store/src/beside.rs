//! Reading beside a writer: files may be extended or replaced between the list of files and the look at them.

use std::time::Duration;

/// Looks at most so often ...
const LOOKS: u32 = 8;
/// ... and this long apart: a writer's batch or compaction step is done well within 0.2 s.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Looks until it succeeds, fails with an error that a writer cannot have caused, or has looked often enough.
///
/// # Errors
/// The error of the last look.
pub fn look_again<T, E>(mut look: impl FnMut() -> Result<T, E>, may_pass: impl Fn(&E) -> bool) -> Result<T, E> {
    for _ in 1..LOOKS {
        match look() {
            Err(error) if may_pass(&error) => std::thread::sleep(BETWEEN_LOOKS),
            ended => return ended,
        }
    }
    look()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_again_only_for_what_may_pass_and_not_for_ever() {
        let mut looks = 0;
        let mut failing = |fails: u32| {
            looks = 0;
            let look = || {
                looks += 1;
                if looks <= fails { Err(looks) } else { Ok(looks) }
            };
            look_again(look, |error| *error != 3)
        };
        assert_eq!(failing(0), Ok(1));
        assert_eq!(failing(2), Ok(3));
        assert_eq!(failing(5), Err(3), "what cannot pass ends it");
        let mut looks = 0;
        let never: Result<(), u32> = look_again(
            || {
                looks += 1;
                Err(looks)
            },
            |_| true,
        );
        assert_eq!(never, Err(LOOKS));
    }
}
