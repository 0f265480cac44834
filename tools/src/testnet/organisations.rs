//! The organisations of a sample network: the governor, the sample issuers, and a district's data centre for each node.

use super::{DEPARTMENT, GOVERNOR, node_name, organisation_number};
use crate::failure::Failure;
use std::path::Path;
use zhengku_crypto::sign::Algorithm;
use zhengku_ledger::codec::{Bounded, Text};
use zhengku_ledger::entry::{Organisation, OrganisationStatus, Roles};
use zhengku_ledger::identifier::UnifiedCreditCode;
use zhengku_library::random::Randomness;
use zhengku_library::vault::Vault;
use zhengku_node::NodeError;
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::demo::{self, DemoOrganisation};
use zhengku_node::keys::{KeyStore, organisation_name};
use zhengku_node::layout::Layout;
use zhengku_node::pki::Pki;

/// A district whose data centre runs nodes.
pub(super) struct District {
    pub(super) pinyin: &'static str,
    zh: &'static str,
    en: &'static str,
}

const fn district(pinyin: &'static str, zh: &'static str, en: &'static str) -> District {
    District { pinyin, zh, en }
}

/// The districts of the city, the largest first.
pub(super) const DISTRICTS: [District; 16] = [
    district("pudong", "浦东新区", "Pudong"),
    district("jiading", "嘉定区", "Jiading"),
    district("xuhui", "徐汇区", "Xuhui"),
    district("huangpu", "黄浦区", "Huangpu"),
    district("jingan", "静安区", "Jing'an"),
    district("changning", "长宁区", "Changning"),
    district("putuo", "普陀区", "Putuo"),
    district("hongkou", "虹口区", "Hongkou"),
    district("yangpu", "杨浦区", "Yangpu"),
    district("minhang", "闵行区", "Minhang"),
    district("baoshan", "宝山区", "Baoshan"),
    district("jinshan", "金山区", "Jinshan"),
    district("songjiang", "松江区", "Songjiang"),
    district("qingpu", "青浦区", "Qingpu"),
    district("fengxian", "奉贤区", "Fengxian"),
    district("chongming", "崇明区", "Chongming"),
];

/// A district's data centre. Its credit code is synthetic: area 999999 does not exist, both check characters are right.
pub(super) struct Operator {
    place: usize,
    credit_code: String,
    name_zh: String,
    name_en: String,
}

impl Operator {
    /// The operators of the first `nodes` nodes, in order.
    pub(super) fn needed(nodes: usize) -> Result<Vec<Self>, Failure> {
        let operator = |(place, district): (usize, &District)| {
            // The body of an organisation code whose check character may stand in a credit code.
            let code = (0..10).find_map(|digit| {
                UnifiedCreditCode::complete(&format!("11999999NQD{:03}{digit}0", place.saturating_add(1))).ok()
            });
            let code = code.ok_or_else(|| Failure::usage("没有可用的样例代码", "no sample code can be made"))?;
            Ok(Self {
                place,
                credit_code: code.as_str().to_owned(),
                name_zh: format!("{}大数据中心(样例)", district.zh),
                name_en: format!("{} Data Centre (sample)", district.en),
            })
        };
        DISTRICTS.iter().enumerate().take(nodes).map(operator).collect()
    }

    /// Makes its key in the directory of each node it runs.
    pub(super) fn register(
        &self,
        out: &Path,
        number: usize,
        nodes: usize,
        random: &mut Randomness,
    ) -> Result<Organisation, Failure> {
        let mut own = Vec::new();
        for node in (self.place..nodes).step_by(DISTRICTS.len()) {
            // Each node signs what it reports with a key of its own; the organisation holds them all (eight at most).
            let keys = KeyStore::new(&out.join(node_name(node)).join("keys"));
            keys.create()?;
            own.push(keys.make_signer(&organisation_name(&self.credit_code), Algorithm::Ed25519, random)?.public_key());
        }
        organisation(&self.credit_code, &self.name_zh, &self.name_en, number, Roles::ISSUER, own)
    }
}

/// The governor and the sample issuers with their keys; the issuers' department gets its vault.
pub(super) fn central(out: &Path, random: &mut Randomness) -> Result<Vec<Organisation>, Failure> {
    let department = Layout::new(&out.join(DEPARTMENT));
    let own = KeyStore::new(&department.keys());
    own.create()?;
    own.make_vault_keys(random)?;
    Vault::create_or_open(&department.vault(), own.wrapping_key()?)?;
    let now_s = i64::try_from(SystemClock.now().0 / 1000).unwrap_or(i64::MAX);
    Pki::create(&department, &own, demo::AUTHORITY_NAME, demo::AUTHORITY_YEARS, now_s, random)?;
    let governor = KeyStore::new(&out.join(GOVERNOR).join("keys"));
    governor.create()?;
    let mut all = vec![demo_organisation(&governor, &demo::GOVERNOR, 0, Roles::GOVERNOR, random)?];
    for (issuer, number) in demo::ISSUERS.iter().zip(1..) {
        let definer = issuer.credit_code == demo::DEFINER_CODE;
        let roles = if definer { Roles::ISSUER.with(Roles::DEFINER) } else { Roles::ISSUER };
        all.push(demo_organisation(&own, issuer, number, roles, random)?);
    }
    Ok(all)
}

/// The seal maker; its key is kept with the department's, for demonstrations.
pub(super) fn seal_maker(out: &Path, number: usize, random: &mut Randomness) -> Result<Organisation, Failure> {
    let own = KeyStore::new(&Layout::new(&out.join(DEPARTMENT)).keys());
    demo_organisation(&own, &demo::SEAL_MAKER, number, Roles::SEAL_MAKER, random)
}

fn demo_organisation(
    keys: &KeyStore,
    demo: &DemoOrganisation,
    number: usize,
    roles: Roles,
    random: &mut Randomness,
) -> Result<Organisation, Failure> {
    let keys = demo.make_keys(keys, roles, random)?;
    organisation(demo.credit_code, demo.name_zh, demo.name_en, number, roles, keys)
}

fn organisation(
    credit_code: &str,
    name_zh: &str,
    name_en: &str,
    number: usize,
    roles: Roles,
    keys: Vec<zhengku_crypto::sign::PublicKey>,
) -> Result<Organisation, Failure> {
    let made = || -> Result<Organisation, NodeError> {
        Ok(Organisation {
            number: organisation_number(number),
            credit_code: Text::new(credit_code)?,
            name_zh: Text::new(name_zh)?,
            name_en: Text::new(name_en)?,
            roles,
            keys: Bounded::new(keys)?,
            status: OrganisationStatus::Active,
        })
    };
    Ok(made()?)
}
