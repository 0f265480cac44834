//! Texts of the desks and of what everybody may see there, in both languages side by side.

use crate::page::language::Language;

words! {
    verify: "公开核验", "Verify";
    catalogue: "证照目录", "Catalogue";
    seals: "印章备案", "Seals";
    queue: "待签发", "To sign";
    issued_list: "已签发", "Issued";
    batches: "批量台", "Batches";
    approvals_waiting: "待复核", "To approve";
    elder_on: "长者模式", "Larger type";
    elder_off: "退出长者模式", "Normal type";
    desk_tagline: "制证台", "Issuer desk";
    desk_footer: "这里的证照资料只在本机关服务器内处理；账本上只有摘要与密钥化假名。", "Licence data stays on this department's server; the ledger holds only digests and keyed pseudonyms.";
    leave: "退出登录", "Sign out";
    enter: "登录", "Sign in";
    role_viewer: "查看", "viewer";
    role_clerk: "经办", "clerk";
    role_reviewer: "复核", "reviewer";

    login_lead: "制证台供本机关工作人员使用。公开核验、证照目录和印章备案无需登录。", "The desk is for the department's staff. Verification, catalogue and seal register need no account.";
    login_name: "登录名", "Login name";
    password: "口令", "Password";
    too_many_logins: "尝试太频繁，请稍等几秒再登录。", "Too many attempts; wait some seconds and try again.";
    without_account: "无需登录也可以", "Without an account you can";

    missing_page_advice_desk: "地址可能已变更或输入有误。请从首页开始。", "The address may have changed or been mistyped. Start at the first page.";
    wrong_method: "这个地址不接受这种请求", "This address does not take such a request";
    session_ended: "登录已过期", "Your session has ended";
    session_ended_advice: "刚才的内容没有提交。请在新标签页重新登录，然后回到原页面再提交一次，填写的内容仍在。", "Nothing was sent. Sign in again in another tab, go back to the page and send again: what you typed is still there.";
    not_your_role: "您的角色不能做这件事", "Your role does not allow this";
    not_your_role_advice: "查看人员只能查看；复核须由复核人员办理。如需调整角色，请联系本机关管理员。", "Viewers only look; approvals take a reviewer. Ask the department's administrator to change a role.";
    foreign_origin: "请求来自其他网站", "The request comes from another site";
    foreign_origin_advice: "为防止冒用您的登录，只接受从本制证台页面发出的操作。请从首页重新进入。", "Only pages of this desk may act in your name. Start again at the first page.";
    too_many: "请求太多", "Too many requests";
    too_many_advice: "请等几秒钟再试。", "Wait some seconds and try again.";
    too_large: "文件太大", "The file is too large";
    too_slow: "上传没有完成", "The upload did not finish";
    too_slow_advice: "请检查网络后再试一次。", "Check the connection and try again.";
    bad_form: "表单不完整", "The form is not complete";
    bad_form_advice: "请回到上一页，刷新后重新填写提交。", "Go back, load the page again and send it again.";
    not_now: "现在不能这样做", "Not possible now";
    bad_file: "文件不符合要求", "The file is not what it should be";
    fields_refused: "有几项需要修改", "Some fields need a change";
    fields_refused_advice: "请按下面的提示逐项修改，再签发。", "Mend the fields named below, then sign.";
    not_there: "没有找到", "Not found";
    not_there_advice: "它可能已签发、撤回，或链接有误。请从列表进入。", "It may have been signed or withdrawn, or the link is wrong. Start from the list.";
    changed_meanwhile: "同事刚刚改过", "A colleague has just changed it";
    changed_meanwhile_advice: "下面是最新的内容。请核对后再修改或签发。", "Below is what it says now. Look at it before you change or sign it.";
    second_operator: "须由另一位同事复核", "Another colleague must approve this";
    second_operator_advice: "提出的人不能自己批准。请另一位复核人员登录办理。", "Whoever asked for it cannot approve it. Another reviewer has to sign in.";
    key_locked: "签章密钥未解锁", "The seal's key is locked";
    key_locked_advice: "请管理员在服务器上解锁密钥，然后再签发；草稿已保存。", "The administrator has to unlock the key at the server; the draft is saved.";
    certificate_ended: "印章证书已到期或被吊销", "The seal's certificate has ended or is revoked";
    certificate_ended_advice: "请更新证书并重新备案印章，然后再签发；草稿已保存。", "Renew the certificate and file the seal again; the draft is saved.";
    node_away: "账本节点连不上", "The ledger's node cannot be reached";
    node_away_advice: "还没有确认上链。请稍后再按一次签发：同一份草稿不会签发两次。", "It is not confirmed on the ledger. Sign again later: one draft is never issued twice.";
    not_offered: "本服务器不提供此项功能", "This server does not offer this";
    not_offered_advice: "请打开提供核验与目录的服务器，或发证机关的制证台。", "Open a server that offers verification and the catalogue, or the desk of the issuing department.";
    busy: "现在太忙", "Busy now";
    busy_advice: "请等几秒钟再试一次。", "Wait some seconds and try again.";
    desk_trouble: "没有办成", "It did not work";
    desk_trouble_advice: "问题在服务器一侧，已记入日志。请稍后再试，或联系管理员。", "The fault is on the server's side and has been logged. Try again later, or tell the administrator.";

    queue_lead: "草稿核对无误后盖章签发。用 ↑ ↓ 选择，回车打开。", "Check a draft, then seal and sign it. ↑ ↓ choose, Enter opens.";
    new_licence: "新建证照", "New licence";
    no_drafts: "今日待签发 0", "Nothing waits to be signed";
    no_drafts_advice: "新建一份证照，或在批量台上传名册。", "Begin a new licence, or upload a register at the batch desk.";
    last_signed: "最近签发", "Signed last";
    desk_licence_type: "证照类型", "Licence type";
    holder: "持证主体", "Holder";
    licence_number: "证照编号", "Licence number";
    last_change: "最近修改", "Last change";
    check_state: "检查", "Check";
    ready_to_sign: "可以签发", "ready to sign";
    not_filled_in: "未填写", "not filled in";
    desk_state: "制证条件", "State of the desk";
    seal_key: "印章与密钥", "Seal and key";
    ledger_node: "账本节点", "Ledger node";
    key_missing: "本机关还没有签章密钥。请管理员按部署说明生成并备案印章。", "The department has no key for its seal yet. The administrator has to make one and file the seal.";
    node_without_quorum: "节点在线，但网络不足法定票数，暂时不能上链。", "The node answers, but the network has no quorum: nothing new is decided.";

    new_lead: "选择类型；填写持证主体号码可从其原有证照预填。", "Choose a type; with the holder's number the former licence fills in the rest.";
    find_type: "查找类型", "Find a type";
    find_type_hint: "名称、拼音首字母或代码", "Name, pinyin initials or code";
    holder_number: "持证主体号码（可不填）", "Holder's number (optional)";
    holder_number_hint: "身份证号或统一社会信用代码。有原证时，内容自动带出。", "Citizen number or credit code. If there is a former licence, it fills in the form.";
    begin_draft: "开始填写", "Begin";
    no_types: "没有符合的类型", "No type fits";
    no_types_advice: "换个字词试试，或用拼音首字母，例如 spjyxkz。", "Try another word, or pinyin initials, for example spjyxkz.";
    choose_a_type: "请选择一个本机关可以签发的证照类型。", "Choose a type that this department may issue.";

    group_holder: "持证主体", "Holder";
    group_face: "照面信息", "Face of the licence";
    group_licence: "编号与期限", "Number and dates";
    whole_draft: "整份证照", "The whole licence";
    preview: "预览", "Preview";
    preview_lead: "与持证人将看到的一致，尚未盖章。", "Exactly what the holder will see, without the seal.";
    preview_page: "预览，第", "Preview, page";
    preview_failed: "预览暂时画不出来，修改下面指出的各项后再试。", "The preview cannot be drawn now. Mend what is named and save again.";
    save_draft: "保存并检查", "Save and check";
    seal_and_sign: "盖章签发", "Seal and sign";
    throw_away: "撤回草稿", "Discard draft";
    throw_away_ask: "确定撤回？草稿删除后不能恢复。", "Discard it? A draft that is discarded is gone.";
    back_to_queue: "返回待签发", "Back to the queue";
    mandatory: "必填", "mandatory";
    to_mend: "需要修改", "To mend";
    to_look_at: "请留意", "To look at";
    no_problems: "检查通过，可以签发", "All checks passed: it can be signed";
    look_again: "内容刚刚改过，请再看一眼预览", "It has just been changed: look at the preview again";
    look_again_advice: "修改已保存，预览已更新。确认无误后再按一次“盖章签发”。", "The change is saved and drawn. If it is right, press “Seal and sign” once more.";
    shortcuts: "快捷键", "Keys";
    key_save: "保存并检查", "save and check";
    key_sign: "盖章签发", "seal and sign";
    key_back: "返回队列", "back to the queue";
    unsaved: "有未保存的修改，正在更新预览…", "Unsaved changes; the preview is being drawn…";
    save_failed: "没有保存成功，请按“保存并检查”再试。", "It was not saved; press “Save and check” to try again.";
    fixed_field: "系统填写，不可修改", "filled in by the system";
    choose: "请选择", "Choose";

    issued_new: "签发完成", "Issued";
    issued_steps: "用时", "Time taken";
    total_time: "合计", "In all";
    downloads: "下载", "Download";
    next_steps: "接下来", "Next";
    next_tell: "把 OFD 原件和上链证明一起交给持证人，任何人都可以离线核验。", "Give the holder the OFD original together with its proof: anybody can verify them offline.";
    next_verify: "在公开核验页试一次", "Try it on the verification page";
    next_new: "继续签发下一份", "Sign the next one";
    identifier: "证照标识", "Identifier";
    desk_issued_on: "颁发日期", "Issued on";
    desk_valid_from: "有效期起", "Valid from";
    desk_valid_to: "有效期至", "Valid to";
    on_ledger: "账本条目", "Ledger entry";
    in_block: "所在块", "Block";
    twin_part: "另一联", "Other part";
    licence_history: "经过", "History";
    change_status: "变更状态", "Change its status";
    what_to_do: "办理事项", "Action";
    legal_ground: "法定依据", "Legal ground";
    document_number: "文书编号", "Document number";
    document_hint: "决定书或申请书的编号，不填姓名和证件号码。", "Number of the decision or application; no names or numbers of persons.";
    until_day: "暂扣至（仅暂扣，可不填）", "Suspended until (optional)";
    carry_out: "提交办理", "Carry out";
    no_changes: "这份证照已经终结，不能再变更状态。", "This licence has ended; its status changes no more.";
    choose_licences: "请至少勾选一份证照。", "Tick one licence at least.";
    choose_change: "请选择办理事项。", "Choose what to do.";
    choose_ground: "请选择法定依据。", "Choose the legal ground.";
    document_missing: "请填写文书编号，例如 示市监许注〔2026〕12号。", "Fill in the number of the document.";
    date_malformed: "日期请写成 2026-11-21。", "Write the date as 2026-11-21.";
    to_issued: "返回已签发", "Back to the list";
    not_changed: "没有办理的", "Not changed";

    issued_lead: "本机关签发的证照。按号码查找时须填写完整号码。", "Licences of this department. A search takes the whole number.";
    find_licence: "按号码查找", "Find by number";
    find_licence_hint: "完整的证照编号、标识或持证主体号码", "Whole licence number, identifier or holder's number";
    all_states: "全部状态", "All states";
    nothing_issued: "没有符合的证照", "No licence fits";
    nothing_issued_advice: "请核对号码是否完整，或换一个状态。", "Check that the number is complete, or choose another state.";
    tick: "勾选", "Tick";
    for_ticked: "对勾选的证照办理", "For the licences that are ticked";
    next_page: "下一页", "Next page";
    choose_all: "全部勾选", "Tick all";

    approvals_lead: "一次涉及多份证照的操作，由另一位复核人员确认后才会执行。", "An action on many licences is carried out once another operator, a reviewer, has approved it.";
    no_approvals: "没有等待复核的操作", "Nothing waits for approval";
    approval_asked: "已提交，等待另一位同事复核。", "It now waits for another colleague's approval.";
    asked_by: "提出", "Asked by";
    approve: "批准并执行", "Approve and carry out";
    refuse: "退回", "Refuse";
    take_back: "撤回", "Take back";
    refuse_reason: "退回原因", "Reason";
    yours: "您提出的，须由他人复核", "Yours: somebody else has to approve it";
    reviewers_only: "须由复核人员办理", "Takes a reviewer";
    some_numbers: "部分编号", "Some of the numbers";

    batches_lead: "上传名册，先试算，再签发或归集。试算不会改动账本。", "Upload a register: a dry run comes first and changes nothing on the ledger.";
    upload_register: "上传名册", "Upload a register";
    register_file: "名册文件（CSV 或 XLSX）", "Register (CSV or XLSX)";
    register_drop: "把名册拖到这里，或选择文件", "Drop the register here, or choose a file";
    register_kind: "方式", "What for";
    batch_seals: "逐行制证：生成盖章文件并上链", "A sealed file and an entry for each row";
    batch_indexes: "历史数据归集：只上链索引", "Historical data: the index only";
    begin_dry_run: "上传并试算", "Upload and check";
    templates: "模板", "Templates";
    templates_lead: "每个模板带五行可直接试算的示例。", "Each has five sample rows that pass the dry run.";
    all_batches: "全部批次", "All batches";
    no_batches: "还没有批次", "No batches yet";
    no_batches_advice: "先下载模板，填好后上传；错误的行会单独列出，可改好再传。", "Take a template, fill it in and upload it. Rows with errors are listed and can be mended.";
    no_register: "这不是名册：请上传 .csv 或 .xlsx 文件。旧的 .xls 请另存为 .xlsx。", "This is no register: upload a .csv or .xlsx file. Save an old .xls as .xlsx first.";
    no_file_chosen: "请先选择文件。", "Choose a file first.";
    file_name: "文件", "File";
    rows: "行数", "Rows";
    refused_count: "未通过", "Refused";
    uploaded: "上传", "Uploaded";
    dry_run: "试算结果", "Dry run";
    rows_good: "可以办理", "Can be done";
    rows_known: "已在账本（跳过）", "On the ledger already (skipped)";
    column: "列", "Column";
    fills_field: "对应字段", "Field";
    left_out: "不使用", "left out";
    why_refused: "主要原因", "Most frequent reason";
    refused_rows: "未通过的行", "Refused rows";
    row_number: "行号", "Row";
    whole_row: "整行", "whole row";
    refused_download: "下载未通过的行（CSV）", "Download the refused rows (CSV)";
    refused_advice: "改好这个文件后再上传一次即可，已办理的行会自动跳过。", "Mend this file and upload it again: rows that are done are skipped.";
    only_first_rows: "这里只列出前 50 行，全部见下载文件。", "The first 50 are shown; the file has all.";
    nothing_refused: "没有未通过的行。", "No row was refused.";
    stop_batch: "停止", "Stop";
    stop_note: "停止后已办理的保留，可继续。", "What is done stays done; it can go on later.";
    dry_run_going: "正在试算，请稍候。离开本页也会继续。", "The dry run goes on, even if you leave this page.";
    progress: "进度", "Progress";
    reload: "刷新进度", "Refresh";

    verify_lead: "选择证照文件，看它是否真实、是否仍然有效。无需登录；文件核验后即弃，不留存。", "Choose a licence file to see whether it is genuine and still valid. No account; the file is not kept.";
    verify_file: "证照文件（OFD、PDF 或证明文件）", "Licence file (OFD, PDF or proof file)";
    verify_drop: "把文件拖到这里，或选择文件", "Drop a file here, or choose one";
    verify_proof: "上链证明（可不选）", "Proof of the ledger (optional)";
    verify_proof_hint: "与证照一起发放的证明文件。附上它，没有网络也能核验。", "The proof that came with the licence. With it a file can be verified without a network.";
    verify_now: "开始核验", "Verify";
    verify_again: "核验另一个文件", "Verify another file";
    verify_what: "核验什么", "What is checked";
    verify_what_file: "文件从签发到现在没有改动过一个字节。", "Not one byte of the file has changed since it was issued.";
    verify_what_seal: "印章属于这个机关，证书在签署时有效。", "The seal is the department's, and its certificate was good at signing.";
    verify_what_ledger: "账本登记了它，并说明它现在的状态。", "The ledger has it, and says what its status is now.";
    verify_paper: "手里只有纸质证照？请到发证机关窗口查询，或扫描证照上的二维码。", "Only paper in hand? Ask at the issuing department, or scan the code on the licence.";
    verifying: "正在核验…", "Verifying…";
    each_check: "逐项检查", "Each check";
    check_passed: "通过", "passed";
    check_failed: "不通过", "did not pass";
    check_not_made: "未能检查", "could not be made";
    not_made_note: "“–”表示这项检查在这里做不了，不表示文件有问题。", "“–” means that a check could not be made here. It does not mean that anything is wrong.";
    shown_on_face: "照面信息", "What the licence says";
    no_face: "读不出照面信息。", "What it says could not be read.";
    face_untrusted: "文件未通过核验，以下内容不可采信。", "The file did not pass: do not rely on what it says below.";
    page_picture: "证照第一页", "First page of the licence";
    seal_and_signer: "印章与签署", "Seal and signature";
    no_seal: "文件上没有读到电子印章。", "No electronic seal was found on the file.";
    signer: "签章证书", "Signer's certificate";
    signed_at: "签署时间", "Signed";
    time_confirmed: "由时间戳或账本证实", "confirmed by a time stamp or the ledger";
    time_claimed: "由签署方填写，未经证实", "as the signer says, not confirmed";
    not_stated: "未注明", "not stated";
    data_time: "数据时间", "How old this is";
    age_unknown: "没有取得账本状态，因此不知道它现在是否仍然有效。", "The ledger's status is not known here, so whether it is still valid is not known either.";
    what_now: "接下来怎么做", "What to do next";
    issuer_contact: "发证机关联系方式", "How to reach the issuer";
    file_kind: "文件类型", "Kind of file";
    file_digest: "文件摘要 (SHA-256)", "Digest of the file (SHA-256)";

    catalogue_lead: "本账本上的证照类型。可用名称、拼音首字母（如 spjyxkz）、英文或代码查找。", "The licence types of this ledger. Search by name, pinyin initials (spjyxkz), English or code.";
    placeholder_note: "国家代码未知，暂用合成机构下的占位代码。", "The national code is not known: this one is under a synthetic authority.";
    holder_kinds: "持证主体", "Holders";
    desk_version: "版本", "Version";
    desk_level: "证照级别", "Level";
    desk_issuers: "可签发机关", "Who may issue";
    desk_every_issuer: "全部签发机构", "every issuer";
    collected_since: "归集起始", "Collected since";
    is_twin: "双联", "Twin";
    twin_words: "正页与副联", "two linked parts";
    fields: "字段", "Fields";
    desk_field: "字段", "Field";
    field_key: "代码", "Key";
    field_kind: "类型", "Kind";
    optional: "可选", "optional";
    versions: "版本沿革", "Versions";
    since: "起始日期", "Since";
    shown_now: "正在查看", "shown";
    what_changed: "与上一版比较", "Compare with the version before";
    difference: "版本差异", "What changed";
    before: "原来", "Before";
    after: "现在", "Now";
    no_difference: "两个版本没有不同。", "The two versions say the same.";
    nothing_there: "无", "nothing";
    to_catalogue: "返回目录", "Back to the catalogue";

    seals_lead: "登记在案的电子印章。印章须经申请、制作、备案才能使用。", "The electronic seals on record. A seal is applied for, made and filed before it is used.";
    no_seals: "还没有备案的印章", "No seals on record yet";
    seal_number: "印章编号", "Seal number";
    seal_algorithm: "签名算法", "Algorithm";
    seal_version: "数据结构版本", "Structure version";
    seal_digest: "印章数据摘要", "Digest of the seal";
    seal_signers: "可用签章证书", "Certificates that may sign with it";
    seal_uses: "用印次数", "Times used";
    seal_period: "有效期", "Validity";
    seal_life: "办理经过", "Its life";
    seal_picture: "印模", "Picture of the seal";
    to_seals: "返回印章备案", "Back to the register";
    until_last_day: "至", "until";
}

