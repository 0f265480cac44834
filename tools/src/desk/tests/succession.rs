//! 变更, 延续, 换发 at the desk, over a real ledger with real seals.

use super::super::draft::DraftPaper;
use super::super::issued;
use super::*;

const ADDRESS: &str = "示例市示范区新街9号";

fn reason(document: &str) -> Option<Reason> {
    Some(Reason { ground: Some(LegalGround::Decision), document: document.to_owned() })
}

impl Office {
    /// A licence that was signed here.
    fn signed(&self, by: &Operator) -> Issued {
        let draft = self.draft(by);
        self.wait(self.port().sign(by, &draft.id, draft.revision)).unwrap()
    }

    fn succeed(&self, by: &Operator, id: &str, kind: SuccessionKind) -> Draft {
        self.wait(self.port().succeed(by, id, kind)).unwrap()
    }

    /// The draft with these values, and a reason.
    fn filled(&self, by: &Operator, draft: &Draft, values: &[(&str, &str)]) -> Draft {
        let mut all = draft.values.clone();
        all.extend(values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        let reason = reason("示市监许〔2026〕9号");
        self.wait(self.port().update_draft(by, &draft.id, draft.revision, all, reason)).unwrap()
    }

    /// The keys of what keeps a draft from being signed; "-" for the draft as a whole.
    fn wrong(&self, by: &Operator, draft: &Draft) -> Vec<String> {
        let problems = self.wait(self.port().check(by, &draft.id)).unwrap();
        let blocking = problems.into_iter().filter(|problem| problem.severity == Severity::Blocks);
        blocking.map(|problem| problem.key.unwrap_or_else(|| "-".to_owned())).collect()
    }

    fn sign(&self, by: &Operator, draft: &Draft) -> Result<Issued, DeskError> {
        self.wait(self.port().sign(by, &draft.id, draft.revision))
    }

    fn bytes(&self, id: &str, kind: FileKind) -> Vec<u8> {
        self.wait(self.port().file(&reader(), id, kind)).unwrap().unwrap().bytes
    }

    fn judged(&self, bytes: Vec<u8>) -> Verdict {
        let file = FileToVerify { bytes, proof: None, is_drawn: false };
        self.wait(self.port().verify(file)).unwrap().verdict
    }

    fn rows(&self) -> Vec<IssuedRow> {
        let query = IssuedQuery { limit: 50, ..IssuedQuery::default() };
        self.wait(self.port().issued_list(&reader(), query)).unwrap().rows
    }

    fn log_size(&self) -> u64 {
        self.desk.access.standing().unwrap().log_size
    }
}

#[test]
fn an_amendment_keeps_number_and_row_and_supersedes_the_files() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let first = office.signed(&lin);
    let other = office.signed(&lin);
    let all = [SuccessionKind::Amend, SuccessionKind::Renew, SuccessionKind::Reissue];
    assert_eq!((first.row.version, first.successions.as_slice()), (1, &all[..]));
    let (old_ofd, old_pdf) = (office.bytes(&first.row.id, FileKind::Ofd), office.bytes(&first.row.id, FileKind::Pdf));

    let draft = office.succeed(&lin, &first.row.id, SuccessionKind::Amend);
    let succession = draft.succession.clone().unwrap();
    assert_eq!((&succession.former.id, &succession.former.number), (&first.row.id, &first.row.number));
    assert_eq!((draft.values["operator_name"].as_str(), succession.version), ("示例市青禾餐饮管理有限公司", 1));
    let sources = ["address", "issued_on", "issuer_name"].map(|key| draft.prefilled[key]);
    assert_eq!(sources, [PrefillSource::FormerLicence, PrefillSource::Calendar, PrefillSource::Issuer]);
    assert!(["licence_number", "issuer_name", "issuer_code"].iter().all(|key| draft.fixed.contains(*key)));
    assert_eq!(office.succeed(&lin, &first.row.id, SuccessionKind::Amend).id, draft.id, "the one that was begun");
    assert_eq!(office.wrong(&lin, &draft), [GROUND_KEY, DOCUMENT_KEY]);
    let drafts = office.wait(office.port().drafts()).unwrap();
    assert_eq!((drafts.len(), drafts[0].problems, drafts[0].succession), (1, 2, Some(SuccessionKind::Amend)));
    assert!(matches!(office.sign(&lin, &draft), Err(DeskError::Refused(problems)) if problems.len() == 2));

