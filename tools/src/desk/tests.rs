//! The desk over a demo ledger in a temporary directory: real seals, real blocks, real verification.

mod succession;

use super::operators::{NewOperator, RoleName};
use super::{Desk, DeskPort, fonts};
use crate::access::Access;
use std::sync::Arc;
use zhengku_api::desk::port::*;
use zhengku_ledger::entry::{Roles, SealKind};
use zhengku_ledger::verdict::Verdict;
use zhengku_library::random::Randomness;
use zhengku_library::sample::{Sample, SampleKind, generate};
use zhengku_node::clock::{Clock, SystemClock};
use zhengku_node::demo;
use zhengku_node::keys::review_name;
use zhengku_node::layout::Layout;
use zhengku_node::seals::{Application, Seals};
use zhengku_store::StoreOptions;

const FOOD: &str = "食品经营许可证";
const HOLDER: &str = "91999999MA0TE0018W";

struct Office {
    _directory: tempfile::TempDir,
    desk: Arc<Desk>,
    runtime: tokio::runtime::Runtime,
}

fn operator(login: &str, role: Role) -> Operator {
    Operator { login: login.to_owned(), name: format!("{login} 某"), role }
}

impl Office {
    /// A desk whose issuers have seals.
    fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(&directory.path().join("node"));
        let node = demo::init(&layout, &StoreOptions::default(), Arc::new(SystemClock)).unwrap();
        let access = Access::Here(Box::new(node));
        let fonts = fonts().unwrap();
        let ring = access.ring();
        let seals =
            Seals { ledger: &access, keyring: &ring, keys: access.keys(), layout: &layout, now: SystemClock.now() };
        let ledger = access.directory();
        let owners = ledger.organisations().filter(|one| one.roles.include(Roles::ISSUER));
        let name = |name: &str| name.replace("(样例)", "");
        let applications: Vec<Application> = owners
            .map(|one| Application { owner: one.number, name: name(one.name_zh.as_str()), kind: SealKind::Licence })
            .collect();
        let mut random = Randomness::new();
        for number in seals.apply(&applications, &mut random).unwrap() {
            seals.make(number, &fonts, 5, &mut random).unwrap();
            seals.file(number, &mut random).unwrap();
        }
        let root = layout.root().to_owned();
        let lin = NewOperator { login: "lin", name: "林某", role: RoleName::Clerk, issuers: &[] };
        super::operators::add(&root, &lin, "an-invented-word").unwrap();
        let desk = Arc::new(Desk::open(access, layout, fonts).unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        Self { _directory: directory, desk, runtime }
    }

    fn keys(&self) -> &zhengku_node::keys::KeyStore {
        self.desk.access.keys()
    }

    fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }

    fn port(&self) -> DeskPort {
        DeskPort::new(Arc::clone(&self.desk))
    }

    fn food(&self) -> String {
        let types = self.wait(self.port().licence_types()).unwrap();
        types.into_iter().find(|one| one.name_zh == FOOD).unwrap().code
    }

    /// A draft of a food licence with everything in it.
    fn draft(&self, by: &Operator) -> Draft {
        let port = self.port();
        self.wait(async {
            let code = port.licence_types().await.unwrap();
            let code = code.into_iter().find(|one| one.name_zh == FOOD).unwrap().code;
            let prefill = port.prefill(by, &code, Some(HOLDER)).await.unwrap();
            let draft = port.create_draft(by, &code, prefill).await.unwrap();
            let mut values = draft.values.clone();
            for (key, value) in [
                ("operator_name", "示例市青禾餐饮管理有限公司"),
                ("legal_representative", "沈知远"),
                ("address", "示例市示范区和平路118号"),
                ("business_form", "餐饮服务经营者"),
                ("business_items", "热食类食品制售"),
            ] {
                values.insert(key.to_owned(), value.to_owned());
            }
            port.update_draft(by, &draft.id, draft.revision, values, None).await.unwrap()
        })
    }

    fn verdict(&self, id: &str, kind: FileKind) -> VerificationReport {
        let port = self.port();
        self.wait(async {
            let file = port.file(&reader(), id, kind).await.unwrap().unwrap();
            port.verify(FileToVerify { bytes: file.bytes, proof: None, is_drawn: true }).await.unwrap()
        })
    }

    fn ended(&self, id: &str) -> Batch {
        let port = self.port();
        self.wait(async {
            if let Some(mut progress) = port.progress(&reader(), id) {
                while progress.changed().await.is_ok() {}
            }
            port.batch(&reader(), id).await.unwrap().unwrap()
        })
    }
}

