//! The TypeScript types of the seam are generated; this keeps them fresh.

use std::collections::BTreeMap;
use std::path::Path;
use ts_rs::Config;

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.ends_with(".ts") {
            all.insert(name, std::fs::read_to_string(path).unwrap().replace("\r\n", "\n"));
        }
    }
    all
}

#[test]
fn generated_types_are_fresh() {
    let made = tempfile::tempdir().unwrap();
    let config = Config::default().with_out_dir(made.path()).with_large_int("number");
    crate::api::export_types(&config).unwrap();
    let body = crate::api::use_cases_typescript(&config);
    let names: Vec<String> = files(made.path())
        .keys()
        .map(|name| name.trim_end_matches(".ts").to_owned())
        .collect();
    let used = names.iter().filter(|name| {
        body.split(|c: char| !c.is_alphanumeric())
            .any(|word| word == name.as_str())
    });
    let imports: String = used
        .map(|name| format!("import type {{ {name} }} from \"./{name}\";\n"))
        .collect();
    std::fs::write(made.path().join("UseCases.ts"), format!("{imports}\n{body}")).unwrap();

    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/host/types");
    if std::env::var_os("CHIDAO_WRITE_TYPES").is_some() {
        let _ = std::fs::remove_dir_all(&kept);
        std::fs::create_dir_all(&kept).unwrap();
        for (name, text) in files(made.path()) {
            std::fs::write(kept.join(name), text).unwrap();
        }
    }
    assert_eq!(files(&kept), files(made.path()), "stale: run `cargo xtask types`");
}
