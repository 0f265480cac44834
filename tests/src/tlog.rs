//! Reads a transparency log as strangers do: C2SP signed note, checkpoint, tiles and bundles, with another implementation of those
//! standards (the packages `signed_note` and `tlog_tiles`). It knows nothing of this ledger but the verifier keys and the quorum.

use signed_note::{Note, StandardVerifier, Verifier, VerifierList};
use tlog_tiles::{
    Checkpoint, Error, Hash, HashReader, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record,
    prove_tree, record_hash, stored_hash_index,
};

/// Gives the body of `GET /<path>`, without a leading slash; none when there is no such resource. A closure over HTTP, a directory or
/// a map.
pub type Fetch<'a> = dyn Fn(&str) -> Option<Vec<u8>> + 'a;

/// Levels of the tree in a tile.
const TILE_HEIGHT: u8 = 8;
const TILE_WIDTH: u64 = 256;

/// A log as its checkpoint says it is.
#[derive(Debug)]
pub struct Head {
    /// The first line.
    pub origin: String,
    /// Its entries.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The lines behind the root.
    pub extension: String,
    /// The keys that signed, by name.
    pub signers: Vec<String>,
}

struct Tiles<'a>(&'a Fetch<'a>);

impl TileReader for Tiles<'_> {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        tiles.iter().map(|tile| self.read(tile)).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

impl Tiles<'_> {
    fn read(&self, tile: &Tile) -> Result<Vec<u8>, Error> {
        // The package's paths carry the height of tiles, those of the standard do not.
        let path = tile.path().replacen("tile/8/", "tile/", 1);
        let wanted = usize::try_from(tile.width()).map_err(|_| Error::InvalidTile)? * 32;
        let body = (self.0)(&path).ok_or(Error::InvalidTile)?;
        if body.len() == wanted { Ok(body) } else { Err(Error::InvalidTile) }
    }
}

/// Reads and judges `checkpoint`: at least `quorum` of the verifier keys must have signed it.
///
/// # Errors
/// What does not fit.
pub fn head(fetch: &Fetch<'_>, keys: &[String], quorum: usize) -> Result<Head, String> {
    let bytes = fetch("checkpoint").ok_or("there is no checkpoint")?;
    let note = Note::from_bytes(&bytes).map_err(|error| format!("note: {error}"))?;
    let mut known: Vec<Box<dyn Verifier>> = Vec::new();
    for key in keys {
        known.push(Box::new(StandardVerifier::new(key).map_err(|error| format!("verifier key {key}: {error:?}"))?));
    }
    let (verified, _) = note.verify(&VerifierList::new(known)).map_err(|error| format!("signatures: {error}"))?;
    let signers: Vec<String> = verified.iter().map(|one| one.name().to_owned()).collect();
    if signers.len() < quorum {
        return Err(format!("{} of the known keys signed, {quorum} are needed", signers.len()));
    }
    let read = Checkpoint::from_bytes(note.text()).map_err(|error| format!("checkpoint: {error}"))?;
    let (origin, extension) = (read.origin().to_owned(), read.extension().to_owned());
    Ok(Head { origin, size: read.size(), root: *read.hash(), extension, signers })
}

/// Reads every entry below a head, each with an inclusion proof made from tiles that lead to the head's root.
///
/// # Errors
/// What does not fit.
pub fn entries(fetch: &Fetch<'_>, head: &Head) -> Result<Vec<Vec<u8>>, String> {
    let tiles = Tiles(fetch);
    let reader = TileHashReader::new(head.size, head.root, &tiles);
    let mut entries = Vec::new();
    for number in 0..head.size.div_ceil(TILE_WIDTH) {
        let width = (head.size - number * TILE_WIDTH).min(TILE_WIDTH);
        let path = bundle_path(number, width);
        let body = fetch(&path).ok_or_else(|| format!("{path} is missing"))?;
        let bundle = split(&body).ok_or_else(|| format!("{path} is no bundle"))?;
        if bundle.len() as u64 != width {
            return Err(format!("{path} holds {} entries", bundle.len()));
        }
        let indexes: Vec<u64> = (0..width).map(|place| stored_hash_index(0, number * TILE_WIDTH + place)).collect();
        let hashes = reader.read_hashes(&indexes).map_err(|error| format!("tiles below {path}: {error:?}"))?;
        for (place, (entry, hash)) in bundle.iter().zip(hashes).enumerate() {
            if record_hash(entry) != hash {
                return Err(format!("entry {place} of {path} is not the one in the tiles"));
            }
        }
        entries.extend(bundle);
    }
    Ok(entries)
}

/// Makes an inclusion proof of one entry from the tiles and checks it.
///
/// # Errors
/// What does not fit.
pub fn inclusion(fetch: &Fetch<'_>, head: &Head, index: u64, entry: &[u8]) -> Result<Vec<Hash>, String> {
    let tiles = Tiles(fetch);
    let reader = TileHashReader::new(head.size, head.root, &tiles);
    let proof = prove_record(head.size, index, &reader).map_err(|error| format!("{error:?}"))?;
    check_record(&proof, head.size, head.root, index, record_hash(entry)).map_err(|error| format!("{error:?}"))?;
    Ok(proof)
}

/// Makes a consistency proof from an older head to a newer one from the tiles and checks it.
///
/// # Errors
/// What does not fit.
pub fn consistency(fetch: &Fetch<'_>, old: &Head, new: &Head) -> Result<Vec<Hash>, String> {
    let tiles = Tiles(fetch);
    let reader = TileHashReader::new(new.size, new.root, &tiles);
    let proof = prove_tree(new.size, old.size, &reader).map_err(|error| format!("{error:?}"))?;
    check_tree(&proof, new.size, new.root, old.size, old.root).map_err(|error| format!("{error:?}"))?;
    Ok(proof)
}

/// `tile/entries/x001/234.p/17`.
fn bundle_path(number: u64, width: u64) -> String {
    let partial = if width < TILE_WIDTH { format!(".p/{width}") } else { String::new() };
    let mut path = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    format!("tile/entries/{path}{partial}")
}

/// The entries of a bundle, each behind its length as u16 big-endian.
fn split(mut body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while !body.is_empty() {
        let (length, rest) = body.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        body = rest;
    }
    Some(entries)
}
