//! Sine and cosine from the four basic operations only: IEEE 754 fixes their results, so that every machine draws the same
//! micrometres. A platform's own `sin` may differ in the last bit.

/// Sine and cosine of an angle in degrees, right to 10^-12.
#[must_use]
pub(crate) fn sine_cosine(degrees: f64) -> (f64, f64) {
    (sine(degrees), sine(degrees + 90.0))
}

fn sine(degrees: f64) -> f64 {
    let turn = degrees - (degrees / 360.0).floor() * 360.0;
    let folded = match turn {
        turn if turn <= 90.0 => turn,
        turn if turn <= 270.0 => 180.0 - turn,
        turn => turn - 360.0,
    };
    let x = folded * (std::f64::consts::PI / 180.0);
    let square = x * x;
    // Taylor's series to x^19: the next term is below 10^-15 for a quarter turn.
    let (mut term, mut sum, mut factor) = (x, x, 2.0);
    while factor < 19.0 {
        term = -term * square / (factor * (factor + 1.0));
        sum += term;
        factor += 2.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_the_platform_to_ten_digits() {
        for tenth in -7200..7200 {
            let degrees = f64::from(tenth) / 10.0;
            let (sine, cosine) = sine_cosine(degrees);
            assert!((sine - degrees.to_radians().sin()).abs() < 1e-10, "{degrees}");
            assert!((cosine - degrees.to_radians().cos()).abs() < 1e-10, "{degrees}");
        }
    }
}
