//! Parcels as datagrams.

use std::cell::RefCell;
use std::rc::Rc;

use madsim::net::Endpoint;

use super::address;

/// All parcels are of one kind.
const TAG: u64 = 0;

/// The hosts' endpoints, by place; none while a host is down.
pub(crate) struct Datagrams {
    endpoints: RefCell<Vec<Option<Rc<Endpoint>>>>,
}

impl Datagrams {
    pub(super) fn new(hosts: usize) -> Datagrams {
        Datagrams { endpoints: RefCell::new((0..hosts).map(|_| None).collect()) }
    }

    pub(super) fn open(&self, host: usize, endpoint: Rc<Endpoint>) {
        self.endpoints.borrow_mut()[host] = Some(endpoint);
    }

    pub(super) fn close(&self, host: usize) {
        self.endpoints.borrow_mut()[host] = None;
    }

    /// Sends in a task of its own: a sender that waited for each would send one in a millisecond.
    pub(super) fn send(&self, from: usize, to: usize, bytes: Vec<u8>) {
        let Some(endpoint) = self.endpoints.borrow()[from].clone() else { return };
        madsim::task::spawn_local(async move {
            // A receiver that is down has no socket: what is sent there is lost.
            drop(endpoint.send_to_raw(address(to), TAG, Box::new(bytes)).await);
        });
    }
}

/// One of the tasks that receive for a host.
pub(super) async fn read(endpoint: Rc<Endpoint>, hear: impl Fn(&[u8])) {
    while let Ok((payload, _)) = endpoint.recv_from_raw(TAG).await {
        if let Ok(bytes) = payload.downcast::<Vec<u8>>() {
            hear(&bytes);
        }
    }
}
