//! Numbers: amounts as Vietnamese offices write them, numbers of documents, identifiers of organisations
//! (DOMAIN 2.3, 3.4, 4.5).

mod amount;
mod document;
mod organisation;

pub use amount::{AmountError, Decimal, MAX_SCALE, parse_percent, print_integer};
pub use document::{DOCUMENT_TYPES, DocumentNumber, DocumentNumberError, DocumentType};
pub use organisation::{MAX_ORGANISATION_ID_CHARS, OrganisationId, OrganisationIdError, OrganisationIdForm};