/// Whoever is bound to no issuer reads everything.
fn reader() -> Operator {
    operator("reader", Role::Viewer)
}

fn request(ids: Vec<String>, change: StatusChange) -> ChangeRequest {
    ChangeRequest {
        ids,
        change,
        ground: LegalGround::HolderRequest,
        document: "示市监许〔2026〕7号".to_owned(),
        until: None,
    }
}

#[test]
fn a_licence_goes_from_draft_to_its_end() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let draft = office.draft(&lin);
    assert!(draft.prefilled.contains_key("licence_number") && draft.values.contains_key("issuer_code"));
    assert_eq!(office.wait(port.check(&lin, &draft.id)).unwrap(), []);
    let preview = office.wait(port.preview(&draft.id)).unwrap();
    assert_eq!(preview.revision, draft.revision);
    assert!(preview.pages[0].width > 1_000 && preview.pages[0].png.starts_with(b"\x89PNG"));

    let stale = office.wait(port.sign(&lin, &draft.id, draft.revision - 1));
    assert!(matches!(stale, Err(DeskError::Conflict)));
    let issued = office.wait(port.sign(&lin, &draft.id, draft.revision)).unwrap();
    assert_eq!((issued.row.state, issued.steps.len(), issued.files.len()), (LicenceState::Valid, 3, 4));
    assert_eq!(issued.votes, (1, 1));
    assert!(office.wait(port.drafts()).unwrap().is_empty());

    for kind in [FileKind::Ofd, FileKind::Pdf] {
        let report = office.verdict(&issued.row.id, kind);
        let failed = report.checks.iter().find(|check| check.verdict == report.verdict).unwrap();
        assert_eq!((report.verdict, report.age.source), (Verdict::Valid, DataSource::Ledger), "{failed:?}");
    }
    let report = office.verdict(&issued.row.id, FileKind::Ofd);
    assert!(report.picture.is_some() && report.seal.unwrap().picture.is_some());
    assert!(report.face.iter().any(|field| field.value == "示例市青禾餐饮管理有限公司"));
    let mut altered = office.wait(port.file(&reader(), &issued.row.id, FileKind::Pdf)).unwrap().unwrap().bytes;
    altered.push(b'\n');
    let report = office.wait(port.verify(FileToVerify { bytes: altered, proof: None, is_drawn: true })).unwrap();
    assert_eq!(report.verdict, Verdict::Unverifiable);

    // By number, by the holder's number, and not by a part of one.
    for (number, count) in [(issued.row.number.as_str(), 1), (HOLDER, 1), ("9199", 0)] {
        let query = IssuedQuery { number: Some(number.to_owned()), limit: 10, ..IssuedQuery::default() };
        assert_eq!(office.wait(port.issued_list(&reader(), query)).unwrap().rows.len(), count, "{number}");
    }

    let asked = request(vec![issued.row.id.clone()], StatusChange::Cancel);
    let done = office.wait(port.change_status(&lin, asked.clone())).unwrap();
    assert!(matches!(done, ChangeOutcome::Done { changed: 1, height: Some(_), .. }), "{done:?}");
    let again = office.wait(port.change_status(&lin, asked)).unwrap();
    assert!(matches!(&again, ChangeOutcome::Done { changed: 0, not_changed, .. } if !not_changed[0].zh.is_empty()));
    assert_eq!(office.verdict(&issued.row.id, FileKind::Ofd).verdict, Verdict::Revoked);
    let ended = office.wait(port.issued(&reader(), &issued.row.id)).unwrap().unwrap();
    assert_eq!((ended.row.state, ended.changes.as_slice()), (LicenceState::Cancelled, &[StatusChange::Dispute][..]));
    let last = ended.history.last().unwrap();
    assert_eq!((last.zh.as_str(), last.by.as_str()), ("注销", "林某"));
    assert!(last.ground.contains("示市监许〔2026〕7号"));
}

