//! Requests to a node and what their answers mean.

use super::cause;
use super::signing::{Caller, Signable};
use borsh::{BorshDeserialize, BorshSerialize};
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use std::time::Duration;
use zhengku_api_types as types;
use zhengku_crypto::digest::Digest;
use zhengku_ledger::codec;
use zhengku_ledger::entry::{Entry, EntryBody, MAX_ENTRY_BYTES, Node, Parameters};
use zhengku_ledger::ids::{EntryKey, Height, LogIndex};
use zhengku_ledger::state::Directory;
use zhengku_ledger::transaction::RejectCode;

/// How long a node may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take, the time that the node was asked to wait left out.
const ANSWER: Duration = Duration::from_secs(30);
/// The longest answer in bytes: entries of 4,096 keys take 4 MB.
const MAX_ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// How long the node is asked to wait for a decision.
const WAIT_MS: u64 = 20_000;

/// Why a node did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RemoteError {
    /// Not an address.
    #[error("{url} is not the address of a node, e.g. http://127.0.0.1:8480")]
    Address {
        /// What was given.
        url: String,
    },
    /// Nobody answers.
    #[error("{url} does not answer: {reason}")]
    Unreachable {
        /// The node.
        url: String,
        /// Why.
        reason: String,
    },
    /// It says why not.
    #[error("{}: {}; {}", .0.title, .0.detail, .0.remedy_en)]
    Problem(Box<types::Problem>),
    /// Its answer is none that this program knows.
    #[error("{url}: the answer cannot be read: {reason}; is it a node of the same version?")]
    Form {
        /// The node.
        url: String,
        /// Why.
        reason: String,
    },
    /// A signed request needs a key.
    #[error("this needs the key of an organisation of the ledger; none is held here")]
    NoKey,
    /// The ledger rejected it.
    #[error("the ledger rejected it: {} ({})", code.reason_en(), code.number())]
    Rejected {
        /// Why.
        code: RejectCode,
    },
    /// Not decided in time.
    #[error("not decided in time; the transaction still waits, and running the command again is harmless")]
    Undecided,
    /// The request could not be signed.
    #[error("signing: {0}")]
    Signing(#[from] zhengku_crypto::sign::SignatureError),
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] zhengku_library::random::RandomError),
}

impl RemoteError {
    /// Whether asking again later may succeed.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Undecided => true,
            Self::Problem(problem) => matches!(problem.status, 429 | 503),
            _ => false,
        }
    }

    /// The message in Chinese.
    pub(crate) fn chinese(&self) -> String {
        match self {
            Self::Address { url } => format!("{url} 不是节点地址; 例如 http://127.0.0.1:8480"),
            Self::Unreachable { url, .. } => {
                format!("{url} 没有应答; 请确认节点在运行, 再试 zhengku network status --node {url}")
            }
            Self::Problem(problem) => format!("节点拒绝 ({}): {}", problem.code, problem.remedy_zh),
            Self::Form { url, .. } => format!("{url} 的回答无法理解; 它是同版本的节点吗?"),
            Self::Rejected { code } => format!("账本拒绝: {} ({})", code.reason_zh(), code.number()),
            Self::NoKey => "此操作需要账本上某机构的签名密钥, 本目录没有".to_owned(),
            Self::Undecided => "尚未定案; 交易仍在等待, 重新运行同一命令无害".to_owned(),
            Self::Signing(_) | Self::Random(_) => "请求无法签名".to_owned(),
        }
    }
}

/// A node's interface.
#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    authority: String,
    http: reqwest::Client,
    caller: Option<Caller>,
}

impl Client {
    /// The node at `http://host:port`.
    pub(crate) fn new(url: &str) -> Result<Self, RemoteError> {
        let address = || RemoteError::Address { url: url.to_owned() };
        let base = url.trim().trim_end_matches('/');
        let parsed = reqwest::Url::parse(base).map_err(|_| address())?;
        let host = parsed.host_str().ok_or_else(address)?;
        if parsed.scheme() != "http" || parsed.path() != "/" || parsed.query().is_some() {
            return Err(address());
        }
        let authority = parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        // A proxy for the web is none for the nodes of a closed network.
        let http = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()
            .map_err(|error| RemoteError::Unreachable { url: base.to_owned(), reason: error.to_string() })?;
        Ok(Self { base: base.to_owned(), authority, http, caller: None })
    }

