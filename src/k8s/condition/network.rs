//! The rule for services. Ingresses have none: not every controller reports an address.

use serde_json::Value;

use super::Readiness::{self, NotYet, Ready};
use super::facts::{items, text};

pub(super) fn service(object: &Value) -> Readiness {
    let balanced = text(object, "/spec/type") == Some("LoadBalancer");
    if balanced && items(object, "/status/loadBalancer/ingress").is_empty() {
        return NotYet("its load balancer has no address".into());
    }
    if balanced && text(object, "/spec/clusterIP").is_none_or(str::is_empty) {
        return NotYet("it has no address in the cluster".into());
    }
    Ready
}