#[test]
fn a_draft_with_faults_is_drawn_and_not_signed() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let draft = office.draft(&lin);
    let mut values = draft.values.clone();
    values.remove("address");
    values.insert("credit_code".to_owned(), "91999999MA0TE0018X".to_owned());
    let draft = office.wait(port.update_draft(&lin, &draft.id, draft.revision, values.clone(), None)).unwrap();
    let problems = office.wait(port.check(&lin, &draft.id)).unwrap();
    let keys: Vec<_> = problems.iter().filter_map(|problem| problem.key.as_deref()).collect();
    assert_eq!(keys, ["credit_code", "address"]);
    assert!(problems.iter().all(|problem| !problem.zh.contains("91999999") && !problem.zh.contains('“')));
    assert_eq!(office.wait(port.drafts()).unwrap()[0].problems, 2);
    assert!(!office.wait(port.preview(&draft.id)).unwrap().pages.is_empty());
    let refused = office.wait(port.sign(&lin, &draft.id, draft.revision));
    assert!(matches!(refused, Err(DeskError::Refused(problems)) if problems.len() == 2));

    // A character that no font has is told by its code point, and the rest is drawn.
    values.insert("address".to_owned(), "示例市\u{1FAE8}路1号".to_owned());
    values.insert("credit_code".to_owned(), HOLDER.to_owned());
    let draft = office.wait(port.update_draft(&lin, &draft.id, draft.revision, values, None)).unwrap();
    let problems = office.wait(port.check(&lin, &draft.id)).unwrap();
    assert_eq!(problems[0].key.as_deref(), Some("address"));
    assert!(problems[0].zh.starts_with("U+1FAE8"), "{problems:?}");
    assert!(!office.wait(port.preview(&draft.id)).unwrap().pages.is_empty());
    assert!(
        office
            .wait(port.issued_list(&reader(), IssuedQuery { limit: 5, ..IssuedQuery::default() }))
            .unwrap()
            .rows
            .is_empty()
    );
}

#[test]
fn a_batch_is_checked_minted_and_its_faults_come_back() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let code = office.food();
    let mut bytes = Vec::new();
    generate(&Sample::new(SampleKind::FoodOperation, 7, 20, true), &mut bytes).unwrap();
    let new = NewBatch { type_code: code.clone(), file_name: "登记簿.csv".to_owned(), bytes, is_sealed: false };
    let bad = NewBatch { bytes: b"a,b\n1,2\n".to_vec(), ..new.clone() };
    assert!(matches!(office.wait(port.create_batch(&lin, bad)), Err(DeskError::BadFile { .. })));

    let batch = office.wait(port.create_batch(&lin, new)).unwrap();
    let checked = office.ended(&batch.id);
    let found = checked.report.clone().unwrap();
    assert_eq!((checked.state, found.rows), (BatchState::Checked, found.good + found.known + found.refused));
    assert!(found.refused > 0 && found.good > 0 && found.columns.iter().any(|column| column.refused > 0));
    let refused = office.wait(port.refused_rows(&reader(), &batch.id, 0, 50)).unwrap();
    assert!(!refused.is_empty() && refused.iter().all(|row| row.row > 1 && !row.zh.is_empty()));
    assert_eq!(office.wait(port.refused_rows(&reader(), &batch.id, 1, 1)).unwrap()[0], refused[1]);

    office.wait(port.start_batch(&lin, &batch.id)).unwrap();
    let done = office.ended(&batch.id);
    assert_eq!((done.state, done.progress.done, done.progress.refused), (BatchState::Done, found.rows, found.refused));
    let csv = String::from_utf8(office.wait(port.refused_csv(&reader(), &batch.id)).unwrap()).unwrap();
    assert!(csv.starts_with('\u{feff}') && csv.lines().count() as u64 > found.refused);
    let page = office.wait(port.issued_list(&reader(), IssuedQuery { limit: 3, ..IssuedQuery::default() })).unwrap();
    assert_eq!((page.total, page.rows.len(), page.next.is_some()), (found.good, 3, true));
    assert!(matches!(office.wait(port.start_batch(&lin, &batch.id)), Err(DeskError::State { .. })));

    // What lies on the disk is sealed, and is there again after a restart.
    let papers = office.desk.layout.papers();
    for name in ["batches", "issued"] {
        for file in std::fs::read_dir(papers.join(name)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            assert!(!bytes.windows(6).any(|window| window == "示例".as_bytes()));
        }
    }
    assert_eq!(super::issued::load(&office.desk.issued).unwrap().len() as u64, found.good);
}