impl Language {
    /// A wrong password, with the tries that are left.
    pub(crate) fn wrong_password(self, left: u32) -> String {
        match self {
            Self::Chinese => format!("登录名或口令不对。还可以试 {left} 次。"),
            Self::English => format!("Wrong name or password; {left} more tries."),
        }
    }

    /// A name that rests.
    pub(crate) fn locked_out(self, minutes: u64) -> String {
        match self {
            Self::Chinese => format!("口令连续输错，此登录名已暂停。请 {minutes} 分钟后再试，或联系管理员。"),
            Self::English => {
                format!(
                    "Too many wrong passwords: this name rests. Try again in {minutes} min, or ask the administrator."
                )
            }
        }
    }

    /// A file that is too large.
    pub(crate) fn too_large_advice(self, mib: usize) -> String {
        match self {
            Self::Chinese => format!("最大 {mib} MB。证照文件通常不到 1 MB，请确认选对了文件。"),
            Self::English => format!("At most {mib} MB. A licence file has less than 1 MB: is it the right file?"),
        }
    }

    /// A key that signs.
    pub(crate) fn key_ready(self, days: u32) -> String {
        match self {
            Self::Chinese => format!("可以签章，证书还有 {days} 天到期"),
            Self::English => format!("ready; the certificate ends in {days} days"),
        }
    }

