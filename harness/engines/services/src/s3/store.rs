//! The store: it answers clients, and nothing that it has not written to its disk.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use madsim::net::{TcpListener, TcpStream};
use stormglass_core::op::kv::{KvOp, KvRet};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::sync::Mutex;

use super::application::S3Backup;
use super::table::{Change, Table, numbers};
use crate::document::Document;

/// The state and what is still to be backed up of it.
pub(super) struct Store {
    state: RefCell<State>,
    document: Document<S3Backup>,
    /// The revision that is on the disk. Whoever stores the next one holds it.
    stored: Mutex<u64>,
}

struct State {
    table: Table,
    /// Newest last.
    changes: Vec<Change>,
}

impl Store {
    /// A store that begins with this state, of which nothing is on the disk yet.
    pub(super) async fn beginning(table: Table, document: Document<S3Backup>) -> Rc<Store> {
        document.store(&table.write_down()).await;
        let stored = Mutex::new(table.revision());
        Rc::new(Store { state: RefCell::new(State { table, changes: Vec::new() }), document, stored })
    }

    /// The state as it is now.
    pub(super) fn table(&self) -> Table {
        self.state.borrow().table.clone()
    }

    /// What has been changed and not been backed up.
    pub(super) fn changes(&self) -> Vec<Change> {
        self.state.borrow().changes.clone()
    }

    /// What was changed up to this revision has been backed up.
    pub(super) fn forget(&self, revision: u64) {
        self.state.borrow_mut().changes.retain(|change| change.revision > revision);
    }

    /// Answers whoever comes.
    pub(super) async fn attend(self: Rc<Self>, listener: TcpListener) -> io::Result<()> {
        loop {
            let (stream, _) = listener.accept().await?;
            let store = self.clone();
            madsim::task::spawn_local(async move {
                // Whoever asks may go at any time.
                drop(store.answer(stream).await);
            });
        }
    }

    async fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufStream::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).await? > 0 {
            let answer = match question(&line) {
                Some(op) => tell(self.carry_out(op).await),
                None => "no such question".to_owned(),
            };
            stream.write_all(format!("{answer}\n").as_bytes()).await?;
            stream.flush().await?;
            line.clear();
        }
        Ok(())
    }

    async fn carry_out(&self, op: KvOp) -> KvRet {
        let ret = {
            let mut state = self.state.borrow_mut();
            let (ret, change) = state.table.carry_out(op);
            state.changes.extend(change);
            ret
        };
        // Reads wait as well: what they saw must not be taken back by a crash.
        self.make_durable().await;
        ret
    }

    async fn make_durable(&self) {
        let mut stored = self.stored.lock().await;
        let table = self.table();
        if table.revision() > *stored {
            self.document.store(&table.write_down()).await;
            *stored = table.revision();
        }
    }
}

/// An operation as a line.
pub(super) fn ask(op: KvOp) -> String {
    match op {
        KvOp::Read { key } => format!("read {key}"),
        KvOp::Write { key, value } => format!("write {key} {value}"),
        KvOp::Cas { key, expect, value } => format!("cas {key} {expect} {value}"),
    }
}

fn question(line: &str) -> Option<KvOp> {
    let (what, rest) = line.split_once(' ')?;
    match (what, &numbers(rest)[..]) {
        ("read", &[key]) => Some(KvOp::Read { key }),
        ("write", &[key, value]) => Some(KvOp::Write { key, value }),
        ("cas", &[key, expect, value]) => Some(KvOp::Cas { key, expect, value }),
        _ => None,
    }
}

fn tell(ret: KvRet) -> String {
    match ret {
        KvRet::Value(None) => "nothing".to_owned(),
        KvRet::Value(Some(value)) => format!("value {value}"),
        KvRet::Written => "written".to_owned(),
        KvRet::Swapped(true) => "swapped".to_owned(),
        KvRet::Swapped(false) => "kept".to_owned(),
    }
}

/// What an answer says.
pub(super) fn hear(answer: &str) -> Option<KvRet> {
    match answer.trim_end() {
        "nothing" => Some(KvRet::Value(None)),
        "written" => Some(KvRet::Written),
        "swapped" => Some(KvRet::Swapped(true)),
        "kept" => Some(KvRet::Swapped(false)),
        other => other.strip_prefix("value ")?.parse().ok().map(|value| KvRet::Value(Some(value))),
    }
}
