//! The picture of the network: nodes on a circle, the newest block in the middle, and a spoke for what this node knows of each.

use super::recent::Summary;
use crate::page::language::Language;
use crate::page::show::grouped;
use crate::port::{Network, NodePicture, Role};
use std::f64::consts::TAU;
use zhengku_ledger::ids::Height;
use zhengku_ledger::validator_set::ValidatorSet;

/// The side of the square drawing.
const SIDE: f64 = 480.0;
const CENTRE: f64 = SIDE / 2.0;
/// Where nodes stand, where spokes begin and end, and where the arcs of votes lie.
const CIRCLE: f64 = 166.0;
const SPOKE_START: f64 = 92.0;
const SPOKE_END: f64 = 138.0;
const ARC: f64 = 80.0;
/// Above this many nodes labels would lie on each other: the table of nodes names them.
const MAX_LABELS: usize = 16;

/// A drawing, ready for the template: coordinates are texts with one decimal.
pub(crate) struct Picture {
    /// The nodes.
    pub(crate) dots: Vec<Dot>,
    /// One arc for each validator.
    pub(crate) arcs: Vec<Arc>,
    /// What the drawing shows, in words.
    pub(crate) words: String,
    /// The height of the newest block.
    pub(crate) height: String,
    /// `3/4`.
    pub(crate) votes: String,
    /// The words under the number, or what is missing for a quorum.
    pub(crate) note: String,
    /// Whether blocks can be decided.
    pub(crate) has_quorum: bool,
    /// What is being agreed on.
    pub(crate) deciding: String,
    /// Changes with every block: what carries it is drawn anew.
    pub(crate) beat: u64,
    /// The side of the drawing.
    pub(crate) side: f64,
    /// Its middle.
    pub(crate) centre: f64,
}

/// A node.
pub(crate) struct Dot {
    /// Its centre.
    pub(crate) at: Point,
    /// The two ends of its spoke, from the middle outwards.
    pub(crate) spoke: (Point, Point),
    /// The middle of its spoke, where a cut is drawn.
    pub(crate) cut: Point,
    /// Its name.
    pub(crate) name: String,
    /// Its height and the way to it.
    pub(crate) label: String,
    /// Where the two lines of the label stand.
    pub(crate) lines: (String, String),
    /// Whether labels are drawn.
    pub(crate) is_labelled: bool,
    /// Whether it is this node.
    pub(crate) is_self: bool,
    /// Whether this node is connected to it.
    pub(crate) is_connected: bool,
    /// Whether it votes.
    pub(crate) is_validator: bool,
    /// Whether it proposed the newest block.
    pub(crate) is_proposer: bool,
    /// Whether its vote is in the newest certificate.
    pub(crate) has_voted: bool,
}

/// A place in the drawing.
pub(crate) struct Point {
    /// From the left.
    pub(crate) x: String,
    /// From the top.
    pub(crate) y: String,
}

/// The arc of one vote.
pub(crate) struct Arc {
    /// The path of an SVG element.
    pub(crate) path: String,
    /// Whether the vote is there.
    pub(crate) is_filled: bool,
    /// Its order, for the animation.
    pub(crate) order: usize,
}

impl Picture {
    /// Draws the network.
    pub(crate) fn new(t: Language, network: &Network, validators: &ValidatorSet, newest: Option<&Summary>) -> Self {
        let count = network.nodes.len();
        let turns = turns(network);
        let dots: Vec<Dot> = network
            .nodes
            .iter()
            .zip(&turns)
            .map(|(node, turn)| dot(t, network, node, newest, *turn, count <= MAX_LABELS))
            .collect();
        let quorum = validators.quorum();
        let connected = super::connected_validators(network);
        let (votes, of) = newest.map_or((0, 0), |block| (block.voters.len(), block.validators));
        let height = newest.map_or(Height(0), |block| block.height);
        let note = if network.has_quorum { t.votes().to_owned() } else { t.needs_nodes(quorum, connected) };
        Self {
            words: t.picture_words(height.0, votes, of, connected, count),
            arcs: arcs(network, &turns, newest),
            dots,
            height: grouped(height.0),
            votes: if of == 0 || height == Height(0) { t.genesis().to_owned() } else { format!("{votes}/{of}") },
            note,
            has_quorum: network.has_quorum,
            deciding: t.deciding(network.deciding.0.0, network.deciding.1),
            beat: height.0,
            side: SIDE,
            centre: CENTRE,
        }
    }
}