#[test]
fn the_rows_of_a_template_are_sealed_as_they_stand() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let code = office.food();
    let bytes = office.wait(port.register_template(&code)).unwrap();
    let new = NewBatch { type_code: code, file_name: "模板.csv".to_owned(), bytes, is_sealed: true };
    let batch = office.wait(port.create_batch(&lin, new)).unwrap();
    let report = office.ended(&batch.id).report.unwrap();
    assert_eq!((report.rows, report.good), (5, 5));
    office.wait(port.start_batch(&lin, &batch.id)).unwrap();
    assert_eq!(office.ended(&batch.id).state, BatchState::Done);
    let page = office.wait(port.issued_list(&reader(), IssuedQuery { limit: 1, ..IssuedQuery::default() })).unwrap();
    assert_eq!(page.total, 5);
    assert_eq!(office.verdict(&page.rows[0].id, FileKind::Ofd).verdict, Verdict::Valid);
}

#[test]
fn an_operator_signs_for_the_issuers_that_he_is_bound_to() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let all = office.wait(port.issuers(&lin, &office.food())).unwrap();
    assert_eq!((all.key.as_deref(), all.follows.as_deref()), (Some("issuer_name"), Some("issuer_code")));
    let [first, second, ..] = &all.choices[..] else { panic!("{all:?}") };

    let bo = operator("bo", Role::Clerk);
    let code = |name: &str| {
        let directory = office.desk.access.directory();
        directory.organisations().find(|one| one.name_zh.as_str() == name).unwrap().credit_code.to_string()
    };
    let codes = [code(&second.zh)];
    let new = NewOperator { login: "bo", name: "薄某", role: RoleName::Clerk, issuers: &codes };
    super::operators::add(office.desk.layout.root(), &new, "an-invented-word").unwrap();
    office.desk.look();
    assert_eq!(office.wait(port.issuers(&bo, &office.food())).unwrap().choices, std::slice::from_ref(second));

    // The default is his issuer, the name follows from the code, and nobody else's key is used.
    let draft = office.draft(&bo);
    assert_eq!((&draft.values["issuer_code"], &draft.values["issuer_name"]), (&codes[0], &second.zh));
    let mut values = draft.values.clone();
    values.insert("issuer_name".to_owned(), first.value.clone());
    let foreign = office.wait(port.update_draft(&lin, &draft.id, draft.revision, values.clone(), None)).unwrap();
    assert_eq!(foreign.values["issuer_code"], code(&first.zh));
    let problems = office.wait(port.check(&bo, &draft.id)).unwrap();
    assert_eq!(problems.iter().filter_map(|problem| problem.key.as_deref()).collect::<Vec<_>>(), ["issuer_name"]);
    assert!(office.wait(port.check(&lin, &draft.id)).unwrap().is_empty(), "nobody else is bound");
    let refused = office.wait(port.sign(&bo, &draft.id, foreign.revision));
    assert!(matches!(refused, Err(DeskError::Refused(_))), "{refused:?}");
    let issued = office.wait(port.sign(&lin, &draft.id, foreign.revision)).unwrap();
    assert_eq!(office.verdict(&issued.row.id, FileKind::Ofd).verdict, Verdict::Valid);

    // Nor does he change what another issuer has issued.
    let asked = request(vec![issued.row.id.clone()], StatusChange::Suspend);
    let done = office.wait(port.change_status(&bo, asked)).unwrap();
    assert!(
        matches!(&done, ChangeOutcome::Done { changed: 0, not_changed, .. } if not_changed[0].en.contains("issuer"))
    );
    assert_eq!(office.wait(port.issued(&reader(), &issued.row.id)).unwrap().unwrap().row.state, LicenceState::Valid);

    // Nor does he read it.
    assert!(office.wait(port.issued(&bo, &issued.row.id)).unwrap().is_none());
    assert!(office.wait(port.file(&bo, &issued.row.id, FileKind::Ofd)).unwrap().is_none());
    let sought = || IssuedQuery { number: Some(issued.row.number.clone()), limit: 10, ..IssuedQuery::default() };
    assert!(office.wait(port.issued_list(&bo, sought())).unwrap().rows.is_empty());
    assert_eq!(office.wait(port.issued_list(&lin, sought())).unwrap().rows.len(), 1);

    // A register with rows of another issuer than his: they are refused.
    let cheng = operator("cheng", Role::Clerk);
    let codes = [code(&first.zh)];
    let new = NewOperator { login: "cheng", name: "程某", role: RoleName::Clerk, issuers: &codes };
    super::operators::add(office.desk.layout.root(), &new, "an-invented-word").unwrap();
    office.desk.look();
    let mut bytes = Vec::new();
    generate(&Sample::new(SampleKind::FoodOperation, 9, 12, false), &mut bytes).unwrap();
    let new = NewBatch { type_code: office.food(), file_name: "a.csv".to_owned(), bytes, is_sealed: false };
    let batch = office.wait(port.create_batch(&cheng, new)).unwrap();
    let report = office.ended(&batch.id).report.unwrap();
    assert_eq!((report.good, report.refused), (0, 12), "the sample's food licences are the second issuer's");
    assert!(office.wait(port.batches(&bo)).unwrap().is_empty(), "another issuer's register");
    assert!(matches!(office.wait(port.refused_csv(&bo, &batch.id)), Err(DeskError::NotFound)));
    assert!(matches!(office.wait(port.start_batch(&bo, &batch.id)), Err(DeskError::NotFound)));
    assert!(port.progress(&bo, &batch.id).is_none());
    assert_eq!(office.wait(port.batches(&cheng)).unwrap().len(), 1);
}

