//! Protocol Buffers by hand: just enough for the messages that are exchanged, and none of the client's code.

/// Writes the fields of a message.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    pub(super) fn bytes(mut self, field: u64, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    pub(super) fn message(self, field: u64, inner: Self) -> Self {
        self.bytes(field, inner.0)
    }

    pub(super) fn done(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
    }
}

/// The fields of a message that has arrived.
pub(super) struct Fields(Vec<(u64, Field)>);

enum Field {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Fields {
    pub(super) fn read(mut bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let field = match key & 7 {
                0 => Field::Number(varint(&mut bytes)),
                2 => {
                    let length = usize::try_from(varint(&mut bytes)).unwrap();
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    Field::Bytes(value.to_vec())
                }
                other => panic!("wire type {other} is not used by these messages"),
            };
            fields.push((key >> 3, field));
        }
        Self(fields)
    }

    pub(super) fn bytes(&self, field: u64) -> Option<&[u8]> {
        self.0.iter().find_map(|(number, value)| match value {
            Field::Bytes(value) if *number == field => Some(value.as_slice()),
            _ => None,
        })
    }

    pub(super) fn text(&self, field: u64) -> Option<String> {
        Some(String::from_utf8(self.bytes(field)?.to_vec()).unwrap())
    }

    /// A number; zeros are not sent.
    pub(super) fn number(&self, field: u64) -> u64 {
        let found = self.0.iter().find_map(|(number, value)| match value {
            Field::Number(value) if *number == field => Some(*value),
            _ => None,
        });
        found.unwrap_or(0)
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first().expect("a number is cut off");
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number is too long")
}
