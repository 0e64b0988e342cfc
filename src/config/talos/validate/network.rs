//! Rules of `machine.network`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Warning;
use super::place::Place;
use crate::config::error::Error;
use crate::config::talos::schema::{Kind, Leaf, table};
use crate::config::talos::tree::Tree;
use crate::config::talos::version::Role;
use crate::text::List;

/// Bytes of a key.
const WIREGUARD_KEY: usize = 32;
/// The smallest packets that are enough for `KubeSpan`.
const KUBESPAN_MTU: i64 = 1280;

pub(super) fn check(root: &Place<'_>, role: Role) -> Result<Vec<Warning>, Error> {
    let network = root.get(&["machine", "network"]);
    let interfaces = network.get(&["interfaces"]).items();
    // Interfaces that are part of a bond or bridge, with the one that they are part of.
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for interface in &interfaces {
        let name = interface.get(&["interface"]).text().unwrap_or_default();
        let (bond, bridge) = (interface.get(&["bond"]), interface.get(&["bridge"]));
        bridge.refuse_if(
            bond.is_set() && bridge.is_set(),
            "cannot be set beside `bond`",
        )?;
        let members = bond.get(&["interfaces"]);
        let selectors = bond.get(&["deviceSelectors"]);
        let both = !members.items().is_empty() && !selectors.items().is_empty();
        selectors.refuse_if(both, "cannot be set beside `interfaces`")?;
        let members = members.items();
        for part in members.iter().chain(&bridge.get(&["interfaces"]).items()) {
            let text = part.text().unwrap_or_default();
            let taken = parts
                .iter()
                .any(|(known, of)| *known == text && *of != name);
            part.refuse_if(taken, "is part of another interface already")?;
            parts.push((text, name));
        }
    }
    let mut warnings = Vec::new();
    for interface in &interfaces {
        shared_address(interface, role)?;
        if interface.get(&["ignore"]).is_on() {
            continue;
        }
        identity(interface)?;
        addressing(interface, &parts, &mut warnings)?;
        routes(interface)?;
        bond(&interface.get(&["bond"]))?;
        wireguard(&interface.get(&["wireguard"]))?;
        for vlan in interface.get(&["vlans"]).items() {
            addresses(&vlan)?;
        }
    }
    kubespan(root)?;
    Ok(warnings)
}

/// Virtual addresses are shared by control planes.
fn shared_address(interface: &Place<'_>, role: Role) -> Result<(), Error> {
    let vlans = interface.get(&["vlans"]).items();
    for place in vlans.iter().chain([interface]) {
        let vip = place.get(&["vip"]);
        vip.refuse_if(
            vip.is_set() && role == Role::Worker,
            "is for control planes only",
        )?;
    }
    Ok(())
}

fn identity(interface: &Place<'_>) -> Result<(), Error> {
    let name = interface.get(&["interface"]);
    let selector = interface.get(&["deviceSelector"]);
    match (name.text(), selector.is_set()) {
        (None, false) => Err(interface.wrong("must have `interface` or `deviceSelector`")),
        (Some(_), true) => Err(selector.wrong("cannot be set beside `interface`")),
        (None, true) => {
            let empty = selector
                .tree()
                .is_some_and(|tree| tree.members().is_empty());
            selector.refuse_if(empty, "must select something")
        }
        (Some(_), false) => Ok(()),
    }
}

fn addressing(
    interface: &Place<'_>,
    parts: &[(&str, &str)],
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let name = interface.get(&["interface"]).text().unwrap_or_default();
    if !name.is_empty() && parts.iter().any(|(part, _)| *part == name) {
        let dhcp = interface.get(&["dhcp"]).is_on();
        let others = [["cidr"], ["addresses"], ["vip"]];
        let any = others.iter().any(|keys| {
            let place = interface.get(keys);
            place.text().is_some() || place.tree().is_some_and(|tree| !is_bare(tree))
        });
        interface.refuse_if(
            dhcp || any,
            "is part of another interface and cannot have addresses",
        )?;
    }
    addresses(interface)?;
    let cidr = interface.get(&["cidr"]);
    if cidr.text().is_some() {
        warnings.push(cidr.warning("is deprecated: write `addresses`"));
    }
    let vip = interface.get(&["vip"]);
    if vip.is_set() {
        let ip = vip.get(&["ip"]);
        ip.refuse_if(ip.text().is_none(), "is missing")?;
        ip.address()?;
    }
    Ok(())
}

fn is_bare(tree: &Tree) -> bool {
    tree.items().is_empty() && tree.members().is_empty()
}

/// `cidr` or `addresses`, of interfaces and VLANs.
fn addresses(place: &Place<'_>) -> Result<(), Error> {
    let (cidr, list) = (place.get(&["cidr"]), place.get(&["addresses"]));
    let both = cidr.text().is_some() && !list.items().is_empty();
    cidr.refuse_if(both, "cannot be set beside `addresses`")?;
    if cidr.text().is_some() {
        cidr.address_or_range(false)?;
    }
    list.items()
        .iter()
        .try_for_each(|address| address.address_or_range(false))
}

fn routes(interface: &Place<'_>) -> Result<(), Error> {
    for route in interface.get(&["routes"]).items() {
        let (network, gateway) = (route.get(&["network"]), route.get(&["gateway"]));
        network.range()?;
        gateway.address()?;
        route.get(&["source"]).address()?;
        let neither = network.text().is_none() && gateway.text().is_none();
        route.refuse_if(neither, "must have `network` or `gateway`")?;
    }
    Ok(())
}