    /// The same node, with the organisation that signs what must be signed.
    pub(crate) fn with_caller(mut self, caller: Option<Caller>) -> Self {
        self.caller = caller;
        self
    }

    /// Where a node stands.
    pub(crate) async fn status(&self) -> Result<types::Status, RemoteError> {
        self.get_json("/v1/status", ANSWER).await
    }

    /// The network as this node sees it.
    pub(crate) async fn network(&self) -> Result<types::Network, RemoteError> {
        self.get_json("/v1/network", ANSWER).await
    }

    /// Organisations, the catalogue and the seals, from their canonical bytes.
    pub(crate) async fn directory(&self) -> Result<Directory, RemoteError> {
        let organisations: types::Organisations = self.get_json("/v1/organisations", ANSWER).await?;
        let licence_types: types::LicenceTypes = self.get_json("/v1/licence-types", ANSWER).await?;
        let mut directory = Directory::default();
        for one in organisations.items {
            directory.apply(&EntryBody::Organisation(self.canonical("organisation", &one.canonical)?));
        }
        for one in licence_types.items {
            directory.apply(&EntryBody::LicenceType(self.canonical("licence type", &one.canonical)?));
        }
        let seals: types::Seals = self.get_json("/v1/seals", ANSWER).await?;
        let materials: types::MaterialTypes = self.get_json("/v1/material-types", ANSWER).await?;
        for one in seals.items {
            directory.apply(&EntryBody::Seal(self.canonical("seal", &one.canonical)?));
        }
        for one in materials.items {
            directory.apply(&EntryBody::MaterialType(self.canonical("material type", &one.canonical)?));
        }
        Ok(directory)
    }

    /// All nodes on the ledger.
    pub(crate) async fn nodes(&self) -> Result<Vec<Node>, RemoteError> {
        let nodes: types::Nodes = self.get_json("/v1/nodes", ANSWER).await?;
        nodes.items.iter().map(|one| self.canonical("node", &one.canonical)).collect()
    }

    /// The parameters of the ledger.
    pub(crate) async fn parameters(&self) -> Result<Parameters, RemoteError> {
        let parameters: types::Parameters = self.get_json("/v1/parameters", ANSWER).await?;
        self.canonical("parameters", &parameters.canonical)
    }

    /// The proposals that wait.
    pub(crate) async fn proposals(&self) -> Result<types::Proposals, RemoteError> {
        self.get_json("/v1/proposals", ANSWER).await
    }

    fn canonical<T: BorshDeserialize + BorshSerialize>(
        &self,
        what: &'static str,
        octets: &types::Octets,
    ) -> Result<T, RemoteError> {
        codec::decode(what, &octets.0, MAX_ENTRY_BYTES).map_err(|error| self.unreadable(&error))
    }

    /// A proof file; none when the node has no licence of this key at that height.
    pub(crate) async fn proof_file(
        &self,
        key: &EntryKey,
        height: Option<Height>,
    ) -> Result<Option<String>, RemoteError> {
        let query = height.map(|height| format!("?height={height}")).unwrap_or_default();
        self.text_file(&format!("/v1/proofs/{}{query}", key.digest())).await
    }

    /// The proof file of the licence that lists a file; none when the node knows none.
    pub(crate) async fn proof_of_file(&self, sha256: &Digest) -> Result<Option<String>, RemoteError> {
        self.text_file(&format!("/v1/files/{sha256}/proof.txt")).await
    }

    /// The history of the validator set as a file.
    pub(crate) async fn history_file(&self) -> Result<Option<String>, RemoteError> {
        self.text_file("/v1/validators/history.txt").await
    }

    /// The header of a block.
    pub(crate) async fn header(&self, height: Height) -> Result<types::Header, RemoteError> {
        self.get_json(&format!("/v1/blocks/{height}/header"), ANSWER).await
    }

    async fn text_file(&self, path: &str) -> Result<Option<String>, RemoteError> {
        let bytes = match self.send(Method::GET, path, Vec::new(), "", ANSWER).await {
            Err(RemoteError::Problem(problem)) if problem.code == "not-found" => return Ok(None),
            other => other?,
        };
        String::from_utf8(bytes).map(Some).map_err(|error| self.unreadable(&error))
    }

