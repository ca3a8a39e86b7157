//! Seats for what is done for strangers: so many altogether, and fewer for one place, so that nobody keeps the others out. Pure.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Seats {
    taken: Arc<Mutex<Vec<IpAddr>>>,
    all: usize,
    for_one: usize,
}

/// One that is taken, until it is dropped.
pub(super) struct Seat {
    of: Arc<Mutex<Vec<IpAddr>>>,
    from: IpAddr,
}

impl Seats {
    pub fn new(all: usize, for_one: usize) -> Seats {
        Seats { taken: Arc::default(), all, for_one }
    }

    pub fn take(&self, from: IpAddr) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.iter().filter(|other| **other == from).count();
        let is_free = taken.len() < self.all && own < self.for_one;
        is_free.then(|| {
            taken.push(from);
            Seat { of: self.taken.clone(), from }
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = taken.iter().position(|from| *from == self.from) {
            taken.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_keeps_no_other_out() {
        let (seats, [slow, other, third]) = (Seats::new(8, 4), [1, 2, 3].map(|last| IpAddr::from([192, 0, 2, last])));
        let mut held: Vec<Seat> = (0..9).map_while(|_| seats.take(slow)).collect();
        assert_eq!(held.len(), 4);
        let others: Vec<Seat> = (0..9).map_while(|_| seats.take(other)).collect();
        assert_eq!((others.len(), seats.take(third).is_some()), (4, false));
        held.pop();
        assert!(seats.take(third).is_some() && seats.take(slow).is_some(), "a seat is free again once it is dropped");
    }
}
