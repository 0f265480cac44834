//! What the loopback device can do: every message between the nodes of one machine goes through it.

use super::super::{per, quantile, rounded};
use crate::failure::Failure;
use serde::Serialize;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

const ROUND_TRIPS: usize = 2_000;
const BULK_BYTES: usize = 256 * 1024 * 1024;
const CHUNK: usize = 64 * 1024;

/// Limits of the loopback device.
#[derive(Debug, Serialize)]
pub(super) struct Loopback {
    /// The median round trip of one byte, in microseconds.
    pub(super) round_trip_us: f64,
    /// One connection, one direction, in megabytes per second.
    pub(super) mb_per_s: f64,
}

/// Measures one connection of this process with itself.
pub(super) fn measure() -> Result<Loopback, Failure> {
    connection().map_err(Failure::output)
}

fn connection() -> std::io::Result<Loopback> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let echo = std::thread::spawn(move || {
        let mut byte = [0_u8; 1];
        for _ in 0..ROUND_TRIPS {
            far.read_exact(&mut byte)?;
            far.write_all(&byte)?;
        }
        std::io::copy(&mut far, &mut std::io::sink())
    });
    let mut times = Vec::with_capacity(ROUND_TRIPS);
    for _ in 0..ROUND_TRIPS {
        let started = Instant::now();
        near.write_all(&[1])?;
        near.read_exact(&mut [0_u8; 1])?;
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let (started, chunk) = (Instant::now(), vec![0_u8; CHUNK]);
    for _ in 0..BULK_BYTES / CHUNK {
        near.write_all(&chunk)?;
    }
    near.shutdown(std::net::Shutdown::Write)?;
    let copied = echo.join().map_err(|_| std::io::Error::other("the echoing thread ended"))??;
    let mb_per_s = per(copied / (1024 * 1024), started.elapsed().as_secs_f64());
    Ok(Loopback { round_trip_us: rounded(quantile(&times, 0.5)), mb_per_s: rounded(mb_per_s) })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_whole_transfer_arrives() {
        let measured = super::measure().unwrap();
        assert!(measured.round_trip_us > 0.0 && measured.mb_per_s > 1.0, "{measured:?}");
    }
}