    /// Whether its requests are signed: some questions are answered to organisations alone.
    pub(crate) const fn has_caller(&self) -> bool {
        self.caller.is_some()
    }

    /// The entry at a place in the log, from its canonical bytes.
    pub(crate) async fn entry(&self, index: LogIndex) -> Result<Entry, RemoteError> {
        let shown: types::Entry = self.get_json(&format!("/v1/entries/{index}"), ANSWER).await?;
        Entry::decode(&shown.canonical.0).map_err(|error| self.unreadable(&error))
    }

    /// The newest entries of keys: canonical bytes with their places.
    pub(crate) async fn find(&self, keys: &[EntryKey]) -> Result<types::Found, RemoteError> {
        let request = types::FindRequest { keys: keys.iter().map(|key| key.digest().into()).collect() };
        let body = serde_json::to_vec(&request).map_err(|error| self.unreadable(&error))?;
        if self.caller.is_none() {
            return Err(RemoteError::NoKey);
        }
        let bytes = self.send(Method::POST, "/v1/entries/find", body, "application/json", ANSWER).await?;
        self.read(&bytes)
    }

    /// Submits transactions (canonical bytes) together and waits until they are decided, as long as the node is willing to.
    pub(crate) async fn submit(&self, transactions: &[Vec<u8>]) -> Result<Vec<types::BatchItem>, RemoteError> {
        let mut body = Vec::new();
        for transaction in transactions {
            let length = u32::try_from(transaction.len()).unwrap_or(u32::MAX);
            body.extend_from_slice(&length.to_be_bytes());
            body.extend_from_slice(transaction);
        }
        let path = format!("/v1/transactions/batch?wait=finalized&timeout_ms={WAIT_MS}");
        let patience = ANSWER.saturating_add(Duration::from_millis(WAIT_MS));
        let bytes = self.send(Method::POST, &path, body, "application/octet-stream", patience).await?;
        let result: types::BatchResult = self.read(&bytes)?;
        if result.items.len() == transactions.len() {
            Ok(result.items)
        } else {
            Err(self.unreadable(&"another number of answers than of transactions"))
        }
    }

    pub(crate) async fn get_json<T: DeserializeOwned>(&self, path: &str, patience: Duration) -> Result<T, RemoteError> {
        let bytes = self.send(Method::GET, path, Vec::new(), "", patience).await?;
        self.read(&bytes)
    }

    fn read<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, RemoteError> {
        serde_json::from_slice(bytes).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, reason: &dyn std::fmt::Display) -> RemoteError {
        RemoteError::Form { url: self.base.clone(), reason: reason.to_string() }
    }

    fn unreachable(&self, error: &reqwest::Error) -> RemoteError {
        RemoteError::Unreachable { url: self.base.clone(), reason: cause(error) }
    }

    async fn send(
        &self,
        method: Method,
        path_and_query: &str,
        body: Vec<u8>,
        content_type: &str,
        patience: Duration,
    ) -> Result<Vec<u8>, RemoteError> {
        let url = format!("{}{path_and_query}", self.base);
        let mut request = self.http.request(method.clone(), url).timeout(patience);
        if method == Method::POST {
            request = request.header("content-type", content_type);
            if let Some(caller) = self.caller.as_ref().filter(|_| content_type == "application/json") {
                let signable =
                    Signable { method: method.as_str(), authority: &self.authority, path_and_query, body: &body };
                for (name, value) in caller.sign(&signable)? {
                    request = request.header(name, value);
                }
            }
            request = request.body(body);
        }
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        let bytes = self.body(response).await?;
        if status.is_success() { Ok(bytes) } else { Err(self.problem(status, &bytes)) }
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, RemoteError> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err(self.unreadable(&"the answer is too long"));
            }
        }
        Ok(bytes)
    }

    fn problem(&self, status: StatusCode, bytes: &[u8]) -> RemoteError {
        match serde_json::from_slice::<types::Problem>(bytes) {
            Ok(problem) => RemoteError::Problem(Box::new(problem)),
            Err(_) => self.unreadable(&format!("status {status} without a reason")),
        }
    }
}