    /// A node that answers.
    pub(crate) fn node_ready(self, height: &str, ago: &str) -> String {
        match self {
            Self::Chinese => format!("在线，块高 {height}，最新块 {ago}前"),
            Self::English => format!("connected at height {height}, newest block {ago} ago"),
        }
    }

    /// When and by whom.
    pub(crate) fn changed_by(self, time: &str, who: &str) -> String {
        format!("{time} · {who}")
    }

    /// When a draft was saved.
    pub(crate) fn saved_by(self, time: &str, who: &str) -> String {
        match self {
            Self::Chinese => format!("{who} 于 {time} 保存"),
            Self::English => format!("saved {time} by {who}"),
        }
    }

    /// How much was filled in by the system.
    pub(crate) fn prefilled_of(self, prefilled: usize, filled: usize, all: usize) -> String {
        match self {
            Self::Chinese => format!("{all} 项，已填 {filled} 项，其中系统预填 {prefilled} 项"),
            Self::English => format!("{filled} of {all} filled in, {prefilled} of them by the system"),
        }
    }

    /// Problems of a draft.
    pub(crate) fn problem_count(self, count: u32) -> String {
        match self {
            Self::Chinese => format!("{count} 项需要修改"),
            Self::English => format!("{count} to mend"),
        }
    }