    // Number and issuer stay, whatever a form says; a form that changes nothing is told so.
    let draft = office.filled(&lin, &draft, &[("licence_number", "JY19999990000001"), ("issuer_name", "某局")]);
    assert_eq!(draft.values["licence_number"], first.row.number);
    assert_eq!(office.wrong(&lin, &draft), ["-"]);
    assert!(matches!(office.sign(&lin, &draft), Err(DeskError::Refused(_))));
    let shortened = office.filled(&lin, &draft, &[("address", ADDRESS), ("valid_to", "2027-01-01")]);
    assert_eq!(office.wrong(&lin, &shortened), ["valid_to"]);
    let draft = office.filled(&lin, &shortened, &[("valid_to", &draft.values["valid_to"])]);
    assert_eq!(office.wait(office.port().check(&lin, &draft.id)).unwrap(), []);
    assert!(office.wait(office.port().preview(&draft.id)).unwrap().pages[0].png.starts_with(b"\x89PNG"));

    let paper: DraftPaper = office.desk.drafts.get(&draft.id).unwrap().unwrap();
    let amended = office.sign(&lin, &draft).unwrap();
    assert_eq!((&amended.row.id, &amended.row.number), (&first.row.id, &first.row.number));
    assert_eq!((amended.row.version, amended.row.state, amended.steps.len()), (2, LicenceState::Valid, 3));
    assert!(amended.identifier.contains(".002."), "{}", amended.identifier);
    let last = amended.history.last().unwrap();
    assert_eq!((last.zh.as_str(), last.by.as_str()), ("变更", "林某"));
    assert!(last.ground.starts_with("行政决定") && last.ground.contains("示市监许〔2026〕9号"), "{}", last.ground);
    assert_eq!(amended.history[0].by, first.history[0].by, "who issued it stays");
    for kind in [FileKind::Ofd, FileKind::Pdf] {
        assert_eq!(office.verdict(&first.row.id, kind).verdict, Verdict::Valid);
    }
    assert_eq!([old_ofd, old_pdf].map(|bytes| office.judged(bytes)), [Verdict::Superseded; 2]);
    let former = office.wait(office.port().file(&reader(), &first.row.id, FileKind::FormerProof)).unwrap().unwrap();
    assert!(former.name.contains(".001.") && former.name.ends_with(".proof"), "{}", former.name);
    assert!(amended.files.iter().any(|(kind, name)| *kind == FileKind::FormerProof && *name == former.name));
    assert!(!first.files.iter().any(|(kind, _)| *kind == FileKind::FormerProof));

    // The list has one row for the number, as the newest; so has what lies on the disk.
    let rows: Vec<(String, u16)> = office.rows().into_iter().map(|row| (row.id, row.version)).collect();
    assert_eq!(rows, [(first.row.id.clone(), 2), (other.row.id, 1)]);
    assert_eq!(issued::load(&office.desk.issued).unwrap().len(), 2);

    // The answer was lost, and the draft is signed again: nothing is recorded twice.
    let size = office.log_size();
    office.desk.drafts.put(&draft.id, &paper, &mut Randomness::new()).unwrap();
    let warned = office.wait(office.port().check(&lin, &draft.id)).unwrap();
    assert_eq!((warned.len(), warned[0].severity), (1, Severity::Warns));
    let again = office.sign(&lin, &draft).unwrap();
    assert_eq!((&again.row.id, again.row.version, office.log_size()), (&first.row.id, 2, size));
    assert_eq!(issued::load(&office.desk.issued).unwrap().len(), 2);
    // With other words it is not what was recorded, and the state it was begun from is gone.
    let mut other = paper;
    other.values.insert("address".to_owned(), "示例市示范区别处1号".to_owned());
    office.desk.drafts.put(&draft.id, &other, &mut Randomness::new()).unwrap();
    assert!(office.sign(&lin, &draft).is_err());
    assert_eq!(office.log_size(), size);
}

