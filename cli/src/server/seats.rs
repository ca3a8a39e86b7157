//! Seats for what is done for others: so many altogether, and fewer for one of them, so that nobody keeps the others out. Pure.

use std::sync::{Arc, Mutex, PoisonError};

/// For places, or for people by name.
pub(super) struct Seats<K> {
    taken: Arc<Mutex<Vec<K>>>,
    all: usize,
    for_one: usize,
}

/// One that is taken, until it is dropped.
pub(super) struct Seat<K: PartialEq> {
    of: Arc<Mutex<Vec<K>>>,
    who: K,
}

impl<K: PartialEq + Clone> Seats<K> {
    pub fn new(all: usize, for_one: usize) -> Seats<K> {
        Seats { taken: Arc::default(), all, for_one }
    }

    pub fn take(&self, who: K) -> Option<Seat<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.iter().filter(|other| **other == who).count();
        let is_free = taken.len() < self.all && own < self.for_one;
        is_free.then(|| {
            taken.push(who.clone());
            Seat { of: self.taken.clone(), who }
        })
    }
}

impl<K: PartialEq> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = taken.iter().position(|who| *who == self.who) {
            taken.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn one_place_keeps_no_other_out() {
        let (seats, [slow, other, third]) = (Seats::new(8, 4), [1, 2, 3].map(|last| IpAddr::from([192, 0, 2, last])));
        let mut held: Vec<Seat<IpAddr>> = (0..9).map_while(|_| seats.take(slow)).collect();
        assert_eq!(held.len(), 4);
        let others: Vec<Seat<IpAddr>> = (0..9).map_while(|_| seats.take(other)).collect();
        assert_eq!((others.len(), seats.take(third).is_some()), (4, false));
        held.pop();
        assert!(seats.take(third).is_some() && seats.take(slow).is_some(), "a seat is free again once it is dropped");
    }
}
