//! Generates the client and the server of the key-value service, as `protoc` would with a `.proto` file.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let method = |name: &str, route: &str, input: &str, output: &str| {
        Method::builder()
            .name(name)
            .route_name(route)
            .input_type(format!("crate::tonic::messages::{input}"))
            .output_type(format!("crate::tonic::messages::{output}"))
            .codec_path("tonic_prost::ProstCodec")
            .build()
    };
    let service = Service::builder()
        .name("KeyValue")
        .package("stormglass.kv")
        .method(method("read", "Read", "ReadRequest", "ReadReply"))
        .method(method("write", "Write", "WriteRequest", "WriteReply"))
        .method(method("swap", "Swap", "SwapRequest", "SwapReply"))
        .build();
    Builder::new().compile(&[service]);
}
