//! The bucket that backups lie in, through S3's own client. What S3 does not answer in time is asked again until it does.

use std::net::SocketAddr;
use std::time::Duration;

use madsim::time::{sleep, timeout};
use madsim_aws_sdk_s3::Client;
use madsim_aws_sdk_s3::config::{Config, Region};
use madsim_aws_sdk_s3::primitives::ByteStream;

/// What it is called.
pub(super) const NAME: &str = "backups";

/// How long S3 is left alone when it does not answer.
const RETRY: Duration = Duration::from_millis(100);

/// The bucket.
#[derive(Clone)]
pub(super) struct Bucket {
    client: Client,
    patience: Duration,
}

impl Bucket {
    pub(super) fn at(address: SocketAddr, patience: Duration) -> Bucket {
        let config =
            Config::builder().endpoint_url(format!("http://{address}")).region(Region::new("simulated"));
        Bucket { client: Client::from_conf(config.build()), patience }
    }

    /// Puts an object, whole; when this is done, S3 has it.
    pub(super) async fn put(&self, key: &str, text: &str) {
        loop {
            let body = ByteStream::from(text.as_bytes().to_vec());
            let sent = self.client.put_object().bucket(NAME).key(key).body(body).send();
            if let Ok(Ok(_)) = timeout(self.patience, sent).await {
                return;
            }
            sleep(RETRY).await;
        }
    }

    /// What an object holds; nothing, if there is none.
    pub(super) async fn get(&self, key: &str) -> String {
        loop {
            let asked = async {
                match self.client.get_object().bucket(NAME).key(key).send().await {
                    Ok(found) => found.body.collect().await.ok().map(|body| body.into_bytes().to_vec()),
                    Err(error) => error.into_service_error().is_no_such_key().then(Vec::new),
                }
            };
            if let Ok(Some(bytes)) = timeout(self.patience, asked).await {
                return String::from_utf8_lossy(&bytes).into_owned();
            }
            sleep(RETRY).await;
        }
    }

    /// The keys of all objects under a prefix, in order of name.
    pub(super) async fn list(&self, prefix: &str) -> Vec<String> {
        loop {
            let listed = self.client.list_objects_v2().bucket(NAME).prefix(prefix).send();
            if let Ok(Ok(objects)) = timeout(self.patience, listed).await {
                return objects
                    .contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned))
                    .collect();
            }
            sleep(RETRY).await;
        }
    }
}
