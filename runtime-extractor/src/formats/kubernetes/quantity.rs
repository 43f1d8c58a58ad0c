//! Quantities of Kubernetes (`500m`, `1Gi`, `1e3`), in thousandths.

/// Binary and decimal suffixes, with the power of their base.
const SUFFIXES: [(&str, u128, u32); 13] = [
    ("Ki", 1024, 1),
    ("Mi", 1024, 2),
    ("Gi", 1024, 3),
    ("Ti", 1024, 4),
    ("Pi", 1024, 5),
    ("Ei", 1024, 6),
    ("k", 1000, 1),
    ("M", 1000, 2),
    ("G", 1000, 3),
    ("T", 1000, 4),
    ("P", 1000, 5),
    ("E", 1000, 6),
    ("", 1, 1),
];

/// A quantity that is not negative, in thousandths, rounded up.
pub(super) fn thousandths(text: &str) -> Option<u128> {
    let text = text.strip_prefix('+').unwrap_or(text);
    for (suffix, below) in [("n", 1_000_000), ("u", 1_000), ("m", 1)] {
        if let Some(number) = text.strip_suffix(suffix) {
            return decimal(number, 0, 1)?.checked_div_ceil(below);
        }
    }
    if let Some((number, exponent)) = text.split_once(['e', 'E'])
        && let Ok(exponent) = exponent.parse::<i32>()
    {
        return scaled(number, exponent);
    }
    let (suffix, base, power) = SUFFIXES.iter().find(|(suffix, ..)| text.ends_with(suffix))?;
    decimal(text.strip_suffix(suffix)?, 3, base.checked_pow(*power)?)
}

trait DivCeil: Sized {
    fn checked_div_ceil(self, by: Self) -> Option<Self>;
}

impl DivCeil for u128 {
    fn checked_div_ceil(self, by: Self) -> Option<Self> {
        Some(self.checked_add(by.checked_sub(1)?)? / by)
    }
}

fn scaled(number: &str, exponent: i32) -> Option<u128> {
    let digits = 3 + exponent;
    match u32::try_from(digits) {
        Ok(digits) if digits <= 30 => decimal(number, digits, 1),
        Ok(_) => None,
        Err(_) => decimal(number, 0, 1)?.checked_div_ceil(10_u128.checked_pow(u32::try_from(-digits).ok()?)?),
    }
}

/// `number * 10^digits * factor`, rounded up.
fn decimal(number: &str, digits: u32, factor: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) || whole.len() + fraction.len() == 0 || fraction.len() > 20
    {
        return None;
    }
    let value: u128 = format!("{whole}{fraction}").parse().ok()?;
    let value = value
        .checked_mul(10_u128.checked_pow(digits)?)?
        .checked_mul(factor)?;
    value.checked_div_ceil(10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_those_of_kubernetes() {
        for (text, value) in [
            ("500m", 500),
            ("0.5", 500),
            (".5", 500),
            ("2", 2_000),
            ("1Gi", 1_073_741_824_000),
            ("1.5Ki", 1_536_000),
            ("128974848", 128_974_848_000),
            ("129e6", 129_000_000_000),
            ("129M", 129_000_000_000),
            ("1E", 1_000_000_000_000_000_000_000),
            ("100u", 1),
            ("1e-3", 1),
            ("0", 0),
        ] {
            assert_eq!(thousandths(text), Some(value), "{text}");
        }
        for text in [
            "",
            "m",
            "-1",
            "1 Gi",
            "x",
            "1Gb",
            "1e99",
            "1..2",
            "é",
            "99999999999999999999999999999999999999999Ei",
        ] {
            assert_eq!(thousandths(text), None, "{text}");
        }
    }
}