#[test]
fn a_large_change_takes_a_second_operator() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let zhao = operator("zhao", Role::Reviewer);
    let port = office.port();
    let mut bytes = Vec::new();
    generate(&Sample::new(SampleKind::FoodOperation, 8, 150, false), &mut bytes).unwrap();
    let new = NewBatch { type_code: office.food(), file_name: "a.csv".to_owned(), bytes, is_sealed: false };
    let batch = office.wait(port.create_batch(&lin, new)).unwrap();
    office.ended(&batch.id);
    office.wait(port.start_batch(&lin, &batch.id)).unwrap();
    office.ended(&batch.id);
    let query = IssuedQuery { limit: 150, state: Some(LicenceState::Valid), ..IssuedQuery::default() };
    let rows = office.wait(port.issued_list(&reader(), query)).unwrap().rows;
    let ids: Vec<String> = rows.into_iter().map(|row| row.id).collect();
    let limit = usize::try_from(port.desk().mass_limit).unwrap();
    assert!(ids.len() > 101 && limit < 101);

    let few = ids[..=limit].to_vec();
    let waits = office.wait(port.change_status(&lin, request(few, StatusChange::Dispute))).unwrap();
    let ChangeOutcome::Waits(id) = waits else { panic!("{waits:?}") };
    let approval = office.wait(port.approvals(&lin)).unwrap().remove(0);
    assert_eq!((approval.count, approval.sample.len(), approval.asked_by.as_str()), (limit as u64 + 1, 20, "lin"));
    assert!(matches!(office.wait(port.approve(&lin, &id)), Err(DeskError::SecondOperator)));
    only_its_issuers_operators_decide(&office, &id);
    let done = office.wait(port.approve(&zhao, &id)).unwrap();
    assert!(matches!(done, ChangeOutcome::Done { changed, .. } if changed == limit as u64 + 1), "{done:?}");
    assert!(office.wait(port.approvals(&lin)).unwrap().is_empty());

    // More than the ledger's own limit takes a second key: without it nothing is changed, and the remedy is named.
    let review = office.keys().path(&review_name("11999999TE5T00016J"));
    let set_aside = review.with_extension("away");
    std::fs::rename(&review, &set_aside).unwrap();
    let many = ids[..101].to_vec();
    let waits = office.wait(port.change_status(&lin, request(many, StatusChange::Suspend))).unwrap();
    let ChangeOutcome::Waits(id) = waits else { panic!("{waits:?}") };
    let refused = office.wait(port.approve(&zhao, &id));
    if let Err(DeskError::State { en, .. }) = &refused {
        assert!(en.contains("zhengku key new"), "{en}");
        assert_eq!(office.wait(port.issued(&reader(), &ids[0])).unwrap().unwrap().row.state, LicenceState::Valid);
        office.wait(port.refuse(&zhao, &id, " 无第二把密钥 ")).unwrap();
    } else {
        panic!("{refused:?}");
    }
    // The reason stays for who asked, until he has read it.
    let refused = office.wait(port.approvals(&lin)).unwrap().remove(0).refused.unwrap();
    assert_eq!((refused.reason.as_str(), refused.by_name.as_str()), ("无第二把密钥", "zhao 某"));
    assert!(matches!(office.wait(port.approve(&zhao, &id)), Err(DeskError::State { .. })));
    assert!(matches!(office.wait(port.refuse(&zhao, &id, "again")), Err(DeskError::State { .. })));
    office.wait(port.refuse(&lin, &id, "")).unwrap();
    // With the second key back the same request is done.
    std::fs::rename(&set_aside, &review).unwrap();
    let waits = office.wait(port.change_status(&lin, request(ids[..101].to_vec(), StatusChange::Suspend))).unwrap();
    let ChangeOutcome::Waits(id) = waits else { panic!("{waits:?}") };
    let done = office.wait(port.approve(&zhao, &id)).unwrap();
    assert!(matches!(done, ChangeOutcome::Done { changed: 101, .. }), "{done:?}");
    assert!(office.wait(port.approvals(&lin)).unwrap().is_empty());
}

