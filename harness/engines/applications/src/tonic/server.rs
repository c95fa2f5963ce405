//! A server: the generated service, over its store.

use std::sync::Arc;

use stormglass_core::disk::DiskError;
use stormglass_engine_driver::{BoxError, ServerHost};
use stormglass_turmoil::grpc;
use tokio::sync::Mutex;
use tonic::service::Routes;
use tonic::{Request, Response, Status};

use super::generated::key_value_server::{KeyValue, KeyValueServer};
use super::messages::{ReadReply, ReadRequest, SwapReply, SwapRequest, Token, WriteReply, WriteRequest};
use super::store::{Made, Store};
use super::{PORT, TonicBug, TonicKv};
use crate::journal::Journal;
use crate::to_its_end;

/// Serves until the host dies.
pub(super) async fn serve(bug: Option<TonicBug>, host: ServerHost<TonicKv>) -> Result<(), BoxError> {
    let (journal, changes) = Journal::open(host.clone(), "journal").await;
    let service = Service { store: Arc::new(Mutex::new(Store::new(journal, changes, bug))) };
    grpc::serve(PORT, Routes::new(KeyValueServer::new(service))).await
}

struct Service {
    store: Arc<Mutex<Store>>,
}

impl Service {
    async fn change(
        &self,
        token: Option<Token>,
        key: u64,
        expect: Option<u64>,
        value: u64,
    ) -> Result<Made, Status> {
        let token = token.ok_or_else(|| Status::invalid_argument("a change has a token"))?;
        let store = self.store.clone();
        let work = async move { store.lock().await.change(token, key, expect, value).await };
        to_its_end(work).await.map_err(|error: DiskError| Status::unavailable(error.to_string()))
    }
}

#[tonic::async_trait]
impl KeyValue for Service {
    async fn read(&self, request: Request<ReadRequest>) -> Result<Response<ReadReply>, Status> {
        let value = self.store.lock().await.value(request.into_inner().key);
        Ok(Response::new(ReadReply { value }))
    }

    async fn write(&self, request: Request<WriteRequest>) -> Result<Response<WriteReply>, Status> {
        let WriteRequest { token, key, value } = request.into_inner();
        match self.change(token, key, None, value).await? {
            Made::Yes | Made::No => Ok(Response::new(WriteReply {})),
            Made::TooLate => Err(too_late()),
        }
    }

    async fn swap(&self, request: Request<SwapRequest>) -> Result<Response<SwapReply>, Status> {
        let SwapRequest { token, key, expect, value } = request.into_inner();
        match self.change(token, key, Some(expect), value).await? {
            Made::Yes => Ok(Response::new(SwapReply { swapped: true })),
            Made::No => Ok(Response::new(SwapReply { swapped: false })),
            Made::TooLate => Err(too_late()),
        }
    }
}

fn too_late() -> Status {
    Status::aborted("its client has asked for another change since")
}
