//! The disk: room, and how long a synced write takes.

use super::Finding;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// Below this the node has days, not months.
const LEAST_FREE_BYTES: u64 = 5 * 1024 * 1024 * 1024;
/// Below this it may stop tonight.
const NO_ROOM_BYTES: u64 = 512 * 1024 * 1024;
/// Each block is two synced writes; beyond this they are what agreement waits for.
const SLOW_SYNC: Duration = Duration::from_millis(50);
/// Writes that are measured; the median is told.
const WRITES: usize = 11;

pub(super) fn examine(data: &Path) -> Vec<Finding> {
    vec![room(data), sync(data)]
}

fn room(data: &Path) -> Finding {
    let stat = match rustix::fs::statvfs(data) {
        Ok(stat) => stat,
        Err(error) => {
            let found = (format!("磁盘: {error}"), format!("disk: {error}"));
            return Finding::wrong(found, ("请核对 data", "check `data`"));
        }
    };
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    let gib = |bytes: u64| bytes.checked_div(1024 * 1024 * 1024).unwrap_or_default();
    let all = stat.f_blocks.saturating_mul(stat.f_frsize);
    let found = (
        format!("磁盘剩余 {} GiB / {} GiB", gib(free), gib(all)),
        format!("{} of {} GiB are free", gib(free), gib(all)),
    );
    let remedy = ("请扩容或腾出空间", "enlarge the disk or make room");
    match free {
        0..NO_ROOM_BYTES => Finding::wrong(found, remedy),
        NO_ROOM_BYTES..LEAST_FREE_BYTES => Finding::warning(found, remedy),
        _ => Finding::fine(found.0, found.1),
    }
}

fn sync(data: &Path) -> Finding {
    let path = data.join(format!("doctor-{}.tmp", std::process::id()));
    let measured = measure(&path);
    let _ = std::fs::remove_file(&path);
    match measured {
        Err(error) => Finding::wrong(
            (format!("数据目录不可写: {error}"), format!("the directory cannot be written: {error}")),
            ("请检查属主、挂载与剩余空间", "check its owner, mount and room"),
        ),
        Ok(median) => {
            let text = format!("{:.1} ms", median.as_secs_f64() * 1e3);
            let found = (format!("同步写入 {text}"), format!("a synced write takes {text}"));
            if median > SLOW_SYNC {
                Finding::warning(
                    found,
                    ("请换用固态盘, 或查明占用磁盘的程序", "use a solid-state disk, or find what keeps it busy"),
                )
            } else {
                Finding::fine(found.0, found.1)
            }
        }
    }
}

fn measure(path: &Path) -> std::io::Result<Duration> {
    let mut file = std::fs::File::create_new(path)?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let started = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times.get(WRITES / 2).copied().unwrap_or_default())
}
