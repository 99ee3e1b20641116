//! Amounts: a dot between thousands, a comma before decimals. Exact, never floating.

use crate::text::clean;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most decimal places read.
pub const MAX_SCALE: u8 = 9;

/// A decimal number: `units` / 10^`scale`. Prints in the Vietnamese form, "1.234.567,5".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Decimal {
    /// The digits without the comma.
    pub units: i64,
    /// How many of them stand after the comma.
    pub scale: u8,
}

/// Why a text is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing is written.
    #[error("no number is written")]
    Empty,
    /// It is not a number.
    #[error("not a number such as 1.234,5")]
    Form,
    /// A single dot that separates no thousands ("1.5"): Vietnamese writes a comma there, other programs a dot. Ask.
    #[error("the dot in {written} could stand for a comma: is {as_decimal} meant?")]
    Ambiguous {
        /// As written.
        written: String,
        /// The number if the dot is a decimal comma, in the Vietnamese form.
        as_decimal: String,
    },
    /// More digits or decimals than are kept.
    #[error("more digits than are kept")]
    TooLong,
}

impl Decimal {
    /// Reads an amount: "1.234.567,5", "1234,5", "1.234" (one thousand two hundred and thirty-four), spaces between
    /// thousands, and the English "1,234,567.5" where it can mean nothing else.
    pub fn parse(text: &str) -> Result<Decimal, AmountError> {
        let written = clean(text);
        if written.is_empty() {
            return Err(AmountError::Empty);
        }
        let (negative, body) = match written.strip_prefix(['-', '−', '–']) {
            Some(body) => (true, body.trim_start()),
            None => (false, written.strip_prefix('+').unwrap_or(&written)),
        };
        let (whole, decimals) = split(body, &written)?;
        if decimals.len() > usize::from(MAX_SCALE) {
            return Err(AmountError::TooLong);
        }
        let digits = format!("{whole}{decimals}");
        let units: i64 = digits.parse().map_err(|_| AmountError::TooLong)?;
        Ok(Decimal {
            units: if negative { -units } else { units },
            scale: decimals.len() as u8,
        })
    }

    /// The nearest floating number, for a cell of a spreadsheet.
    pub fn to_f64(self) -> f64 {
        self.units as f64 / 10f64.powi(i32::from(self.scale))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!(
            "{:0>width$}",
            self.units.unsigned_abs(),
            width = usize::from(self.scale) + 1
        );
        let (whole, decimals) = digits.split_at(digits.len() - usize::from(self.scale));
        if self.units < 0 {
            f.write_str("-")?;
        }
        f.write_str(&grouped(whole))?;
        if !decimals.is_empty() {
            write!(f, ",{decimals}")?;
        }
        Ok(())
    }
}

/// A whole number in the Vietnamese form: "1.234.567".
pub fn print_integer(number: i64) -> String {
    Decimal {
        units: number,
        scale: 0,
    }
    .to_string()
}

/// Reads a percentage with or without its sign: "65", "65%", "94,29 %".
pub fn parse_percent(text: &str) -> Result<Decimal, AmountError> {
    let text = clean(text);
    Decimal::parse(text.strip_suffix('%').unwrap_or(&text))
}

/// The whole digits and the decimal digits, without separators.
fn split(body: &str, written: &str) -> Result<(String, String), AmountError> {
    let dots = body.matches('.').count();
    let commas = body.matches(',').count();
    match (dots, commas) {
        (_, 0) if dots != 1 => Ok((ungrouped(body, '.')?, String::new())),
        (1, 0) => match ungrouped(body, '.') {
            // "0.125" groups no thousands.
            Ok(whole) if !body.starts_with('0') => Ok((whole, String::new())),
            _ => Err(ambiguous(body, written)),
        },
        (_, 1) => {
            let (whole, decimals) = body.split_once(',').ok_or(AmountError::Form)?;
            match decimals.split_once('.') {
                // "1,234.5"
                Some((thousands, decimals)) if dots == 1 => {
                    Ok((ungrouped(&format!("{whole},{thousands}"), ',')?, all_digits(decimals)?))
                }
                Some(_) => Err(AmountError::Form),
                None => Ok((ungrouped(whole, '.')?, all_digits(decimals)?)),
            }
        }
        // "1,234,567" and "1,234,567.5"
        (0, _) => Ok((ungrouped(body, ',')?, String::new())),
        (1, _) => {
            let (whole, decimals) = body.split_once('.').ok_or(AmountError::Form)?;
            Ok((ungrouped(whole, ',')?, all_digits(decimals)?))
        }
        _ => Err(AmountError::Form),
    }
}

