//! Why a bundle was refused, in one word of its own for each reason.

use crate::AppError;
use chidao_bundle::BundleError;

impl From<BundleError> for AppError {
    fn from(error: BundleError) -> AppError {
        let detail = error.to_string();
        match error {
            BundleError::NotABundle => AppError::new("bundle_not_one"),
            BundleError::NotForUs => AppError::new("bundle_not_for_us"),
            BundleError::CutShort => AppError::new("bundle_cut_short"),
            BundleError::Damaged => AppError::new("bundle_damaged"),
            BundleError::Malformed(what) => AppError::new("bundle_malformed").with("detail", what),
            BundleError::TooNew { reader } => AppError::new("bundle_too_new").with("reader", reader),
            BundleError::TooBig { limit, allowed } => AppError::new("bundle_too_big")
                .with("limit", limit)
                .with("allowed", allowed),
            BundleError::SignatureWrong => AppError::new("bundle_signature_wrong"),
            BundleError::Refused(refusal) => match refusal.into_inner().downcast::<AppError>() {
                Ok(error) => *error,
                Err(other) => AppError::new("bundle_refused").with("detail", other),
            },
            BundleError::MemberMissing { name } | BundleError::MemberExtra { name } => {
                AppError::new("bundle_malformed")
                    .with("member", name)
                    .with("detail", detail)
            }
            BundleError::MemberMismatch { name, .. } => AppError::new("bundle_malformed")
                .with("member", name)
                .with("detail", detail),
            BundleError::Cancelled => AppError::new("cancelled"),
            BundleError::Key(error) => AppError::internal("keys", &error),
            BundleError::Io(error) => AppError::of_writing("file_unreadable", &error).retryable(),
        }
    }
}
