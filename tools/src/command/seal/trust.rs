//! `zhengku seal trust`: a trust file that knows the seals as they stand now.

use crate::access::Access;
use crate::cli::issue::SealTrustArguments;
use crate::command::{check_free, write_whole};
use crate::failure::Failure;
use crate::output::Console;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use zhengku_document::trust::{RegisteredSeal, SealTrust};
use zhengku_node::layout::Layout;
use zhengku_node::pki::{Pki, PkiError};
use zhengku_node::public::{Source, standings};
use zhengku_store::OpenMode;
use zhengku_verify::trust::TrustFile;

/// Writes the trust file of the directory again, with authorities, revocation lists and the register of seals.
pub(super) fn run(arguments: &SealTrustArguments, console: &Console) -> Result<u8, Failure> {
    let layout = Layout::new(&arguments.at.data.data);
    let access = Access::open(&arguments.at.data, arguments.at.node.as_deref(), OpenMode::Read)?;
    let base = arguments.base.clone().unwrap_or_else(|| layout.trust());
    let base = (read(&base)?, base);
    if base.0.chain_id != access.chain().to_string() {
        let path = base.1.display();
        return Err(Failure::usage(
            format!("{path}: 是另一账本的信任文件"),
            format!("{path} is the trust file of another ledger"),
        ));
    }
    let file = trust_file(&access, &layout, base.0)?;
    let out = arguments.out.clone().unwrap_or_else(|| layout.trust());
    let text = serde_json::to_string_pretty(&file)?;
    // The directory's own trust file is made to be written again.
    check_free(&out, text.as_bytes(), arguments.force || out == layout.trust())?;
    write_whole(&out, text.as_bytes())?;
    let answer = serde_json::json!({ "file": out.display().to_string(), "seals": file.seals.seals.len() });
    console.result(
        &answer,
        &[
            ("信任文件", "Trust file", out.display().to_string()),
            ("印章版本", "Seal versions", file.seals.seals.len().to_string()),
        ],
    )?;
    Ok(0)
}

/// A trust file with the authorities, the revocation lists and the register of seals of a directory.
pub(crate) fn trust_file(access: &Access, layout: &Layout, base: TrustFile) -> Result<TrustFile, Failure> {
    let pki = Pki::open(layout)?;
    let pem = |certificate: &zhengku_crypto::certificate::Certificate| certificate.to_pem().map_err(PkiError::from);
    let seals = SealTrust {
        seal_anchors: vec![pem(pki.root())?],
        seal_intermediates: vec![pem(pki.authority())?],
        revocation_lists: pki.lists_der()?.iter().map(|der| BASE64.encode(der)).collect(),
        // Before the register is read: nothing that it does not know is older.
        seals_as_of: Some(access.standing()?.time.0),
        seals: standings(access, &|place| Source::entry(access, place))?.iter().map(RegisteredSeal::of).collect(),
    };
    Ok(TrustFile { seals, ..base })
}

fn read(path: &std::path::Path) -> Result<TrustFile, Failure> {
    let bytes = std::fs::read(path).map_err(Failure::file(path))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("{path}: 不是信任文件 ({error})"), format!("{path} is no trust file: {error}"))
    })
}

/// Adds the authorities of a directory and their revocation lists to what is trusted already; what is there is not added again.
pub(crate) fn add_authorities(pki: &Pki, trust: &mut SealTrust) -> Result<(), Failure> {
    let pem = |certificate: &zhengku_crypto::certificate::Certificate| certificate.to_pem().map_err(PkiError::from);
    let add = |list: &mut Vec<String>, text: String| {
        if !list.contains(&text) {
            list.push(text);
        }
    };
    add(&mut trust.seal_anchors, pem(pki.root())?);
    add(&mut trust.seal_intermediates, pem(pki.authority())?);
    for der in pki.lists_der()? {
        add(&mut trust.revocation_lists, BASE64.encode(der));
    }
    Ok(())
}
