//! Messages of the Talos API, as far as we use them. Fields that are not declared are skipped when they arrive.

use prost::Message;

/// Nothing.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Empty {}

/// `common.Data`: a piece of a stream.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Data {
    #[prost(bytes = "vec", tag = "2")]
    pub(super) bytes: Vec<u8>,
}

/// What every answer of one node is wrapped in; several come only if several nodes were asked.
macro_rules! answer {
    ($(#[$doc:meta])* $name:ident of $inner:ty) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Message)]
        pub(super) struct $name {
            #[prost(message, repeated, tag = "1")]
            pub(super) messages: Vec<$inner>,
        }
    };
}

answer!(/// Answer of `Version`.
    VersionAnswer of VersionOfNode);
answer!(/// Answer of `ServiceList`.
    ServiceListAnswer of ServicesOfNode);
answer!(/// Answer of `ApplyConfiguration`.
    ApplyAnswer of ApplyOfNode);
answer!(/// Answer of `EtcdMemberList`.
    EtcdAnswer of EtcdOfNode);
answer!(/// An answer that says no more than that it was done.
    DoneAnswer of Empty);

#[derive(Clone, PartialEq, Message)]
pub(super) struct VersionOfNode {
    #[prost(message, optional, tag = "2")]
    pub(super) version: Option<VersionInfo>,
    #[prost(message, optional, tag = "3")]
    pub(super) platform: Option<PlatformInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VersionInfo {
    #[prost(string, tag = "1")]
    pub(super) tag: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PlatformInfo {
    #[prost(string, tag = "2")]
    pub(super) mode: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Bootstrap {
    #[prost(bool, tag = "1")]
    pub(super) recover_etcd: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ServicesOfNode {
    #[prost(message, repeated, tag = "2")]
    pub(super) services: Vec<ServiceInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ServiceInfo {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(string, tag = "2")]
    pub(super) state: String,
    #[prost(message, optional, tag = "4")]
    pub(super) health: Option<Health>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Health {
    #[prost(bool, tag = "1")]
    pub(super) unknown: bool,
    #[prost(bool, tag = "2")]
    pub(super) healthy: bool,
    #[prost(string, tag = "3")]
    pub(super) last_message: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ServiceId {
    #[prost(string, tag = "1")]
    pub(super) id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ApplyConfiguration {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) data: Vec<u8>,
    #[prost(int32, tag = "4")]
    pub(super) mode: i32,
    #[prost(bool, tag = "5")]
    pub(super) dry_run: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ApplyOfNode {
    #[prost(string, repeated, tag = "2")]
    pub(super) warnings: Vec<String>,
    #[prost(string, tag = "4")]
    pub(super) mode_details: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Reset {
    #[prost(bool, tag = "1")]
    pub(super) graceful: bool,
    #[prost(bool, tag = "2")]
    pub(super) reboot: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EtcdMemberList {
    #[prost(bool, tag = "1")]
    pub(super) query_local: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct EtcdOfNode {
    #[prost(message, repeated, tag = "3")]
    pub(super) members: Vec<Member>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Member {
    #[prost(uint64, tag = "2")]
    pub(super) id: u64,
    #[prost(string, tag = "3")]
    pub(super) hostname: String,
    #[prost(string, repeated, tag = "4")]
    pub(super) peer_urls: Vec<String>,
    #[prost(bool, tag = "6")]
    pub(super) is_learner: bool,
}

/// Which resource is asked for; the same fields in `Get` and `Watch`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ResourceRequest {
    #[prost(string, tag = "1")]
    pub(super) namespace: String,
    #[prost(string, tag = "2")]
    pub(super) kind: String,
    #[prost(string, optional, tag = "3")]
    pub(super) id: Option<String>,
    /// Only `Watch` has it.
    #[prost(int32, tag = "5")]
    pub(super) api_version: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetAnswer {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<CosiResource>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WatchAnswer {
    #[prost(message, repeated, tag = "1")]
    pub(super) events: Vec<CosiEvent>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct CosiEvent {
    #[prost(message, optional, tag = "1")]
    pub(super) resource: Option<CosiResource>,
    #[prost(int32, tag = "2")]
    pub(super) event_type: i32,
    #[prost(string, tag = "4")]
    pub(super) error: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct CosiResource {
    #[prost(message, optional, tag = "1")]
    pub(super) metadata: Option<CosiMetadata>,
    #[prost(message, optional, tag = "2")]
    pub(super) spec: Option<CosiSpec>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct CosiMetadata {
    #[prost(string, tag = "3")]
    pub(super) id: String,
    #[prost(string, tag = "4")]
    pub(super) version: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct CosiSpec {
    #[prost(string, tag = "2")]
    pub(super) yaml: String,
}
