//! Every text of the pages, in both languages side by side: a text cannot be there in one language only. Texts with numbers in them
//! are in `words/phrases.rs`.

use super::language::Language;

macro_rules! words {
    ($($name:ident: $zh:literal, $en:literal;)+) => {
        impl Language {
            $(
                #[doc = $en]
                pub(crate) const fn $name(self) -> &'static str {
                    match self { Self::Chinese => $zh, Self::English => $en }
                }
            )+
        }

        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en)),+];
    };
}

mod decisions;
pub(crate) mod desk;
pub(crate) mod open;
mod phrases;

words! {
    product: "证库", "Zhengku";
    tagline: "电子证照索引账本", "Ledger of the licence index";
    skip: "跳到正文", "Skip to content";
    menu: "主菜单", "Main menu";
    other_language: "English", "中文";
    search: "查找", "Search";
    search_label: "块高、条目号、键或块编号", "Height, entry number, key or block id";
    search_hint: "编号或键", "Number, key or id";
    interface: "接口文档", "Interface";
    footer: "账本上没有姓名、号码等个人信息，只有摘要与密钥化假名。", "The ledger holds no names or numbers of persons: only digests and keyed pseudonyms.";
    network: "网络", "Network";
    blocks: "块", "Blocks";
    entries: "条目", "Entries";
    nodes: "节点", "Nodes";
    directory: "机构与类型", "Directory";
    about: "关于", "About";

    home_lead: "多家机构各运行一个节点，共同认可每一个块。下面是本节点此刻看到的网络。", "Several organisations run a node each and agree on every block. This is the network as this node sees it now.";
    newest_blocks: "最新的块", "Newest blocks";
    all_blocks: "全部块", "All blocks";
    height: "块高", "Height";
    entries_note: "只增不改", "only ever added";
    validators_connected: "在线验证节点", "Validators connected";
    waiting: "待定交易", "Waiting transactions";
    votes: "票", "votes";
    this_node: "本节点", "this node";
    connected: "已连接", "connected";
    not_connected: "未连接", "not connected";
    genesis: "创世", "genesis";
    proposer: "提议节点", "Proposer";
    legend_vote: "最新块有其签名", "its vote is in the newest block";
    legend_cut: "与本节点断开", "cut off from this node";
    legend_observer: "观察节点，不投票", "observer, does not vote";
    offences: "账本上有违规证据", "There is evidence of offences on the ledger";
    offences_note: "同一验证节点对同一轮签署了互相矛盾的消息。证据任何人都可以核对。", "A validator signed contradicting messages in one round. Anybody can check the evidence.";
    live_paused: "画面已停止更新，正在重新连接", "The picture has stopped; connecting again";
    transactions: "交易", "Transactions";
    new_entries: "新条目", "New entries";

    blocks_lead: "每个块记录一批交易的结果，并以一个块头承诺全部账本内容。", "Each block records what became of a batch of transactions; its header commits to the whole ledger.";
    when: "北京时间", "Time (UTC+8)";
    round: "轮次", "Round";
    newer: "较新", "Newer";
    older: "较早", "Older";
    previous_block: "前一块", "Previous block";
    next_block: "后一块", "Next block";

    block_id: "块编号", "Block id";
    certificate: "投票证书", "Certificate";
    certificate_note: "每一票都是对块编号的 ed25519 签名，任何人都可以用公钥核对。", "Each vote is an ed25519 signature over the block id; anybody can check it with the public key.";
    genesis_note: "创世块由账本的起始文件直接得出，没有投票；它的摘要就是账本编号的来源。", "Block 0 follows from the genesis alone and has no votes; the ledger's id is the digest of that genesis.";
    voted: "已签", "signed";
    not_voted: "未签", "not signed";
    header: "块头", "Header";
    header_note: "验证节点先执行再投票，所以下面每一个根都有超过三分之二的节点独立算出。", "Validators execute before they vote: more than two thirds of them computed each root below on their own.";
    field: "字段", "Field";
    value: "值", "Value";
    meaning: "含义", "Meaning";
    superseded: "被取代的条目", "Superseded entries";
    superseded_note: "同一键有了更新的条目。旧条目仍在账本中，只是位图中的一位由 1 变 0。", "A newer entry of the same key exists. The old ones stay in the log; one bit of the bitmap went from 1 to 0.";
    appended: "新增条目", "Appended entries";
    no_transactions: "这个块没有交易：网络空闲时也会定期出块，证明账本仍在运行。", "This block has no transactions: a resting network still makes blocks, to show that it is alive.";
    organisation: "机构", "Organisation";
    request: "事由", "Request";
    items: "项数", "Items";
    outcome: "结果", "Outcome";
    applied: "已执行", "Applied";
    repeated: "重复", "Repeated";
    rejected: "已拒绝", "Rejected";
    transaction_id: "交易编号", "Transaction id";
    earlier_transactions: "前一页交易", "Earlier transactions";
    later_transactions: "后一页交易", "Later transactions";

    header_format: "格式", "Format";
    header_format_means: "块头布局的版本", "version of the header's layout";
    header_suite: "算法套件", "Suite";
    header_suite_means: "1 = SHA-256 与 ed25519", "1 = SHA-256 and ed25519";
    header_chain: "账本编号", "Ledger";
    header_chain_means: "创世文件的摘要，不同账本的签名互不通用", "digest of the genesis: signatures of one ledger mean nothing on another";
    header_height_means: "块在链中的位置", "place of the block in its chain";
    header_time: "提议时间", "Time";
    header_time_means: "提议节点的时钟，严格递增，以北京时间显示", "the proposer's clock, strictly rising, shown in Beijing time";
    header_proposer_means: "在验证节点名单中的位置", "place in the validator set";
    header_parent: "前一块编号", "Parent";
    header_parent_means: "把块连成链：改动任何旧块，此后全部编号都会变", "links the chain: a change of any old block changes every id after it";
    header_count_means: "这个块的交易数", "number of transactions in the block";
    header_transactions: "交易根", "Transaction root";
    header_transactions_means: "全部交易（含签名）的默克尔根", "Merkle root over the transactions with their signatures";
    header_outcomes: "结果根", "Outcome root";
    header_outcomes_means: "全部处理结果的默克尔根，拒绝也可以证明", "Merkle root over the outcomes: a rejection can be proven too";
    header_log_size: "条目总数", "Log size";
    header_log_size_means: "此块之后账本的条目数", "entries in the log after this block";
    header_log: "账本根", "Log root";
    header_log_means: "全部条目的默克尔根 (RFC 6962)", "Merkle root over all entries (RFC 6962)";
    header_current: "现行根", "Current root";
    header_current_means: "现行位图的根：哪些条目是其键的最新状态", "root of the currency bitmap: which entries are the newest of their key";
    header_keys: "键根", "Keys root";
    header_keys_means: "预留，格式 1 中为零", "reserved; zero in format 1";
    header_validators: "本块名单", "Validators";
    header_validators_means: "为本块投票的验证节点名单的摘要", "digest of the validator set that votes for this block";
    header_next: "下一块名单", "Next validators";
    header_next_means: "由本块的签名交接给下一份名单", "digest of the next set: this block hands over to it";

    entries_lead: "账本由条目组成：机构、证照类型、证照的每一次状态各占一条，永不修改。", "The log is made of entries: every state of an organisation, a licence type or a licence is one, and none is ever changed.";
    kind: "种类", "Kind";
    subject: "内容", "Subject";
    key: "键", "Key";
    state: "状态", "State";
    is_current: "现行", "current";
    is_superseded: "已被取代", "superseded";
    current_long: "这是该键的最新状态。", "This is the newest state of its key.";
    superseded_long: "该键已有更新的状态，这一条仅作历史。", "A newer state of this key exists; this one is history.";
    see_newest: "查看最新状态", "See the newest state";
    history: "历史", "History";
    history_note: "同一键的全部登记状态，最新在前。", "All registered states of this key, newest first.";
    history_is_cut: "更早的状态可沿「前一状态」查看。", "Follow the previous state for older ones.";
    here: "本条", "this entry";
    newest: "最新", "newest";
    contents: "内容与字节", "Contents and bytes";
    contents_note: "左边是含义，右边是账本上的原始字节；两者逐字段对应，合起来就是整个条目。", "What it says, and the very bytes on the ledger, field by field; together they are the whole entry.";
    bytes: "字节", "Bytes";

    proof: "证明", "Proof";
    proof_lead: "条目的字节决定它的叶哈希；与旁边的哈希逐级合并，必须恰好得到块头里的根。下面的每一步由您的浏览器用 SHA-256 重新计算。", "The bytes of an entry give its leaf hash; joined with the hashes beside it, step by step, it must lead to the root in the header. Your browser computes every step again with SHA-256.";
    proof_static: "未启用脚本：下图由本节点计算。启用脚本后，浏览器会自己重算并允许您改动字节。", "Scripts are off: the drawing was computed by this node. With scripts the browser computes it itself and lets you change bytes.";
    log_tree: "账本树：条目在账本中", "Log tree: the entry is in the log";
    current_tree: "现行树：本条目的位", "Currency tree: the entry's bit";
    leaf: "叶", "leaf";
    root: "根", "root";
    sealed_header: "超过三分之二验证节点签署的块头", "The header that more than two thirds of the validators signed";
    try_it: "改一个数字试试", "Change a digit";
    editor_label: "条目的原始字节（十六进制，可改）", "The entry's raw bytes (hexadecimal, editable)";
    editor_note: "改动任意一位，从叶到根全部变红：没有人能改动条目而不被发现。", "Change any digit and the path turns red from the leaf up: nobody can alter an entry unnoticed.";
    alter: "替我改一位", "Change one for me";
    restore: "恢复原样", "Restore";
    flip: "翻转这一位", "Flip the bit";
    chunk_note: "每格是一个条目：实心为现行，空心为已被取代。", "Each square is an entry: filled when current, hollow when superseded.";
    check_log: "叶到账本根", "Leaf to log root";
    check_current: "位到现行根", "Bit to current root";
    check_header: "块头到块编号", "Header to block id";
    check_votes: "投票签名", "Signatures of the votes";
    checks: "浏览器的核对", "Checked by your browser";
    steps: "逐步哈希", "Every hash";
    level: "级", "Level";
    sibling: "旁边的哈希", "Hash beside it";
    result: "合并结果", "Result";
    left: "左", "left";
    right: "右", "right";
    js_checking: "计算中…", "computing…";
    js_good: "一致", "matches";
    js_bad: "不一致", "does not match";
    js_no_crypto: "此浏览器在非加密连接上不提供 WebCrypto,请用 https 或本机地址打开", "this browser offers no WebCrypto over an unencrypted connection; use https or a local address";
    js_not_hex: "须为十六进制数字，且为偶数个", "must be hexadecimal digits, an even number of them";
    js_untouched: "字节未改动", "the bytes are unchanged";
    js_altered: "字节已改动", "the bytes were changed";
    js_no_ed25519: "此浏览器不支持 ed25519，未核对", "this browser does not know ed25519; not checked";
    js_genesis: "创世块没有投票", "the genesis block has no votes";

    nodes_lead: "账本名单上的全部节点，以及本节点对它们的了解。", "All nodes on the ledger's list, and what this node knows of them.";
    name: "名称", "Name";
    role: "角色", "Role";
    connection: "连接", "Connection";
    round_trip: "往返", "Round trip";
    last_vote: "最近一票", "Last vote";
    certificate_ends: "证书到期", "Certificate ends";
    soon: "即将到期", "soon";
    validator: "验证节点", "validator";
    observer: "观察节点", "observer";

    directory_lead: "谁可以签发、签发什么。均为公开信息。", "Who may issue, and what. All of it is public.";
    organisations: "机构", "Organisations";
    licence_types: "证照类型", "Licence types";
    number: "编号", "Number";
    credit_code: "统一社会信用代码", "Credit code";
    roles: "角色", "Roles";
    keys: "密钥", "Keys";
    status: "状态", "Status";
    active: "正常", "active";
    barred: "停用", "barred";
    governor: "治理机构", "governor";
    definer: "定义机构", "definer";
    issuer: "发证单位", "issuer";
    seal_maker: "制章机构", "Seal maker";
    type_code: "类型代码", "Type code";
    face_fields: "照面字段", "Face fields";
    of_which_mandatory: "其中必填", "mandatory";
    validity: "有效期规则", "Validity rule";

    entry_version: "条目版本", "Layout version";
    entry_key: "键", "Key";
    entry_previous: "前一状态", "Previous state";
    no_previous: "无（首次）", "none (the first)";
    entry_block: "所在块", "Block";
    entry_transaction: "交易序号", "Transaction";
    entry_item: "项序号", "Item";
    entry_kind_label: "种类", "Kind";
    none: "无", "none";
    name_zh: "中文名称", "Chinese name";
    name_en: "英文名称", "English name";
    issuers: "可签发机构", "May be issued by";
    every_issuer: "全部发证单位", "every issuer";
    holder_kind: "持证主体代码类型", "Kind of holder";
    aliases: "各地目录编码", "Codes elsewhere";
    template: "模板", "Template";
    openness: "公开属性", "Openness";
    standard_level: "标准级别", "Level of the standard";
    placeholder: "占位代码", "Placeholder code";
    collection_start: "归集起始时间", "Collected since";
    state_names: "状态对照", "Names of the states";
    files: "证照文件", "Files";
    seal: "印章", "Seal";
    disputed: "异议中", "Disputed";
    operator: "经办人假名", "Operator (pseudonym)";
    seal_id: "印章标识", "Identifier of the seal";
    seal_owner: "所有机构", "Owner";
    seal_kind: "印章类型", "Kind of seal";
    seal_made: "制章信息", "What was made";
    changed: "变更时间", "Changed at";
    material_code: "材料代码", "Material code";
    proves: "证明内容", "What it proves";
    material_source: "来源", "Where it comes from";
    by_applicant: "申请人提交", "the applicant brings it";
    items_root: "操作项根", "Items root";
    approver: "复核密钥", "Approving key";
    used_by: "已用于交易", "Used by transaction";
    min_holders: "最少持证主体", "Fewest holders";
    max_holders: "最多持证主体", "Most holders";
    twin_type: "正页与副联", "Twin";
    licence_type: "证照类型", "Licence type";
    version: "版本号", "Version";
    holders: "持证主体", "Holders";
    fields_root: "照面字段根", "Fields root";
    field_count: "字段数", "Fields";
    record_sha256: "密文 SHA-256", "Record, SHA-256";
    record_sm3: "密文 SM3", "Record, SM3";
    issued_on: "颁发日期", "Issued on";
    valid_from: "有效期自", "Valid from";
    valid_to: "有效期至", "Valid to";
    no_end: "长期", "no end";
    registered_status: "登记状态", "Registered status";
    expired: "已过期", "expired";
    not_yet_valid: "未生效", "not yet valid";
    ground: "依据", "Ground";
    ground_text: "依据文本摘要", "Digest of its text";
    twin: "另一联", "Other part";
    replaces: "取代的证照", "Replaces";
    replaced_by: "被其取代", "Replaced by";
    body: "其余内容", "Body";
    privacy: "账本上没有任何个人信息：键与持证主体是密钥化的假名，照面内容只留下摘要。", "There is no personal data here: key and holders are keyed pseudonyms, of the face only digests stand on the ledger.";

    scheduled: "按治理决定执行", "carried out as governance decided";
    consensus_key: "共识公钥", "Consensus key";
    network_key: "网络公钥", "Network key";
    consensus_address: "共识地址", "Consensus address";
    exchange_address: "交换地址", "Exchange address";
    url: "接口地址", "Address of its interface";
    x509: "数字证书", "X.509 certificate";
    removed: "已退出", "removed";
    proposed_by: "提议机构", "Proposed by";
    change: "变更内容", "Change";
    approvals: "赞成机构", "Approved by";
    expires: "失效块高", "Expires at";
    effective: "生效块高", "Takes effect at";
    node: "节点", "Node";
    reporter: "报告机构", "Reported by";
    evidence: "证据", "Evidence";
    no_block: "空票", "no block";
    governance: "治理", "Governance";
    governance_lead: "节点、参数与机构的变更由验证节点共同决定：超过三分之二赞成，再过一段块高才生效。", "Nodes, parameters and organisations change by decision of the validators: more than two thirds approve, and some heights later it takes effect.";
    pending: "待决提案", "Pending proposals";
    no_pending: "当前没有待决的提案。", "There is no pending proposal.";
    offence_list: "违规记录", "Offences";
    no_offences: "账本上没有违规记录。", "There are no offences on the ledger.";
    parameters_title: "账本参数", "Parameters";

    results: "查找结果", "Search results";
    no_results: "没有找到", "Nothing found";
    search_help: "可以输入块高、条目号、64 位十六进制的键，或最近某个块的编号。", "Enter a block's height, an entry's number, a key of 64 hexadecimal digits, or the id of a recent block.";
    hit_block: "此高度的块", "the block of this height";
    hit_entry: "此位置的条目", "the entry at this place";
    hit_key: "此键的最新条目", "the newest entry of this key";
    hit_id: "此编号的块", "the block of this id";

    missing_page: "没有这个页面", "There is no such page";
    missing_page_advice: "地址可能已变更或输入有误。请从首页开始，或使用上方的查找。", "The address may have changed or been mistyped. Start at the first page, or use the search above.";
    missing_block: "还没有这个块", "There is no such block yet";
    missing_block_advice: "块高是从 0 开始的整数，不大于当前块高。", "Heights are whole numbers from 0 up to the newest block.";
    missing_entry: "还没有这个条目", "There is no such entry yet";
    missing_entry_advice: "条目号是从 0 开始的整数，小于条目总数。", "Entries are numbered from 0; the last one is one less than the size of the log.";
    missing_key: "账本上没有这个键", "No entry has this key";
    missing_key_advice: "键是 64 位十六进制数字。找不到不代表证照不存在：它可能登记在别的账本，或尚未上链。", "A key has 64 hexadecimal digits. That it is not here does not mean that a licence does not exist: it may be on another ledger, or not be anchored yet.";
    trouble: "本节点暂时不能回答", "This node cannot answer now";
    trouble_advice: "问题在本节点一侧，已记入日志。请稍后再试，或打开另一个节点：各节点的账本相同。", "The fault is on this node's side and has been logged. Try again later, or open another node: all have the same ledger.";
    to_start: "回到首页", "To the first page";

    about_lead: "证库是一份由多家机构共同维护的电子证照索引。它让任何人不必相信任何一台服务器，就能确认一张证照是否登记过、是否仍然现行。", "Zhengku is an index of electronic licences that several organisations keep together. It lets anybody confirm that a licence was recorded and is still current, without trusting any one server.";
    about_holds: "账本上有什么", "What is on the ledger";
    about_holds_text: "机构与其公钥、证照类型、每张证照的状态、日期与摘要。姓名、号码、照片等照面内容加密保存在账本之外，只有摘要上链；销毁密钥即永久删除。", "Organisations and their public keys, licence types, and of each licence its status, dates and digests. Names, numbers and photographs are kept encrypted off the ledger; destroying a key erases them for good.";
    about_agree: "如何达成一致", "How agreement is reached";
    about_agree_text: "每个块由一个节点提议，全部验证节点先各自执行、再两次投票；超过三分之二签名才算数。不足时宁可停下，也不会出现两个不同的账本。", "One node proposes a block; every validator executes it and votes twice, and more than two thirds of the signatures decide. With fewer the network rather stops than have two different ledgers.";
    about_check: "如何自己核对", "How to check it yourself";
    about_check_text: "打开任一条目，浏览器会从原始字节重算到块头的根，并核对投票签名。也可下载证明文件，用独立的核验程序离线核对。", "Open any entry: the browser computes the way from the raw bytes to the header's root and checks the votes. Or take a proof file and check it offline with an independent verifier.";
    about_this: "本节点", "This node";
    program_version: "程序版本", "Program version";
    example_entry: "打开最新条目的证明", "Open the proof of the newest entry";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chinese characters and the punctuation that goes with them.
    pub(crate) fn is_chinese(one: char) -> bool {
        matches!(one, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        for (name, zh, en) in ALL.iter().chain(desk::ALL).chain(open::ALL) {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name} is empty in one language");
            if *name == "other_language" {
                continue;
            }
            assert!(zh.chars().any(is_chinese), "{name} is not in Chinese: {zh}");
            assert!(!en.chars().any(is_chinese), "{name} is not in English: {en}");
        }
        assert_eq!(Language::ALL.map(Language::other_language), ["English", "中文"]);
    }
}