#[test]
fn a_renewal_ends_later_and_says_which_field_does_not() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let first = office.signed(&lin);
    let draft = office.succeed(&lin, &first.row.id, SuccessionKind::Renew);
    let (old, proposed) = (first.row.valid_to.unwrap().to_text(), draft.values["valid_to"].clone());
    assert_eq!(proposed[4..], old[4..]);
    assert_eq!(proposed[..4].parse::<i32>().unwrap(), old[..4].parse::<i32>().unwrap() + 5);
    let same = office.filled(&lin, &draft, &[("valid_to", &old)]);
    assert_eq!(office.wrong(&lin, &same), ["valid_to"]);
    assert!(
        matches!(office.sign(&lin, &same), Err(DeskError::Refused(found)) if found[0].key.as_deref() == Some("valid_to"))
    );
    let late = office.filled(&lin, &same, &[("valid_to", &proposed), ("valid_from", "2030-01-01")]);
    assert_eq!(office.wrong(&lin, &late), ["valid_from"]);
    let draft = office.filled(&lin, &late, &[("valid_from", &draft.values["valid_from"])]);
    let renewed = office.sign(&lin, &draft).unwrap();
    assert_eq!((renewed.row.version, renewed.row.valid_to.unwrap().to_text()), (2, proposed));
    assert_eq!(renewed.history.last().unwrap().zh, "延续");
    assert_eq!(office.verdict(&first.row.id, FileKind::Ofd).verdict, Verdict::Valid);
}

#[test]
fn a_reissue_has_a_new_number_and_both_are_linked() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let first = office.signed(&lin);
    let old = office.bytes(&first.row.id, FileKind::Ofd);
    let draft = office.succeed(&lin, &first.row.id, SuccessionKind::Reissue);
    let number = draft.values["licence_number"].clone();
    assert_eq!((draft.prefilled["licence_number"], number == first.row.number), (PrefillSource::NextNumber, false));
    let taken = office.filled(&lin, &draft, &[("licence_number", &first.row.number)]);
    assert_eq!(office.wrong(&lin, &taken), ["licence_number"]);
    let draft = office.filled(&lin, &taken, &[("licence_number", &number)]);
    let paper: DraftPaper = office.desk.drafts.get(&draft.id).unwrap().unwrap();
    let new = office.sign(&lin, &draft).unwrap();
    assert_eq!((&new.row.number, new.row.version, new.row.state), (&number, 1, LicenceState::Valid));
    assert_eq!(new.replaces, Some(Related { id: first.row.id.clone(), number: first.row.number.clone() }));
    assert_eq!((new.history[0].zh.as_str(), new.history[0].by.as_str()), ("换发", "林某"));
    let former = office.wait(office.port().issued(&reader(), &first.row.id)).unwrap().unwrap();
    assert_eq!((former.row.state, former.successions.len()), (LicenceState::Superseded, 0));
    assert_eq!(former.replaced_by, Some(Related { id: new.row.id.clone(), number }));
    assert!(former.history.last().unwrap().ground.contains("示市监许〔2026〕9号"));
    assert_eq!(office.judged(old), Verdict::Superseded);
    assert_eq!(office.verdict(&new.row.id, FileKind::Pdf).verdict, Verdict::Valid);
    let refused = office.wait(office.port().succeed(&lin, &first.row.id, SuccessionKind::Amend));
    assert!(matches!(refused, Err(DeskError::State { zh, .. }) if zh.contains("换发")));

    let size = office.log_size();
    office.desk.drafts.put(&draft.id, &paper, &mut Randomness::new()).unwrap();
    assert_eq!(office.sign(&lin, &draft).unwrap().row.id, new.row.id);
    assert_eq!((office.log_size(), office.rows().len()), (size, 2));
}

