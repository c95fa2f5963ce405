//! gRPC over turmoil's sockets: tonic services served, and channels to them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Response, Uri, header};
use hyper_util::rt::TokioIo;
use stormglass_engine_driver::BoxError;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::server::Connected;
use tonic::transport::{Channel, Endpoint, Error, Server};
use tower::util::MapResponseLayer;

use crate::net::{TcpListener, TcpStream};

/// Serves what tonic's `Routes::new(…)` has put together on this port of the host that calls, until it dies.
///
/// # Errors
/// If the port is taken, or tonic ends.
pub async fn serve(port: u16, services: Routes) -> Result<(), BoxError> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    let server = Server::builder().layer(MapResponseLayer::new(dated)).add_routes(services);
    Ok(server.serve_with_incoming(Incoming::new(listener)).await?)
}

/// hyper would put the machine's date into the header, and the header's compression would let every day, and every second, have other
/// segments of other lengths.
fn dated(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(header::DATE, HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"));
    response
}

/// A channel to a server, connected now. When its connection breaks the channel makes another for the next request.
///
/// # Errors
/// If the server cannot be reached within `patience`.
pub async fn connect(server: IpAddr, port: u16, patience: Duration) -> Result<Channel, Error> {
    endpoint(server, port, patience).connect_with_connector(tower::service_fn(stream)).await
}

/// A channel to a server that is connected when it is needed first.
#[must_use]
pub fn channel(server: IpAddr, port: u16, patience: Duration) -> Channel {
    endpoint(server, port, patience).connect_with_connector_lazy(tower::service_fn(stream))
}

fn endpoint(server: IpAddr, port: u16, patience: Duration) -> Endpoint {
    let address = SocketAddr::new(server, port);
    Endpoint::from_shared(format!("http://{address}"))
        .expect("an address and a port make a URI")
        .connect_timeout(patience)
        .timeout(patience)
        // A server that went down says nothing: without this its client would wait for every answer until it is back.
        .http2_keep_alive_interval(patience)
        .keep_alive_timeout(patience)
        .keep_alive_while_idle(true)
}

async fn stream(to: Uri) -> io::Result<TokioIo<TcpStream>> {
    let address = to.authority().map(ToString::to_string).unwrap_or_default();
    let address: SocketAddr =
        address.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    Ok(TokioIo::new(TcpStream::connect(address).await?))
}

/// Connections as they come.
struct Incoming {
    accepts: Pin<Box<dyn Future<Output = (TcpListener, io::Result<TcpStream>)> + Send>>,
}

impl Incoming {
    fn new(listener: TcpListener) -> Incoming {
        Incoming { accepts: Box::pin(accept(listener)) }
    }
}

async fn accept(listener: TcpListener) -> (TcpListener, io::Result<TcpStream>) {
    let accepted = listener.accept().await.map(|(stream, _)| stream);
    (listener, accepted)
}

impl tokio_stream::Stream for Incoming {
    type Item = io::Result<TcpStream>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Poll::Ready((listener, accepted)) = self.accepts.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        self.accepts = Box::pin(accept(listener));
        Poll::Ready(Some(accepted))
    }
}

/// Whose a connection is: the address of its other end.
impl Connected for TcpStream {
    type ConnectInfo = SocketAddr;

    fn connect_info(&self) -> SocketAddr {
        self.ends().1
    }
}
