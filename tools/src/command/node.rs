//! `zhengku node run`: waits for the service.
use crate::cli::network::NodeRunArguments;
use crate::failure::Failure;
use crate::output::Console;
pub(super) fn run(_arguments: &NodeRunArguments, _console: &Console) -> Result<u8, Failure> {
    Err(Failure::usage("节点服务尚未接入", "the service is not wired yet"))
}
