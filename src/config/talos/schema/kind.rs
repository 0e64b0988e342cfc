//! What a field holds.

/// What a field holds, and how two values of it merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config::talos) enum Kind {
    /// A value that may be absent, which is not the same as zero: zero replaces what was there.
    Optional(Box<Kind>),
    /// A list.
    List(Box<Kind>, ListRule),
    /// A mapping with free keys. With the flag, a patch replaces it whole.
    Map(Box<Kind>, bool),
    /// A mapping with known fields: index into the types of the table.
    Struct(usize),
    /// A single value, or one that is always treated whole.
    Leaf(Leaf),
}

/// How a list of a patch joins the list that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config::talos) enum ListRule {
    /// Behind it.
    Append,
    /// Instead of it.
    Replace,
    /// Elements with equal values of one of these fields merge; the first of them that is set decides.
    MergeBy(&'static [&'static str]),
    /// An element with an equal value of this field is replaced.
    ReplaceBy(&'static str),
}

/// A single value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::config::talos) enum Leaf {
    /// Any text.
    Text,
    /// A boolean.
    Bool,
    /// An integer between two numbers.
    Integer(i64, i64),
    /// One of these words; the second is the one that counts as zero, if there is one.
    Enum(Vec<&'static str>, Option<&'static str>),
    /// A duration in Go's notation.
    Duration,
    /// Bytes in base64.
    Base64,
    /// A mapping of these fields, each a PEM text in base64, replaced whole.
    Pem(&'static [&'static str]),
    /// A URL whose parts merge one by one.
    Endpoint,
    /// A URL.
    Url,
    /// A mapping with any content.
    Object(bool),
    /// An argument of a program: text, or a list of texts since Talos 1.13.
    Argument,
    /// A comparison with a size: `>= 100GB`.
    SizeMatch,
    /// A size in bytes; what a patch does not set it takes away.
    ByteSize,
    /// A size in bytes.
    DiskSize,
    /// A size in bytes or per cent.
    Size,
    /// An IP address.
    Address,
    /// An address with a prefix length.
    Prefix,
    /// An address with a port.
    AddressPort,
    /// A port or a range of ports.
    PortRange,
    /// A hardware address.
    HardwareAddress,
    /// A routing table, by name or number.
    RoutingTable,
    /// An expression in CEL, which only a node can check.
    Expression,
}
