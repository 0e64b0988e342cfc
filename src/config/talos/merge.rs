//! Strategic merge: how a document of a patch joins the document that is there, field by field.
//!
//! The rules are those of Talos, including the odd ones: a value that is zero does not replace anything unless its field
//! tells zero from absence; a flag that does not tell is reset by every patch of its mapping; lists grow.

use super::schema::{Field, Kind, Leaf, ListRule, StructType, table};
use super::tree::{Data, Member, Tree};
use super::url::Url;
use super::version::Minor;
use crate::config::error::Error;

/// Merges documents with the rules of one version of Talos.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merge(pub(super) Minor);

impl Merge {
    /// Merges the fields of `right` into `left`.
    pub(super) fn fields(
        self,
        left: &mut Tree,
        right: &Tree,
        body: &StructType,
    ) -> Result<(), Error> {
        for field in body.fields_of(self.0) {
            self.merge_field(left, right.member(field.name), right, field)?;
        }
        Ok(())
    }

    /// Merges one field, which the patch may not have.
    fn merge_field(
        self,
        left: &mut Tree,
        new: Option<&Member>,
        patch: &Tree,
        field: &Field,
    ) -> Result<(), Error> {
        let Some(members) = left.members_mut() else {
            return Ok(());
        };
        let place = members.iter().position(|member| member.key == field.name);
        match (place, new) {
            // Flags, sizes and expressions that cannot tell absence from zero take over the absence.
            (Some(place), None)
                if matches!(
                    field.kind,
                    Kind::Leaf(Leaf::Bool | Leaf::ByteSize | Leaf::Expression)
                ) =>
            {
                members.remove(place);
            }
            // What is no option is there in every patch, if only empty.
            (Some(place), None) if matches!(field.kind, Kind::Struct(_)) => {
                let empty = Tree::new(Data::Map(Vec::new()), patch.at.clone());
                self.value(&mut members[place].value, &empty, &field.kind)?;
            }
            (None, Some(new)) => members.push(new.clone()),
            (Some(place), Some(new)) => {
                self.value(&mut members[place].value, &new.value, &field.kind)?;
            }
            (_, None) => {}
        }
        Ok(())
    }

    /// Merges two values of a field. Zero values of `right` do not replace anything.
    fn value(self, left: &mut Tree, right: &Tree, kind: &Kind) -> Result<(), Error> {
        match kind {
            Kind::Optional(inner) => match &**inner {
                Kind::Leaf(leaf) if !merges_inside(leaf) => {
                    *left = right.clone();
                    Ok(())
                }
                inner => self.value(left, right, inner),
            },
            Kind::Struct(index) => self.fields(left, right, table().body(*index)),
            Kind::List(inner, rule) => self.list(left, right, inner, *rule),
            Kind::Map(inner, replaced) => self.map(left, right, inner, *replaced),
            Kind::Leaf(leaf) => single(left, right, leaf),
        }
    }

    fn list(self, left: &mut Tree, right: &Tree, kind: &Kind, rule: ListRule) -> Result<(), Error> {
        let Data::List(old) = &mut left.data else {
            *left = right.clone();
            return Ok(());
        };
        match rule {
            ListRule::Append => old.extend(right.items().iter().cloned()),
            ListRule::Replace => *left = right.clone(),
            ListRule::MergeBy(keys) => {
                for item in right.items() {
                    let twin = old.iter_mut().find(|known| is_twin(known, item, keys));
                    match twin {
                        Some(twin) => self.value(twin, item, kind)?,
                        None => old.push(item.clone()),
                    }
                }
            }
            ListRule::ReplaceBy(key) => {
                let known = old.len();
                for item in right.items() {
                    let same = |other: &Tree| same_key(other, item, key);
                    match old[..known].iter().rposition(same) {
                        Some(at) => old[at] = item.clone(),
                        None => old.push(item.clone()),
                    }
                }
            }
        }
        Ok(())
    }

    fn map(self, left: &mut Tree, right: &Tree, kind: &Kind, replaced: bool) -> Result<(), Error> {
        if replaced {
            *left = right.clone();
            return Ok(());
        }
        let Some(members) = left.members_mut() else {
            *left = right.clone();
            return Ok(());
        };
        for new in right.members() {
            match members.iter_mut().find(|member| member.key == new.key) {
                None => members.push(new.clone()),
                // Arguments are not merged: a new list replaces the old one.
                Some(known) if *kind == Kind::Leaf(Leaf::Argument) => {
                    known.value = new.value.clone();
                }
                Some(known) => self.value(&mut known.value, &new.value, kind)?,
            }
        }
        Ok(())
    }
}