    /// Approvals that wait.
    pub(crate) fn waiting_approvals(self, count: usize) -> String {
        match self {
            Self::Chinese => format!("有 {count} 项操作等待复核"),
            Self::English => format!("{count} waiting for approval"),
        }
    }

    /// Seconds with two digits.
    pub(crate) fn seconds(self, ms: u64) -> String {
        let number = format!("{}.{:02}", ms / 1000, ms % 1000 / 10);
        match self {
            Self::Chinese => format!("{number} 秒"),
            Self::English => format!("{number} s"),
        }
    }

    /// The line of a licence that has just been signed.
    pub(crate) fn anchored(self, height: &str, entry: &str, votes: (u32, u32)) -> String {
        let (votes, all) = votes;
        match self {
            Self::Chinese => format!("第 {height} 块，条目 {entry}，{votes}/{all} 节点已签"),
            Self::English => format!("block {height}, entry {entry}, signed by {votes} of {all} nodes"),
        }
    }

    /// What an action did.
    pub(crate) fn changed_count(self, changed: &str, not_changed: usize) -> String {
        match (self, not_changed) {
            (Self::Chinese, 0) => format!("已办理 {changed} 份"),
            (Self::Chinese, _) => format!("已办理 {changed} 份，{not_changed} 份没有办理"),
            (Self::English, 0) => format!("{changed} changed"),
            (Self::English, _) => format!("{changed} changed, {not_changed} not"),
        }
    }