fn bond(bond: &Place<'_>) -> Result<(), Error> {
    const MODES: [&str; 8] = [
        "",
        "balance-rr",
        "active-backup",
        "balance-xor",
        "broadcast",
        "802.3ad",
        "balance-tlb",
        "balance-alb",
    ];
    if !bond.is_set() {
        return Ok(());
    }
    let mode = bond.get(&["mode"]);
    let word = mode.text().unwrap_or_default();
    mode.refuse_if(
        !MODES.contains(&word),
        "must be a mode such as `active-backup` or `802.3ad`",
    )?;
    let word = if word.is_empty() { MODES[1] } else { word };
    words(bond)?;
    let balances = matches!(word, "802.3ad" | "balance-tlb" | "balance-alb");
    let monitor = bond.get(&["miimon"]).number();
    for name in ["updelay", "downdelay"] {
        let delay = bond.get(&[name]);
        let odd = match monitor {
            0 => delay.number() != 0,
            monitor => delay.number() % monitor != 0,
        };
        delay.refuse_if(odd, "must be a multiple of `miimon`")?;
    }
    let set = |name: &str| {
        let place = bond.get(&[name]);
        place.text().is_some() || place.number() > 0
    };
    let only = |name: &str, fits: bool| {
        let why = format!("cannot be set in mode `{word}`");
        bond.get(&[name]).refuse_if(set(name) && !fits, &why)
    };
    for name in ["lacpRate", "adActorSysPrio", "adUserPortKey"] {
        only(name, word == "802.3ad")?;
    }
    for name in ["arpValidate", "arpInterval"] {
        only(name, !balances)?;
    }
    only(
        "primary",
        matches!(word, "active-backup" | "balance-tlb" | "balance-alb"),
    )?;
    only(
        "tlbDynamicLb",
        matches!(word, "balance-tlb" | "balance-alb"),
    )?;
    let packets = bond.get(&["packetsPerSlave"]);
    packets.refuse_if(
        word != MODES[1] && packets.number() > 1,
        "is for mode `balance-rr` only",
    )?;
    let targets = bond.get(&["arpIPTarget"]);
    targets.refuse_if(!targets.items().is_empty(), "is not supported by Talos")?;
    bond.get(&["adActorSystem"])
        .refuse_if(set("adActorSystem"), "is not supported by Talos")
}

/// The words are those of the document that has taken the place of this part.
fn words(bond: &Place<'_>) -> Result<(), Error> {
    let Some(document) = table().document("BondConfig") else {
        return Ok(());
    };
    for name in [
        "xmitHashPolicy",
        "lacpRate",
        "arpValidate",
        "arpAllTargets",
        "primaryReselect",
        "failOverMac",
        "adSelect",
    ] {
        let place = bond.get(&[name]);
        let kind = table().field(document.body, name).map(|field| &field.kind);
        let Some(Kind::Optional(kind)) = kind else {
            continue;
        };
        if let (Some(text), Kind::Leaf(Leaf::Enum(words, _))) = (place.text(), &**kind) {
            let why = format!("must be {}", List::or(words));
            place.refuse_if(!words.contains(&text), &why)?;
        }
    }
    Ok(())
}

fn wireguard(wireguard: &Place<'_>) -> Result<(), Error> {
    if !wireguard.is_set() {
        return Ok(());
    }
    let key = |place: &Place<'_>| {
        let bytes = place.text().and_then(|text| STANDARD.decode(text).ok());
        let fits = bytes.is_some_and(|bytes| bytes.len() == WIREGUARD_KEY);
        place.refuse_if(!fits, "must be a WireGuard key: 32 bytes in base64")
    };
    key(&wireguard.get(&["privateKey"]))?;
    for peer in wireguard.get(&["peers"]).items() {
        key(&peer.get(&["publicKey"]))?;
        let endpoint = peer.get(&["endpoint"]);
        let wrong = endpoint.text().is_some_and(|text| !text.contains(':'));
        endpoint.refuse_if(wrong, "must be an address with a port")?;
        let allowed = peer.get(&["allowedIPs"]).items();
        allowed.iter().try_for_each(Place::range)?;
    }
    Ok(())
}

fn kubespan(root: &Place<'_>) -> Result<(), Error> {
    let kubespan = root.get(&["machine", "network", "kubespan"]);
    if !kubespan.get(&["enabled"]).is_on() {
        return Ok(());
    }
    let mtu = kubespan.get(&["mtu"]);
    let small = mtu.is_set() && mtu.number() < KUBESPAN_MTU;
    mtu.refuse_if(small, "must be at least 1280")?;
    let cluster = root.get(&["cluster"]);
    let discovery = cluster.get(&["discovery", "enabled"]);
    discovery.refuse_if(!discovery.is_on(), "must be true: KubeSpan needs discovery")?;
    for name in ["id", "secret"] {
        let place = cluster.get(&[name]);
        place.refuse_if(place.text().is_none(), "is missing: KubeSpan needs it")?;
    }
    for endpoint in kubespan.get(&["filters", "endpoints"]).items() {
        endpoint.address_or_range(true)?;
    }
    let excluded = kubespan.get(&["filters", "excludeAdvertisedNetworks"]);
    excluded.items().iter().try_for_each(Place::range)
}