/// Whether values of this kind merge in their parts.
fn merges_inside(leaf: &Leaf) -> bool {
    matches!(leaf, Leaf::Endpoint | Leaf::Url | Leaf::Object(_))
}

fn single(left: &mut Tree, right: &Tree, leaf: &Leaf) -> Result<(), Error> {
    match leaf {
        Leaf::Endpoint | Leaf::Url => {
            let parts = |tree: &Tree| tree.text().and_then(|text| Url::parse(text).ok());
            if let (Some(old), Some(new)) = (parts(left), parts(right)) {
                let merged = old.merged(&new);
                if merged != old {
                    *left = Tree::new(Data::Text(merged.text()), right.at.clone());
                }
            }
            Ok(())
        }
        Leaf::Object(true) => {
            if !right.members().is_empty() {
                *left = right.clone();
            }
            Ok(())
        }
        Leaf::Object(false) => free(left, right),
        // Bytes replace bytes even if there are none.
        Leaf::Base64 | Leaf::Pem(_) | Leaf::Bool | Leaf::ByteSize | Leaf::Expression => {
            *left = right.clone();
            Ok(())
        }
        leaf => {
            if !is_zero(right, leaf) {
                *left = right.clone();
            }
            Ok(())
        }
    }
}

/// Whether a value is what its field has without one.
fn is_zero(tree: &Tree, leaf: &Leaf) -> bool {
    match (&tree.data, leaf) {
        (Data::Null, _) => true,
        (Data::Text(text), Leaf::Enum(_, zero)) => *zero == Some(text.as_str()),
        (Data::Text(text), Leaf::Duration) => {
            let positive = text.strip_prefix('-').unwrap_or(text);
            crate::text::parse_duration(positive).is_ok_and(|length| length.is_zero())
        }
        (Data::Text(text), Leaf::RoutingTable) => matches!(text.as_str(), "" | "0" | "unspec"),
        (Data::Text(text), _) => text.is_empty(),
        (Data::Number(number), _) => number.as_i64() == Some(0),
        _ => false,
    }
}

/// Whether two elements are the same one: the first key that the new one has decides. With a single key, elements
/// without it are the same as well.
fn is_twin(known: &Tree, new: &Tree, keys: &[&str]) -> bool {
    if let [key] = keys {
        return same_key(known, new, key);
    }
    let set = |key: &&&str| {
        let value = new.get(key);
        value.is_some_and(|value| value.text() != Some(""))
    };
    keys.iter()
        .find(set)
        .is_some_and(|key| known.get(key).is_some() && same_key(known, new, key))
}

fn same_key(left: &Tree, right: &Tree, key: &str) -> bool {
    match (left.get(key), right.get(key)) {
        (Some(left), Some(right)) => left.same(right),
        (None, None) => true,
        (Some(one), None) | (None, Some(one)) => is_zero(one, &Leaf::Text),
    }
}

/// Merges what is free of a schema: mappings key by key, lists grow, zero does not replace.
fn free(left: &mut Tree, right: &Tree) -> Result<(), Error> {
    let Some(members) = left.members_mut() else {
        *left = right.clone();
        return Ok(());
    };
    for new in right.members() {
        let known = members.iter_mut().find(|member| member.key == new.key);
        let Some(known) = known else {
            members.push(new.clone());
            continue;
        };
        match (&mut known.value.data, &new.value.data) {
            (Data::Null, _) => known.value = new.value.clone(),
            (Data::Map(_), Data::Map(_)) => free(&mut known.value, &new.value)?,
            (Data::List(old), Data::List(items)) => old.extend(items.iter().cloned()),
            (Data::Text(_), Data::Text(text)) if text.is_empty() => {}
            (Data::Text(_), Data::Text(_)) | (Data::Bool(_), Data::Bool(_)) => {
                known.value = new.value.clone();
            }
            (Data::Number(old), Data::Number(number)) if old.is_f64() == number.is_f64() => {
                if number.as_f64() != Some(0.0) {
                    known.value = new.value.clone();
                }
            }
            (_, data) => {
                let why = match data {
                    Data::Null => {
                        "cannot be made nothing by a merge; write `$patch: delete` below it"
                            .to_owned()
                    }
                    _ => format!("must be of the same type as at {}", known.value.at),
                };
                return Err(Error::rule(new.value.at.clone(), &new.key, why));
            }
        }
    }
    Ok(())
}
