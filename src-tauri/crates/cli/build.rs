//! Gives the Windows program its icon, its version and its manifest.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const RESOURCES: &str = "../../windows/chidao.rc";
    println!("cargo::rerun-if-changed=../../windows");
    println!("cargo::rerun-if-changed=../../../icons/icon.ico");
    if std::env::var("CARGO_CFG_TARGET_OS")? == "windows" {
        let part = |name: &str| std::env::var(format!("CARGO_PKG_VERSION_{name}"));
        let macros = [
            format!("CHIDAO_MAJOR={}", part("MAJOR")?),
            format!("CHIDAO_MINOR={}", part("MINOR")?),
            format!("CHIDAO_PATCH={}", part("PATCH")?),
        ];
        embed_resource::compile_for(RESOURCES, ["chidao"], &macros).manifest_required()?;
    }
    Ok(())
}