fn ambiguous(body: &str, written: &str) -> AmountError {
    match body.split_once('.') {
        Some((whole, decimals)) if all_digits(whole).is_ok() && all_digits(decimals).is_ok() => {
            AmountError::Ambiguous {
                written: written.to_owned(),
                as_decimal: written.replace('.', ","),
            }
        }
        _ => AmountError::Form,
    }
}

/// The digits of a whole number: plain, or in groups of three after the first.
fn ungrouped(text: &str, separator: char) -> Result<String, AmountError> {
    let groups: Vec<&str> = text.split([separator, ' ']).collect();
    let (first, rest) = groups.split_first().ok_or(AmountError::Form)?;
    let digits = all_digits(first)?;
    let is_grouped = rest.is_empty() || digits.len() <= 3;
    let rest_is_threes = rest.iter().all(|group| group.len() == 3 && all_digits(group).is_ok());
    // One number uses one separator.
    let mixed = text.contains(separator) && text.contains(' ');
    if is_grouped && rest_is_threes && !mixed {
        Ok(groups.concat())
    } else {
        Err(AmountError::Form)
    }
}

fn all_digits(text: &str) -> Result<String, AmountError> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(AmountError::Form)
    }
}

fn grouped(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(units: i64, scale: u8) -> Result<Decimal, AmountError> {
        Ok(Decimal { units, scale })
    }

    #[test]
    fn prints_dots_between_thousands_and_a_comma_before_decimals() {
        assert_eq!(print_integer(1_234_567), "1.234.567");
        assert_eq!(print_integer(-100), "-100");
        assert_eq!(print_integer(i64::MIN), "-9.223.372.036.854.775.808");
        let units = 12_345_675;
        assert_eq!(Decimal { units, scale: 1 }.to_string(), "1.234.567,5");
        assert_eq!(Decimal { units: -5, scale: 2 }.to_string(), "-0,05");
    }

    #[test]
    fn reads_what_offices_write_and_what_is_pasted() {
        for text in [
            "1.234.567,5",
            "1234567,5",
            "1 234 567,5",
            "1\u{a0}234\u{a0}567,5",
            "1,234,567.5",
        ] {
            assert_eq!(Decimal::parse(text), decimal(12_345_675, 1), "{text}");
        }
        assert_eq!(Decimal::parse("1.234"), decimal(1234, 0));
        assert_eq!(Decimal::parse("1,5"), decimal(15, 1));
        assert_eq!(Decimal::parse("1,234"), decimal(1234, 3));
        assert_eq!(Decimal::parse("1,234,567"), decimal(1_234_567, 0));
        assert_eq!(Decimal::parse("1,234.5"), decimal(12_345, 1));
        assert_eq!(Decimal::parse("−7"), decimal(-7, 0));
        assert_eq!(Decimal::parse("007"), decimal(7, 0));
        assert_eq!(parse_percent("94,29 %"), decimal(9429, 2));
        assert_eq!(parse_percent("65%"), decimal(65, 0));
    }

    #[test]
    fn asks_where_a_dot_could_be_a_comma() {
        for (written, meant) in [
            ("1.5", "1,5"),
            ("0.125", "0,125"),
            ("12.3456", "12,3456"),
            ("-1.50", "-1,50"),
        ] {
            let expected = AmountError::Ambiguous {
                written: written.to_owned(),
                as_decimal: meant.to_owned(),
            };
            assert_eq!(Decimal::parse(written), Err(expected), "{written}");
        }
        let message = Decimal::parse("1.5").expect_err("ambiguous").to_string();
        assert!(message.contains("1,5"), "{message}");
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in [
            "12.34.567",
            "1..5",
            "1,,5",
            ",5",
            "5,",
            ".",
            "1.234.56",
            "1 234.567",
            "1,2,3",
            "abc",
            "1e5",
            "1.2,3.4",
            "--1",
            "½",
        ] {
            assert_eq!(Decimal::parse(text), Err(AmountError::Form), "{text}");
        }
        assert_eq!(Decimal::parse(" "), Err(AmountError::Empty));
        assert_eq!(Decimal::parse("99999999999999999999"), Err(AmountError::TooLong));
        assert_eq!(Decimal::parse("0,1234567890"), Err(AmountError::TooLong));
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(units in -i64::MAX..i64::MAX, scale in 0..=9u8) {
            let number = Decimal { units, scale };
            prop_assert_eq!(Decimal::parse(&number.to_string()), Ok(number));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|[0-9., +-]{0,24}") {
            let _ = Decimal::parse(&text);
        }
    }
}