    /// How many licences there are.
    pub(crate) fn in_all(self, total: &str) -> String {
        match self {
            Self::Chinese => format!("共 {total} 份"),
            Self::English => format!("{total} in all"),
        }
    }

    /// The rule of two operators.
    pub(crate) fn mass_rule(self, limit: &str) -> String {
        match self {
            Self::Chinese => format!("一次超过 {limit} 份时，须由另一位复核人员批准后才执行。"),
            Self::English => format!("More than {limit} at once wait for another operator's approval."),
        }
    }

    /// How many licences an action is about.
    pub(crate) fn licences_count(self, count: &str) -> String {
        match self {
            Self::Chinese => format!("{count} 份证照"),
            Self::English => format!("{count} licences"),
        }
    }

    /// The limit of an upload.
    pub(crate) fn at_most(self, mib: usize) -> String {
        match self {
            Self::Chinese => format!("最大 {mib} MB"),
            Self::English => format!("at most {mib} MB"),
        }
    }

    /// Rows done.
    pub(crate) fn rows_done(self, done: &str) -> String {
        match self {
            Self::Chinese => format!("{done} 行"),
            Self::English => format!("{done} rows"),
        }
    }

    /// Rows refused.
    pub(crate) fn rows_refused(self, refused: &str) -> String {
        match self {
            Self::Chinese => format!("未通过 {refused} 行"),
            Self::English => format!("{refused} refused"),
        }
    }

