//! TCP as turmoil has it, and as the plan's `reset` can break it.
//!
//! turmoil takes no connection away from a host that lives, so these streams look whether theirs is broken before they read or write.
//! A stream of turmoil's own works as well, and is never reset. Who is reset, and when, only the run knows.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil::ToSocketAddrs;

thread_local! {
    /// The ends of all connections of this thread's run, as long as they are open.
    static LINES: RefCell<Vec<Weak<Line>>> = const { RefCell::new(Vec::new()) };
}

/// Listens for connections on a port of the host that calls.
pub struct TcpListener(turmoil::net::TcpListener);

impl TcpListener {
    /// Takes a port.
    ///
    /// # Errors
    /// If it is taken, or the address is not the host's own.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
        turmoil::net::TcpListener::bind(address).await.map(TcpListener)
    }

    /// The next connection, and whose it is.
    ///
    /// # Errors
    /// If that one cannot be had.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, from) = self.0.accept().await?;
        Ok((TcpStream::new(stream)?, from))
    }

    /// Where it listens.
    ///
    /// # Errors
    /// None: it is as tokio's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection.
#[derive(Debug)]
pub struct TcpStream {
    /// `None` once it is broken.
    stream: Option<turmoil::net::TcpStream>,
    line: Arc<Line>,
}

impl TcpStream {
    /// Connects to a server.
    ///
    /// # Errors
    /// If nobody listens there.
    pub async fn connect(address: impl ToSocketAddrs) -> io::Result<TcpStream> {
        TcpStream::new(turmoil::net::TcpStream::connect(address).await?)
    }

    fn new(stream: turmoil::net::TcpStream) -> io::Result<TcpStream> {
        let ends = (stream.local_addr()?, stream.peer_addr()?);
        let line = Arc::new(Line { ends, state: Mutex::default() });
        LINES.with_borrow_mut(|lines| {
            lines.retain(|line| line.strong_count() > 0);
            lines.push(Arc::downgrade(&line));
        });
        Ok(TcpStream { stream: Some(stream), line })
    }

    /// Its own end.
    ///
    /// # Errors
    /// None: it is as tokio's.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.ends().0)
    }

    /// The other end.
    ///
    /// # Errors
    /// None: it is as tokio's.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.ends().1)
    }

    /// Does nothing: no segment waits for another one.
    ///
    /// # Errors
    /// None: it is as tokio's.
    pub fn set_nodelay(&self, _nodelay: bool) -> io::Result<()> {
        Ok(())
    }

    /// Its own end, and the other one.
    pub(crate) fn ends(&self) -> (SocketAddr, SocketAddr) {
        self.line.ends
    }

    /// The stream, as long as it is whole; whoever asks is woken when it breaks.
    fn whole(&mut self, side: Side, cx: &Context<'_>) -> io::Result<Pin<&mut turmoil::net::TcpStream>> {
        let mut state = self.line.state();
        if state.broken {
            drop(state);
            self.stream = None;
        } else {
            let waker = &mut state.wakers[side as usize];
            if !waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                *waker = Some(cx.waker().clone());
            }
        }
        let reset = || io::Error::new(io::ErrorKind::ConnectionReset, "the connection was reset");
        self.stream.as_mut().map(Pin::new).ok_or_else(reset)
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.whole(Side::Reads, cx)?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.whole(Side::Writes, cx)?.poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole(Side::Writes, cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole(Side::Writes, cx)?.poll_shutdown(cx)
    }
}

/// Who waits at an end of a connection.
#[derive(Clone, Copy)]
enum Side {
    Reads,
    Writes,
}

/// One end of a connection: its own address and the other's, and whether it is broken.
#[derive(Debug)]
struct Line {
    ends: (SocketAddr, SocketAddr),
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    broken: bool,
    wakers: [Option<Waker>; 2],
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        // What a panic left behind is whole: nothing is half done here.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Breaks all connections between hosts that `strikes` names; answers how many.
pub(crate) fn reset(strikes: impl Fn(IpAddr, IpAddr) -> bool) -> u64 {
    let mut broken = BTreeSet::new();
    let open: Vec<Arc<Line>> = LINES.with_borrow(|lines| lines.iter().filter_map(Weak::upgrade).collect());
    for line in open {
        let (here, there) = line.ends;
        let mut state = line.state();
        if !state.broken && strikes(here.ip(), there.ip()) {
            state.broken = true;
            // Both ends are one connection.
            broken.insert((here.min(there), here.max(there)));
            let wakers = std::mem::take(&mut state.wakers);
            drop(state);
            wakers.into_iter().flatten().for_each(Waker::wake);
        }
    }
    broken.len() as u64
}
