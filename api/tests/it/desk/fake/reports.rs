//! Reports of verification, one for each verdict: a file of the fake says which one it wants (`verdict=TAMPERED`).

use zhengku_api::desk::port::{CheckLine, DataAge, DataSource, FaceField, FileToVerify, SealShown, VerificationReport};
use zhengku_ledger::ids::TimestampMs;
use zhengku_ledger::verdict::{CheckState, Verdict};

use super::{NOW, SEAL_ID};

/// The report of a file.
pub(crate) fn of(file: &FileToVerify) -> VerificationReport {
    let text = String::from_utf8_lossy(&file.bytes);
    let asked = Verdict::ALL.into_iter().find(|one| text.contains(&format!("verdict={}", one.code())));
    let Some(verdict) = asked else { return unknown() };
    let has_proof = file.proof.is_some();
    let is_away = verdict == Verdict::Unverifiable;
    VerificationReport {
        is_proof_alone_damaged: false,
        verdict,
        kind_zh: "OFD 1.2，1 页，字体已嵌入".to_owned(),
        kind_en: "OFD 1.2, 1 page, fonts embedded".to_owned(),
        file_digest: "3f9a01c25e77d0b1a9c4e2f60b8d7713c1aa52f49e06b3d8175c20e94f6b77e1".to_owned(),
        checks: checks(verdict),
        face: face(),
        seal: Some(SealShown {
            name: "示例市市场监督管理局电子证照专用章".to_owned(),
            id: SEAL_ID.to_owned(),
            signer: "CN=示例市市场监督管理局, O=示例市市场监督管理局, C=CN".to_owned(),
            signed: Some(TimestampMs(NOW - 7_200_000)),
            is_time_confirmed: verdict == Verdict::Valid,
            picture: Some(super::SEAL_PNG.to_vec()),
        }),
        age: DataAge {
            source: match (is_away, has_proof) {
                (true, _) => DataSource::Nothing,
                (_, true) => DataSource::Proof,
                _ => DataSource::Ledger,
            },
            height: (!is_away).then_some(1_204),
            as_of: (!is_away).then_some(TimestampMs(NOW - 400)),
        },
        picture: (verdict == Verdict::Valid).then(|| super::PAGE_PNG.to_vec()),
        contact: Some("示例市市场监督管理局，电话 000-0000 0000".to_owned()),
    }
}

fn face() -> Vec<FaceField> {
    let pairs = [
        ("证照名称", "Licence", "食品经营许可证"),
        ("经营者名称", "Operator", "示例市青禾餐饮管理有限公司"),
        ("经营场所", "Premises", "示例市示范区和平路 118 号一层 102 室"),
        ("许可证编号", "Licence number", "JY29999990012607"),
        ("发证机关", "Issuer", "示例市市场监督管理局"),
        ("有效期至", "Valid to", "2031-11-20"),
    ];
    let field = |(zh, en, value): (&str, &str, &str)| FaceField {
        label_zh: zh.to_owned(),
        label_en: en.to_owned(),
        value: value.to_owned(),
    };
    pairs.into_iter().map(field).collect()
}

/// What a check says when it passes and when it is the one that decides.
const CHECKS: [(&str, &str, &str, &str, &str); 7] = [
    ("file", "文件结构", "File", "OFD 1.2，文件清单与包内一致", "OFD 1.2, every file of the package is listed"),
    (
        "content",
        "内容未改",
        "Content",
        "9 个文件的 SM3 摘要与签署时一致",
        "the SM3 digests of 9 files are those that were signed",
    ),
    ("seal", "电子印章", "Seal", "印章已备案，签署时在有效期内", "the seal is filed and was valid at signing"),
    (
        "certificate",
        "签章证书",
        "Certificate",
        "证书链可信，签署时未吊销 (CRL 2026-11-21)",
        "the chain is trusted, not revoked at signing (CRL of 2026-11-21)",
    ),
    (
        "inclusion",
        "已上链",
        "Anchored",
        "第 1,204 块，路径 4 步，见证 3/4",
        "block 1,204, path of 4 steps, witnessed by 3 of 4",
    ),
    ("status", "证照状态", "Status", "账本登记状态为有效", "the ledger says that it is valid"),
    ("period", "有效期", "Period", "今日在有效期内", "today is within its period"),
];

/// The check that a verdict comes from, and why.
fn decisive(verdict: Verdict) -> Option<(&'static str, CheckState, &'static str, &'static str)> {
    use CheckState::{Failed, NotChecked};
    Some(match verdict {
        Verdict::Valid => return None,
        Verdict::NotYetValid => ("period", Failed, "有效期自 2027-01-01 起", "its period begins on 2027-01-01"),
        Verdict::Expired => ("period", Failed, "有效期至 2026-10-31，已过 21 天", "its period ended on 2026-10-31"),
        Verdict::Suspended => ("status", Failed, "2026-11-02 起暂扣", "suspended since 2026-11-02"),
        Verdict::Superseded => ("status", Failed, "已换发新证，第 2 版", "replaced by version 2"),
        Verdict::Revoked => {
            ("status", Failed, "2026-11-09 注销，依据持证人申请", "cancelled on 2026-11-09 as the holder asked")
        }
        Verdict::NotAnchored => {
            ("inclusion", NotChecked, "账本中没有这份文件的摘要", "the ledger has no entry for this file")
        }
        Verdict::Unverifiable => {
            ("status", NotChecked, "连不上账本节点，状态未知", "no node of the ledger could be reached")
        }
        Verdict::Untrusted => {
            ("certificate", Failed, "签发证书的根不在信任名单内", "the root of the certificate is not trusted")
        }
        Verdict::Tampered => (
            "content",
            Failed,
            "Doc_0/Pages/Page_0/Content.xml 与签署时不一致",
            "Doc_0/Pages/Page_0/Content.xml is not what was signed",
        ),
    })
}

fn checks(verdict: Verdict) -> Vec<CheckLine> {
    let decisive = decisive(verdict);
    let line = |(code, name_zh, name_en, zh, en): (&str, &str, &str, &str, &str)| {
        let is_this = decisive.filter(|(of, ..)| *of == code);
        let (state, zh, en) = is_this.map_or((CheckState::Passed, zh, en), |(_, state, zh, en)| (state, zh, en));
        CheckLine {
            code: code.to_owned(),
            name_zh: name_zh.to_owned(),
            name_en: name_en.to_owned(),
            state,
            verdict: if is_this.is_some() { verdict } else { Verdict::Valid },
            reason_zh: zh.to_owned(),
            reason_en: en.to_owned(),
        }
    };
    CHECKS.into_iter().map(line).collect()
}

/// The report of bytes that are nothing known.
fn unknown() -> VerificationReport {
    VerificationReport {
        is_proof_alone_damaged: false,
        verdict: Verdict::Unverifiable,
        kind_zh: "不是 OFD、PDF 或证明文件".to_owned(),
        kind_en: "no OFD, PDF or proof file".to_owned(),
        file_digest: "0".repeat(64),
        checks: vec![CheckLine {
            code: "file".to_owned(),
            name_zh: "文件结构".to_owned(),
            name_en: "File".to_owned(),
            state: CheckState::NotChecked,
            verdict: Verdict::Unverifiable,
            reason_zh: "认不出这种文件。请选择 .ofd、.pdf 或证明文件。".to_owned(),
            reason_en: "This kind of file is not known. Choose an .ofd, .pdf or proof file.".to_owned(),
        }],
        face: Vec::new(),
        seal: None,
        age: DataAge { source: DataSource::Nothing, height: None, as_of: None },
        picture: None,
        contact: None,
    }
}
