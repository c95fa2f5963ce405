//! HTTP over turmoil's sockets: axum routers served, and a client of hyper's that says what may have happened.
//!
//! The client keeps its connection as long as it is used, asks one thing at a time, and never asks again on its own: whether that
//! is safe only its user knows.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;
use turmoil::net::{TcpListener, TcpStream};

/// How long a client waits for an answer if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves a router on this port of every address of the host that calls, until the host dies.
///
/// # Errors
/// If the port is taken.
pub async fn serve(port: u16, router: Router) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    axum::serve(Listener(listener), router).await
}

/// turmoil's listener, as axum wants it.
struct Listener(TcpListener);

impl axum::serve::Listener for Listener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            // What fails is one connection, whose client hears of it itself.
            if let Ok(accepted) = self.0.accept().await {
                return accepted;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// A connection that was not used for so long is closed: its server may have been down meanwhile, and nobody would know.
const IDLE: Duration = Duration::from_secs(1);

/// A client of one server.
pub struct Client {
    server: SocketAddr,
    patience: Duration,
    /// The last one, and when it was used.
    connection: Option<(Connection, Instant)>,
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; what is no UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// The server was not reached: it certainly has not done what was asked.
    NotAsked(String),
    /// It was asked, and may have done it.
    Unknown(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::NotAsked(why) | NoAnswer::Unknown(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NoAnswer {}

impl Client {
    /// A client that is not connected yet, and waits for one second at most.
    #[must_use]
    pub fn new(server: IpAddr, port: u16) -> Client {
        Client { server: SocketAddr::new(server, port), patience: PATIENCE, connection: None }
    }

    /// How long it waits for a connection and an answer, together.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Client {
        self.patience = patience;
        self
    }

    /// Asks for what is at `path`.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub async fn get(&mut self, path: &str) -> Result<Answer, NoAnswer> {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    /// Puts `body` at `path`.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub async fn put(&mut self, path: &str, body: impl Into<Bytes>) -> Result<Answer, NoAnswer> {
        self.ask(Method::PUT, path, body).await
    }

    /// Posts `body` to `path`.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub async fn post(&mut self, path: &str, body: impl Into<Bytes>) -> Result<Answer, NoAnswer> {
        self.ask(Method::POST, path, body).await
    }

    /// Asks by any method. After a failure the next request goes by a new connection.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<Answer, NoAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.server.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body.into()))
            .map_err(|error| NoAnswer::NotAsked(format!("{path} is no path: {error}")))?;
        let mut asked = false;
        // The connection is put back only if all went well.
        let connection = self.connection.take().filter(|(_, used)| used.elapsed() < IDLE);
        let connection = connection.map(|(connection, _)| connection);
        let exchange = exchange(self.server, connection, request, &mut asked);
        match tokio::time::timeout(self.patience, exchange).await {
            Ok(Ok((answer, connection))) => {
                self.connection = Some((connection, Instant::now()));
                Ok(answer)
            }
            Ok(Err(error)) if asked => Err(NoAnswer::Unknown(error.to_string())),
            Ok(Err(error)) => Err(NoAnswer::NotAsked(error.to_string())),
            Err(_) if asked => Err(NoAnswer::Unknown(format!("no answer within {:?}", self.patience))),
            Err(_) => Err(NoAnswer::NotAsked(format!("no connection within {:?}", self.patience))),
        }
    }
}

type Connection = SendRequest<Full<Bytes>>;

async fn exchange(
    server: SocketAddr,
    connection: Option<Connection>,
    request: Request<Full<Bytes>>,
    asked: &mut bool,
) -> Result<(Answer, Connection), Box<dyn std::error::Error + Send + Sync>> {
    let mut connection = match still_good(connection).await {
        Some(connection) => connection,
        None => connect(server).await?,
    };
    *asked = true;
    let response = connection.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((Answer { status, body }, connection))
}

async fn still_good(connection: Option<Connection>) -> Option<Connection> {
    let mut connection = connection?;
    connection.ready().await.is_ok().then_some(connection)
}

async fn connect(server: SocketAddr) -> Result<Connection, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(server).await?;
    let (mut connection, drives) = handshake(TokioIo::new(stream)).await?;
    // Whoever asks hears of its errors.
    tokio::spawn(async move { drop(drives.await) });
    connection.ready().await?;
    Ok(connection)
}
