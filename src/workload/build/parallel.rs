//! One function over many items on all cores.

use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;

/// How many threads are of use. To find out takes several files of the system, and it is asked often.
static CORES: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZeroUsize::get));

/// An item until somebody takes it, then what became of it.
type Cell<T, R> = Mutex<(Option<T>, Option<R>)>;

/// Applies `work` to every item and keeps the order.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let done = try_map(items, |item| Ok::<R, Infallible>(work(item)));
    match done {
        Ok(done) => done,
        Err(never) => match never {},
    }
}

/// Applies `work` to every item and keeps the order. The error is that of the first item that has one.
pub(in crate::workload) fn try_map<T: Send, R: Send, E: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = CORES.min(items.len());
    if threads <= 1 {
        return items.into_iter().map(work).collect();
    }
    let cells: Vec<Cell<T, Result<R, E>>> = items
        .into_iter()
        .map(|item| Mutex::new((Some(item), None)))
        .collect();
    let next = AtomicUsize::new(0);
    let run = || {
        while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let item = cell.lock().unwrap_or_else(PoisonError::into_inner).0.take();
            let result = item.map(&work);
            cell.lock().unwrap_or_else(PoisonError::into_inner).1 = result;
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    cells
        .into_iter()
        .filter_map(|cell| cell.into_inner().unwrap_or_else(PoisonError::into_inner).1)
        .collect()
}

/// Items that one core takes at once where each of them is little work.
const CHUNK: usize = 64;

/// Applies `work` to every item where it lies and keeps the order. For many items that are little work each.
pub(crate) fn map_each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let chunks = items.chunks(CHUNK).collect();
    let done = map(chunks, |chunk: &[T]| {
        chunk.iter().map(&work).collect::<Vec<R>>()
    });
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_and_the_first_error_wins() {
        let doubled: Result<Vec<u32>, ()> = try_map((0..1000).collect(), |item: u32| Ok(item * 2));
        assert_eq!(
            doubled.unwrap(),
            (0..1000).map(|item| item * 2).collect::<Vec<_>>()
        );
        let failed = try_map((0..1000).collect(), |item: u32| {
            if item % 300 == 299 {
                Err(item)
            } else {
                Ok(item)
            }
        });
        assert_eq!(failed, Err(299));
        assert_eq!(
            try_map(Vec::new(), |item: u8| Ok::<_, ()>(item)),
            Ok(vec![])
        );
    }
}