/// An action on licences of one issuer is shown to those who act for it, and to nobody who is bound to others.
fn only_its_issuers_operators_decide(office: &Office, id: &str) {
    let port = office.port();
    let own = "11999999TE5T00016J".to_owned();
    let directory = office.desk.access.directory();
    let other = directory.organisations().map(|one| one.credit_code.to_string());
    let other = other.filter(|code| *code != own).last().unwrap();
    for (login, issuers, is_shown) in
        [("bound", vec![own.clone()], true), ("both", vec![own, other.clone()], true), ("foreign", vec![other], false)]
    {
        let new = NewOperator { login, name: "某", role: RoleName::Reviewer, issuers: &issuers };
        super::operators::add(office.desk.layout.root(), &new, "an-invented-word").unwrap();
        office.desk.look();
        let by = operator(login, Role::Reviewer);
        let shown = office.wait(port.approvals(&by)).unwrap();
        assert_eq!(shown.iter().any(|one| one.id == id), is_shown, "{login}");
        if !is_shown {
            assert!(matches!(office.wait(port.approve(&by, id)), Err(DeskError::NotFound)));
            assert!(matches!(office.wait(port.refuse(&by, id, "no")), Err(DeskError::NotFound)));
        }
    }
    let shown = office.wait(port.approvals(&operator("zhao", Role::Reviewer))).unwrap();
    assert!(shown[0].refused.is_none(), "whom it does not concern has refused nothing");
}