/// Where each node stands, in parts of a turn from the right: validators evenly, observers evenly in the gaps between them.
fn turns(network: &Network) -> Vec<f64> {
    let validators = network.nodes.iter().filter(|node| node.role == Role::Validator).count().max(1);
    let observers = network.nodes.len().saturating_sub(validators);
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let share = 1.0 / number(validators);
    let (mut validator, mut observer) = (0_usize, 0_usize);
    let one = |node: &NodePicture| {
        // The first validator stands at the top left, so that the drawing is as wide as it is high.
        let turn = |steps: f64| (steps - 0.5) * share - 0.25;
        if node.role == Role::Validator {
            validator = validator.saturating_add(1);
            return turn(number(validator.saturating_sub(1)));
        }
        let (gap, row) = (observer % validators, observer / validators);
        observer = observer.saturating_add(1);
        let in_gap = observers.saturating_sub(gap).div_ceil(validators);
        turn(number(gap) + number(row.saturating_add(1)) / number(in_gap.saturating_add(1)))
    };
    network.nodes.iter().map(one).collect()
}

fn dot(
    t: Language,
    network: &Network,
    node: &NodePicture,
    newest: Option<&Summary>,
    turn: f64,
    is_labelled: bool,
) -> Dot {
    let at = point(turn, CIRCLE);
    let (_, y) = place(turn, CIRCLE);
    let is_self = node.name == network.name;
    let height = node.height.map_or_else(|| "–".to_owned(), |height| grouped(height.0));
    let way = match node.round_trip_us {
        _ if is_self => t.this_node().to_owned(),
        _ if !node.is_connected => t.not_connected().to_owned(),
        Some(us) => milliseconds(us),
        None => String::new(),
    };
    let label = if way.is_empty() { height } else { format!("{height} · {way}") };
    Dot {
        spoke: (point(turn, SPOKE_START), point(turn, SPOKE_END)),
        cut: point(turn, f64::midpoint(SPOKE_START, SPOKE_END)),
        lines: if y < CENTRE - 40.0 {
            (decimal(y - 47.0), decimal(y - 31.0))
        } else {
            (decimal(y + 43.0), decimal(y + 60.0))
        },
        at,
        label,
        is_labelled,
        is_self,
        is_connected: node.is_connected,
        is_validator: node.role == Role::Validator,
        is_proposer: newest.is_some_and(|block| block.height != Height(0) && block.proposer == node.name),
        has_voted: newest.is_some_and(|block| block.voters.contains(&node.name)),
        name: node.name.clone(),
    }
}

/// One arc for each validator, turned towards it.
fn arcs(network: &Network, turns: &[f64], newest: Option<&Summary>) -> Vec<Arc> {
    let validators: Vec<(&NodePicture, &f64)> =
        network.nodes.iter().zip(turns).filter(|(node, _)| node.role == Role::Validator).collect();
    let share = 1.0 / f64::from(u32::try_from(validators.len().max(1)).unwrap_or(u32::MAX));
    let gap = (0.012_f64).min(share / 4.0);
    let drawn = |(order, (node, turn)): (usize, (&NodePicture, &f64))| {
        let (start, end) = (turn - share / 2.0 + gap, turn + share / 2.0 - gap);
        let (from, to) = (point(start, ARC), point(end, ARC));
        let large = u8::from(end - start > 0.5);
        Arc {
            path: format!("M{} {}A{ARC} {ARC} 0 {large} 1 {} {}", from.x, from.y, to.x, to.y),
            is_filled: newest.is_some_and(|block| block.voters.contains(&node.name)),
            order,
        }
    };
    validators.into_iter().enumerate().map(drawn).collect()
}

fn place(turn: f64, radius: f64) -> (f64, f64) {
    let angle = turn * TAU;
    (CENTRE + radius * angle.cos(), CENTRE + radius * angle.sin())
}

fn point(turn: f64, radius: f64) -> Point {
    let (x, y) = place(turn, radius);
    Point { x: decimal(x), y: decimal(y) }
}

fn decimal(number: f64) -> String {
    format!("{number:.1}")
}

/// `0.8 ms`, `12 ms`.
pub(crate) fn milliseconds(us: u64) -> String {
    if us < 10_000 { format!("{}.{} ms", us / 1000, us / 100 % 10) } else { format!("{} ms", grouped(us / 1000)) }
}
