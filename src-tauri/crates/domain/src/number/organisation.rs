//! Electronic identifiers of organisations (mã định danh), in the form of 2020 and in the older one (DOMAIN 3.4).

use crate::text::clean;
use std::fmt;

/// Longest identifier, in characters (Quyết định 20/2020/QĐ-TTg, Điều 4).
pub const MAX_ORGANISATION_ID_CHARS: usize = 35;

/// An identifier of an organisation, kept as it was given. Its shape is checked, not whether it was ever issued.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganisationId {
    given: String,
    form: OrganisationIdForm,
    level_1: String,
    path: Vec<String>,
}

/// The two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OrganisationIdForm {
    /// `H02.15.1`: the level-1 code first (Quyết định 20/2020/QĐ-TTg).
    Of2020,
    /// `000.00.15.H02`: the level-1 code last (QCVN 102:2016/BTTTT).
    Of2016,
}

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationIdError {
    /// Longer than [`MAX_ORGANISATION_ID_CHARS`].
    #[error("longer than {MAX_ORGANISATION_ID_CHARS} characters")]
    TooLong,
    /// Neither begins nor ends with a level-1 code: a letter from A to Y and two digits.
    #[error("no level-1 code such as H02 at the beginning or the end")]
    NoLevel1,
    /// A group that is empty or has something else than digits and capital letters.
    #[error("a group has something else than digits and letters A to Z")]
    Group,
    /// The older form has groups of 3, 2 and 2 digits before the level-1 code.
    #[error("the older form is 000.00.00.H02")]
    OldForm,
}

impl OrganisationId {
    /// Reads an identifier of either form. Small letters are accepted, and kept in what was given.
    pub fn parse(text: &str) -> Result<OrganisationId, OrganisationIdError> {
        let given = clean(text);
        if given.chars().count() > MAX_ORGANISATION_ID_CHARS {
            return Err(OrganisationIdError::TooLong);
        }
        let upper = given.to_ascii_uppercase();
        let groups: Vec<&str> = upper.split('.').collect();
        let is_group =
            |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        let (form, level_1, path) = match groups[..] {
            [first, ref rest @ ..] if is_level_1(first) => (OrganisationIdForm::Of2020, first, rest.to_vec()),
            [v, z, y, last] if is_level_1(last) => {
                let is_old = [(v, 3), (z, 2), (y, 2)]
                    .iter()
                    .all(|(group, length)| group.len() == *length && group.bytes().all(|b| b.is_ascii_digit()));
                if !is_old {
                    return Err(OrganisationIdError::OldForm);
                }
                // Lower levels stand to the left; levels that are not used are zeros.
                let mut path = vec![y, z, v];
                while path.last().is_some_and(|group| group.bytes().all(|b| b == b'0')) {
                    path.pop();
                }
                (OrganisationIdForm::Of2016, last, path)
            }
            [.., last] if groups.len() > 1 && is_level_1(last) => return Err(OrganisationIdError::OldForm),
            _ => return Err(OrganisationIdError::NoLevel1),
        };
        if !path.iter().all(is_group) {
            return Err(OrganisationIdError::Group);
        }
        Ok(OrganisationId {
            form,
            level_1: level_1.to_owned(),
            path: path.into_iter().map(str::to_owned).collect(),
            given,
        })
    }

    /// As given.
    pub fn as_given(&self) -> &str {
        &self.given
    }

    /// Which form.
    pub fn form(&self) -> OrganisationIdForm {
        self.form
    }

    /// The code of the ministry or province: a letter and two digits.
    pub fn level_1(&self) -> &str {
        &self.level_1
    }

    /// The groups below level 1, from the top down; levels that the older form fills with zeros are left out.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// Whether both name the same organisation, whatever their form.
    pub fn names_same_as(&self, other: &OrganisationId) -> bool {
        (&self.level_1, &self.path) == (&other.level_1, &other.path)
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

fn is_level_1(group: &str) -> bool {
    matches!(group.as_bytes(), [b'A'..=b'Y', b'0'..=b'9', b'0'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (OrganisationIdForm, String, Vec<String>) {
        let id = OrganisationId::parse(text).expect("an identifier");
        (id.form(), id.level_1().to_owned(), id.path().to_vec())
    }

    #[test]
    fn reads_both_forms_to_the_same_pair() {
        use OrganisationIdForm::*;
        assert_eq!(read("H02"), (Of2020, "H02".to_owned(), vec![]));
        assert_eq!(read("H02.15"), (Of2020, "H02".to_owned(), vec!["15".to_owned()]));
        assert_eq!(read("000.00.15.H02"), (Of2016, "H02".to_owned(), vec!["15".to_owned()]));
        assert_eq!(read("000.00.00.H49"), (Of2016, "H49".to_owned(), vec![]));
        let path = ["15", "03", "001"].map(str::to_owned).to_vec();
        assert_eq!(read("001.03.15.H02"), (Of2016, "H02".to_owned(), path));
        let id = |text| OrganisationId::parse(text).expect("an identifier");
        assert!(id("000.00.15.H02").names_same_as(&id(" h02.15 ")));
        assert!(!id("000.00.15.H02").names_same_as(&id("H05.15")));
        assert_eq!(id(" h02.15 ").as_given(), "h02.15");
    }

    #[test]
    fn refuses_what_is_none_and_says_why() {
        use OrganisationIdError::*;
        for (text, error) in [
            ("", NoLevel1),
            ("Z02", NoLevel1),
            ("H2", NoLevel1),
            ("vxp.saas.03", NoLevel1),
            ("000.00.15", NoLevel1),
            ("H02..15", Group),
            ("H02.", Group),
            ("H02.1-5", Group),
            ("H02.Đ5", Group),
            ("00.00.15.H02", OldForm),
            ("000.00.H02", OldForm),
            ("0A0.00.15.H02", OldForm),
            ("H02.123456789.123456789.123456789.12", TooLong),
        ] {
            assert_eq!(OrganisationId::parse(text), Err(error), "{text}");
        }
        // 35 characters are the most.
        assert!(OrganisationId::parse("H02.123456789.123456789.123456789.1").is_ok());
    }

    proptest! {
        #[test]
        fn every_identifier_of_2020_is_read(id in "[A-Y][0-9]{2}(\\.[0-9A-Z]{1,4}){0,6}") {
            let read = OrganisationId::parse(&id).expect("an identifier");
            prop_assert_eq!(read.as_given(), &id);
            let mut groups = vec![read.level_1().to_owned()];
            groups.extend(read.path().to_vec());
            prop_assert_eq!(groups.join("."), id);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC*|[0-9A-Z.]{0,40}") {
            let _ = OrganisationId::parse(&text);
        }
    }
}