#[test]
fn catalogue_and_seals_are_shown() {
    let office = Office::open();
    let port = office.port();
    let types = office.wait(port.licence_types()).unwrap();
    let food = types.iter().find(|one| one.name_zh == FOOD).unwrap();
    assert_eq!((food.initials.as_str(), food.version, food.may_issue), ("spjyxkz", 1, true));
    assert!(types.len() >= 27);
    let shown = office.wait(port.licence_type(&food.code, None)).unwrap().unwrap();
    let groups: Vec<FieldGroup> = shown.fields.iter().map(|field| field.group).collect();
    assert!([FieldGroup::Holder, FieldGroup::Face, FieldGroup::Licence].iter().all(|group| groups.contains(group)));
    assert!(shown.fields.iter().all(|field| field.key != "status"));
    assert!(office.wait(port.licence_type(&food.code, Some(2))).unwrap().is_none());
    assert_eq!(office.wait(port.type_versions(&food.code)).unwrap().len(), 1);
    let seals = office.wait(port.seals()).unwrap();
    let seal = office.wait(port.seal(&seals[0].id)).unwrap().unwrap();
    assert!(seal.filed.is_some() && seal.row.status == SealStatus::Filed && seal.digest.len() == 64);
    let png = office.wait(port.seal_picture(&seals[0].id, PictureFormat::Png)).unwrap().unwrap();
    let svg = office.wait(port.seal_picture(&seals[0].id, PictureFormat::Svg)).unwrap().unwrap();
    assert!(png.starts_with(b"\x89PNG") && svg.starts_with(b"<svg"));
    assert!(matches!(port.desk().key, KeyState::Ready { days_left } if days_left > 1_000));
    let hostile = office
        .wait(port.verify(FileToVerify { bytes: b"%PDF-1.7 nothing".to_vec(), proof: None, is_drawn: true }))
        .unwrap();
    assert_eq!((hostile.verdict, hostile.age.source), (Verdict::Unverifiable, DataSource::Nothing));
    assert_eq!(port.operator("lin").unwrap().operator.name, "林某");
    assert!(port.operator("nobody").is_none());
}

#[test]
fn names_are_masked_and_operators_are_kept() {
    let masked = ["", "张", "张明", "张小明", "欧阳小明", "示例市青禾餐饮管理有限公司"].map(super::masked);
    assert_eq!(masked[..5], ["", "*", "张*", "张*明", "欧**明"]);
    assert_eq!(masked[5], "示例*********公司");
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    use super::operators::{add, list, remove, set_password};
    let new = |login, issuers| NewOperator { login, name: "吴某", role: RoleName::Viewer, issuers };
    let bound = ["11999999TE5T00016J".to_owned()];
    add(root, &new("wu", &bound), "an-invented-word").unwrap();
    assert!(add(root, &new("wu", &[]), "an-invented-word").is_err());
    assert!(add(root, &new("a b", &[]), "an-invented-word").is_err());
    assert!(add(root, &new("short", &[]), "短").is_err());
    assert!(add(root, &new("bound", &["1199999".to_owned()]), "an-invented-word").is_err());
    let known = super::operators::Operators::open(root).unwrap();
    assert_eq!((known.issuers("wu"), known.issuers("nobody")), (bound.to_vec(), Vec::new()));
    let first = known.find("wu").unwrap().password_hash;
    assert!(first.starts_with("$argon2id$") && !first.contains("invented"));
    set_password(root, "wu", "another-invented-word").unwrap();
    known.refresh().unwrap();
    assert_ne!(known.find("wu").unwrap().password_hash, first);
    assert_eq!(list(root).unwrap().len(), 1);
    remove(root, "wu").unwrap();
    known.refresh().unwrap();
    assert!(known.find("wu").is_none() && remove(root, "wu").is_err());
}