    /// Rows done, the rate and the rest.
    pub(crate) fn rate(self, done: &str, per_second: &str, seconds: u64) -> String {
        let (minutes, rest) = (seconds / 60, seconds % 60);
        match self {
            Self::Chinese if minutes > 0 => format!("{done} 行 · {per_second} 行/秒 · 余 {minutes} 分 {rest} 秒"),
            Self::Chinese => format!("{done} 行 · {per_second} 行/秒 · 余 {rest} 秒"),
            Self::English if minutes > 0 => format!("{done} rows · {per_second}/s · {minutes} min {rest} s left"),
            Self::English => format!("{done} rows · {per_second}/s · {rest} s left"),
        }
    }

    /// The button that starts a batch.
    pub(crate) fn start_rows(self, rows: &str) -> String {
        match self {
            Self::Chinese => format!("开始办理 {rows} 行"),
            Self::English => format!("Start {rows} rows"),
        }
    }

    /// How many checks ended how.
    pub(crate) fn check_counts(self, passed: usize, failed: usize, not_made: usize) -> String {
        match self {
            Self::Chinese => format!("{passed} 项通过，{failed} 项不通过，{not_made} 项未能检查"),
            Self::English => format!("{passed} passed, {failed} did not pass, {not_made} could not be made"),
        }
    }

    /// A status from the ledger.
    pub(crate) fn age_of_ledger(self, height: &str, time: &str) -> String {
        match self {
            Self::Chinese => format!("状态取自账本第 {height} 块，{time}。"),
            Self::English => format!("Status from block {height} of the ledger, {time}."),
        }
    }

    /// A status from a proof.
    pub(crate) fn age_of_proof(self, height: &str, time: &str) -> String {
        match self {
            Self::Chinese => format!("状态取自所附证明：第 {height} 块，{time}。此后的变化不在其中。"),
            Self::English => {
                format!("Status from the proof: block {height}, {time}. What happened since is not in it.")
            }
        }
    }

    /// How many types are shown.
    pub(crate) fn types_shown(self, shown: usize, all: usize) -> String {
        match self {
            Self::Chinese => format!("共 {all} 类，显示 {shown} 类"),
            Self::English => format!("{shown} of {all} types"),
        }
    }

    /// Two versions.
    pub(crate) fn versions_compared(self, from: u32, to: u32) -> String {
        match self {
            Self::Chinese => format!("第 {from} 版 → 第 {to} 版"),
            Self::English => format!("version {from} → version {to}"),
        }
    }
}
