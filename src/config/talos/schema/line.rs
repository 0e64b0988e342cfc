//! One line of `fields.txt`.

use std::collections::HashMap;

use super::kind::{Kind, Leaf, ListRule};
use crate::config::talos::version::Minor;

/// What stands behind the name in a line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: &'static str,
    pub(super) words: Vec<&'static str>,
    pub(super) since: Option<Minor>,
    pub(super) until: Option<Minor>,
}

impl Line {
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let mut line = Self {
            name: words.next()?,
            words: Vec::new(),
            since: None,
            until: None,
        };
        for word in words {
            if let Some(version) = word.strip_prefix("since=") {
                line.since = Some(Minor::parse(version)?);
            } else if let Some(version) = word.strip_prefix("until=") {
                line.until = Some(Minor::parse(version)?);
            } else {
                line.words.push(word);
            }
        }
        Some(line)
    }

    /// The kind that a line of a field gives.
    pub(super) fn kind(&self, types: &HashMap<&'static str, usize>) -> Option<Kind> {
        let (kind, rules) = self.words.split_first()?;
        let rule = match rules {
            [] => ListRule::Append,
            ["replace"] => ListRule::Replace,
            ["by=interface|deviceSelector"] => ListRule::MergeBy(&["interface", "deviceSelector"]),
            ["by=vlanId"] => ListRule::MergeBy(&["vlanId"]),
            ["by=name"] => ListRule::MergeBy(&["name"]),
            ["by=mountPath"] => ListRule::MergeBy(&["mountPath"]),
            ["replaceby=image"] => ListRule::ReplaceBy("image"),
            _ => return None,
        };
        kind_of(kind, rule, types)
    }
}

fn kind_of(
    text: &'static str,
    rule: ListRule,
    types: &HashMap<&'static str, usize>,
) -> Option<Kind> {
    let inner = |text| kind_of(text, ListRule::Append, types).map(Box::new);
    if let Some(text) = text.strip_prefix('*') {
        return inner(text).map(Kind::Optional);
    }
    if let Some(text) = text.strip_prefix("[]") {
        return inner(text).map(|kind| Kind::List(kind, rule));
    }
    let replaced = match rule {
        ListRule::Append => false,
        ListRule::Replace => true,
        ListRule::MergeBy(_) | ListRule::ReplaceBy(_) => return None,
    };
    if let Some(text) = text.strip_prefix("{}") {
        return inner(text).map(|kind| Kind::Map(kind, replaced));
    }
    if text == "object" {
        return Some(Kind::Leaf(Leaf::Object(replaced)));
    }
    if replaced {
        return None;
    }
    types
        .get(text)
        .map(|index| Kind::Struct(*index))
        .or_else(|| leaf(text).map(Kind::Leaf))
}

fn leaf(text: &'static str) -> Option<Leaf> {
    if let Some(words) = text.strip_prefix("enum(") {
        let mut zero = None;
        let words = words.strip_suffix(')')?.split(',');
        let words = words.map(|word| match word.strip_suffix("=0") {
            Some(word) => {
                zero = Some(word);
                word
            }
            None => word,
        });
        let words = words.collect();
        return Some(Leaf::Enum(words, zero));
    }
    Some(match text {
        "string" => Leaf::Text,
        "bool" => Leaf::Bool,
        "int" => Leaf::Integer(i64::MIN, i64::MAX),
        "int32" => Leaf::Integer(i32::MIN.into(), i32::MAX.into()),
        // No field needs more than what fits into a signed number.
        "uint" | "uint64" => Leaf::Integer(0, i64::MAX),
        "uint32" => Leaf::Integer(0, u32::MAX.into()),
        "uint16" => Leaf::Integer(0, u16::MAX.into()),
        "uint8" => Leaf::Integer(0, u8::MAX.into()),
        "duration" => Leaf::Duration,
        "base64" => Leaf::Base64,
        "pem(crt,key)" => Leaf::Pem(&["crt", "key"]),
        "pem(crt)" => Leaf::Pem(&["crt"]),
        "pem(key)" => Leaf::Pem(&["key"]),
        "endpoint" => Leaf::Endpoint,
        "url" => Leaf::Url,
        "argument" => Leaf::Argument,
        "sizematch" => Leaf::SizeMatch,
        "bytesize" => Leaf::ByteSize,
        "disksize" => Leaf::DiskSize,
        "size" => Leaf::Size,
        "address" => Leaf::Address,
        "prefix" => Leaf::Prefix,
        "addressport" | "addrport" => Leaf::AddressPort,
        "portrange" => Leaf::PortRange,
        "hwaddr" => Leaf::HardwareAddress,
        "table" => Leaf::RoutingTable,
        "cel" => Leaf::Expression,
        _ => return None,
    })
}
