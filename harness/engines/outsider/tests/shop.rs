use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, Router, extract::Path, extract::State, routing::get};
use stormglass::plan::{nemesis::Nemesis, nemesis::Profile, workload::Kv, workload::Mix};
use stormglass::{Registry, Scenario, linearizable_kv, testing};
use stormglass_turmoil::prelude::*;
use tokio::sync::Mutex;

type Values = State<Arc<Mutex<BTreeMap<u64, u64>>>>;
async fn read(State(values): Values, Path(key): Path<u64>) -> Json<Option<u64>> {
    Json(values.lock().await.get(&key).copied())
}
async fn write(State(values): Values, Path(key): Path<u64>, Json(value): Json<u64>) {
    values.lock().await.insert(key, value);
}

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Shop {}
impl Application for Shop {
    const NAME: &'static str = "shop";
    type Op = KvOp;
    type Ret = KvRet;
    fn serve(&self, _: ServerHost<Shop>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        http::serve(80, Router::new().route("/{key}", get(read).put(write)).with_state(Arc::default()))
    }
    fn client(&self, host: ClientHost<Shop>) -> impl Future<Output = Result<(), BoxError>> + 'static {
        let mut shop = http::Client::new(host.servers()[0].1, 80);
        http::each(host, async move |op| match op {
            KvOp::Write { key, value } => shop.put(&format!("/{key}"), &value).await.map(|_| KvRet::Written),
            op => shop.get(&format!("/{}", op.key())).await?.json().map(KvRet::Value),
        })
    }
}

#[test]
fn the_shop_is_one_copy_whatever_the_network_does() {
    let registry =
        Registry::new().with(linearizable_kv::<Hosted<Shop>>().engine(TurmoilHosts).without_kernel());
    let workload = Kv { mix: Mix { read: 1, write: 1, cas: 0 }, ..Kv::default() };
    let nemesis = Nemesis { profile: Profile::Network, ..Nemesis::default() };
    let scenario = Scenario::named("shop/storm").about("One copy, whatever the network does.").system("shop");
    testing::check(&registry, &scenario.nodes(1).clients(3).workload(workload).nemesis(nemesis));
}