#[test]
fn a_draft_whose_licence_changed_meanwhile_is_refused_kindly() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let first = office.signed(&lin);
    let draft = office.succeed(&lin, &first.row.id, SuccessionKind::Amend);
    let draft = office.filled(&lin, &draft, &[("address", ADDRESS)]);
    office.wait(port.change_status(&lin, request(vec![first.row.id.clone()], StatusChange::Suspend))).unwrap();
    assert_eq!(office.wrong(&lin, &draft), ["-"]);
    let size = office.log_size();
    assert!(matches!(office.sign(&lin, &draft), Err(DeskError::State { zh, .. }) if zh.contains("已有变动")));
    assert_eq!(office.log_size(), size);

    // A suspended licence can be amended, in a draft that was begun since; it stays suspended.
    let anew = office.succeed(&lin, &first.row.id, SuccessionKind::Amend);
    assert_ne!(anew.id, draft.id);
    let anew = office.filled(&lin, &anew, &[("address", ADDRESS)]);
    assert_eq!(office.sign(&lin, &anew).unwrap().row.state, LicenceState::Suspended);
    office.wait(port.change_status(&lin, request(vec![first.row.id.clone()], StatusChange::Cancel))).unwrap();
    let ended = office.wait(port.issued(&reader(), &first.row.id)).unwrap().unwrap();
    assert!(ended.successions.is_empty());
    for kind in [SuccessionKind::Amend, SuccessionKind::Renew, SuccessionKind::Reissue] {
        let refused = office.wait(port.succeed(&lin, &first.row.id, kind));
        assert!(matches!(refused, Err(DeskError::State { .. })), "{refused:?}");
    }
}

#[test]
fn an_operator_succeeds_licences_of_his_issuers_only() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let first = office.signed(&lin);
    let all = office.wait(port.issuers(&lin, &office.food())).unwrap().choices;
    let second = {
        let directory = office.desk.access.directory();
        directory.organisations().find(|one| one.name_zh.as_str() == all[1].zh).unwrap().credit_code.to_string()
    };
    let new = NewOperator { login: "bo", name: "薄某", role: RoleName::Clerk, issuers: &[second] };
    super::super::operators::add(office.desk.layout.root(), &new, "an-invented-word").unwrap();
    office.desk.look();
    let bo = operator("bo", Role::Clerk);
    let refused = office.wait(port.succeed(&bo, &first.row.id, SuccessionKind::Amend));
    assert!(matches!(refused, Err(DeskError::NotFound)), "{refused:?}");
    // Nor does he sign what a colleague has drafted.
    let draft = office.succeed(&lin, &first.row.id, SuccessionKind::Amend);
    let draft = office.filled(&lin, &draft, &[("address", ADDRESS)]);
    let size = office.log_size();
    assert!(matches!(office.sign(&bo, &draft), Err(DeskError::Refused(_))));
    assert_eq!(office.log_size(), size);
}

#[test]
fn both_parts_of_a_twin_are_amended_together() {
    let (office, lin) = (Office::open(), operator("lin", Role::Clerk));
    let port = office.port();
    let types = office.wait(port.licence_types()).unwrap();
    let code = types.into_iter().find(|one| one.name_zh == "出生医学证明").unwrap().code;
    let bytes = office.wait(port.register_template(&code)).unwrap();
    let new = NewBatch { type_code: code, file_name: "模板.csv".to_owned(), bytes, is_sealed: true };
    let batch = office.wait(port.create_batch(&lin, new)).unwrap();
    office.ended(&batch.id);
    office.wait(port.start_batch(&lin, &batch.id)).unwrap();
    assert_eq!(office.ended(&batch.id).state, BatchState::Done);
    let counterfoil = office.rows().into_iter().find(|row| row.type_zh.contains("副联")).unwrap();
    let draft = office.succeed(&lin, &counterfoil.id, SuccessionKind::Amend);
    let draft = office.filled(&lin, &draft, &[("newborn_name", "欧阳样例")]);
    let _ = office.sign(&lin, &draft).unwrap();
    let parts: Vec<IssuedRow> = office.rows().into_iter().filter(|row| row.number == counterfoil.number).collect();
    assert_eq!(parts.iter().map(|row| row.version).collect::<Vec<_>>(), [2, 2]);
    for part in parts {
        assert_eq!(office.verdict(&part.id, FileKind::Ofd).verdict, Verdict::Valid);
    }
}
