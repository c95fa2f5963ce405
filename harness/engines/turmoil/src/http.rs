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
use serde::Serialize;
use serde::de::DeserializeOwned;
use stormglass_core::history::Outcome;
use stormglass_engine_driver::{Application, BoxError, ClientHost};
use tokio::time::Instant;

use crate::net::{TcpListener, TcpStream};

/// How long a client waits for an answer if nothing else is said.
const PATIENCE: Duration = Duration::from_secs(1);

/// Serves a router on this port of every address of the host that calls, until the host dies.
///
/// # Errors
/// If the port is taken.
pub async fn serve(port: u16, router: Router) -> Result<(), BoxError> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    Ok(axum::serve(listener, router).await?)
}

/// So `axum::serve(listener, router)` works as it does outside.
impl axum::serve::Listener for TcpListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            // What fails is one connection, whose client hears of it itself.
            if let Ok(accepted) = TcpListener::accept(self).await {
                return accepted;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        TcpListener::local_addr(self)
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

    /// What the body says in JSON.
    ///
    /// # Errors
    /// If it says nothing of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::Unknown(format!("a strange answer: {error}")))
    }
}

/// Why there is no answer, or none that says that it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server was not reached: it certainly has not done what was asked.
    NotAsked(String),
    /// It was asked, and may have done it, whatever it answered.
    Unknown(String),
}

impl<R> From<Failure> for Outcome<R> {
    /// What was not asked has not happened; of all else nobody knows.
    fn from(failure: Failure) -> Outcome<R> {
        match failure {
            Failure::NotAsked(why) => Outcome::Fail(why.into()),
            Failure::Unknown(why) => Outcome::Info(why.into()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::NotAsked(why) | Failure::Unknown(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

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
    /// If there is no answer in time, or one that is no success.
    pub async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    /// Puts `body` at `path`, in JSON.
    ///
    /// # Errors
    /// If there is no answer in time, or one that is no success.
    pub async fn put(&mut self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        self.ask(Method::PUT, path, json(body)?).await
    }

    /// Posts `body` to `path`, in JSON.
    ///
    /// # Errors
    /// If there is no answer in time, or one that is no success.
    pub async fn post(&mut self, path: &str, body: &impl Serialize) -> Result<Answer, Failure> {
        self.ask(Method::POST, path, json(body)?).await
    }

    /// Asks by any method. After a failure the next request goes by a new connection.
    ///
    /// # Errors
    /// If there is no answer in time, or one that is no success.
    pub async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: impl Into<Bytes>,
    ) -> Result<Answer, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.server.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body.into()))
            .map_err(|error| Failure::NotAsked(format!("{path} is no path: {error}")))?;
        let mut asked = false;
        // The connection is put back only if all went well.
        let connection = self.connection.take().filter(|(_, used)| used.elapsed() < IDLE);
        let connection = connection.map(|(connection, _)| connection);
        let exchange = exchange(self.server, connection, request, &mut asked);
        match tokio::time::timeout(self.patience, exchange).await {
            Ok(Ok((answer, connection))) => {
                self.connection = Some((connection, Instant::now()));
                let success = answer.status.is_success();
                if success { Ok(answer) } else { Err(Failure::Unknown(answer.status.to_string())) }
            }
            Ok(Err(error)) if asked => Err(Failure::Unknown(error.to_string())),
            Ok(Err(error)) => Err(Failure::NotAsked(error.to_string())),
            Err(_) if asked => Err(Failure::Unknown(format!("no answer within {:?}", self.patience))),
            Err(_) => Err(Failure::NotAsked(format!("no connection within {:?}", self.patience))),
        }
    }
}

fn json(body: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|error| Failure::NotAsked(format!("a body that is no JSON: {error}")))
}

/// Takes a client's operations one by one, and completes each as `ask` answers.
///
/// # Errors
/// None: operations are taken for ever.
pub async fn each<A: Application>(
    host: ClientHost<A>,
    mut ask: impl AsyncFnMut(A::Op) -> Result<A::Ret, Failure> + 'static,
) -> Result<(), BoxError> {
    loop {
        let answer = ask(host.next().await).await;
        host.complete(answer.map_or_else(Outcome::from, Outcome::Ok));
    }
}

type Connection = SendRequest<Full<Bytes>>;

async fn exchange(
    server: SocketAddr,
    connection: Option<Connection>,
    request: Request<Full<Bytes>>,
    asked: &mut bool,
) -> Result<(Answer, Connection), BoxError> {
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

async fn connect(server: SocketAddr) -> Result<Connection, BoxError> {
    let stream = TcpStream::connect(server).await?;
    let (mut connection, drives) = handshake(TokioIo::new(stream)).await?;
    // Whoever asks hears of its errors.
    tokio::spawn(async move { drop(drives.await) });
    connection.ready().await?;
    Ok(connection)
}
