//! Schemas in the form that checking walks over.

use std::collections::BTreeMap;
use std::collections::HashMap;

use regex::Regex;
use serde_json::Value as Json;

use super::format::Format;

/// Name of the definition of the metadata of all objects.
pub(super) const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Schema {
    /// Which values it is about.
    pub(super) shape: Shape,
    /// `null` is a value. Kinds of Kubernetes itself take it for absence instead.
    pub(super) nullable: bool,
    /// The only values that are allowed; empty if all are.
    pub(super) values: Vec<Json>,
    /// The form of text. Values of other types have none.
    pub(super) format: Option<Format>,
    /// What absence means, as far as it tells items of a list apart.
    pub(super) default: Option<Json>,
    /// Limits.
    pub(super) bounds: Option<Box<Bounds>>,
    /// Schemas that must, or must not, be satisfied as well.
    pub(super) logic: Option<Box<Logic>>,
}

/// Which values a schema is about.
#[derive(Debug, Default)]
pub(super) enum Shape {
    /// All.
    #[default]
    Any,
    /// What another definition says.
    Reference(usize),
    /// A boolean.
    Boolean,
    /// An integer of so many bits.
    Integer(u32),
    /// A number.
    Number,
    /// Text.
    Text,
    /// A 32-bit integer or text.
    IntOrText,
    /// An amount such as `100m`: text or a number.
    Quantity,
    /// A list.
    List(Box<List>),
    /// A mapping.
    Object(Box<Object>),
    /// What its type decides.
    OneOfTypes(Box<Types>),
}

/// Schemas by the type of the value; a type without one is not allowed.
#[derive(Debug, Default)]
pub(super) struct Types {
    /// Of mappings.
    pub(super) object: Schema,
    /// Of lists.
    pub(super) list: Option<Schema>,
    /// Booleans are allowed.
    pub(super) boolean: bool,
    /// What messages call all of this.
    pub(super) expected: &'static str,
}

/// What a list holds.
#[derive(Debug, Default)]
pub(super) struct List {
    /// Each of its items.
    pub(super) items: Option<Schema>,
    /// Which items are the same.
    pub(super) identity: Identity,
}

/// When two items of a list are the same, which they must not be.
#[derive(Debug, Default)]
pub(super) enum Identity {
    /// They may be equal.
    #[default]
    None,
    /// Equal values.
    Value,
    /// Equal values of these fields.
    Keys(Vec<String>),
}

/// What a mapping holds.
#[derive(Debug, Default)]
pub(super) struct Object {
    /// Known fields.
    pub(super) properties: BTreeMap<String, Schema>,
    /// Fields that must be there.
    pub(super) required: Vec<String>,
    /// Other fields.
    pub(super) others: Others,
    /// It is a whole object with `apiVersion`, `kind` and metadata of this definition.
    pub(super) embedded: Option<Schema>,
    /// Without this, a value that is no mapping passes.
    pub(super) typed: bool,
}

/// What fields are allowed besides the known ones.
#[derive(Debug, Default)]
pub(super) enum Others {
    /// None.
    #[default]
    None,
    /// Any.
    Any,
    /// Those that satisfy this.
    Like(Schema),
}

/// Limits of values.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) pattern: Option<Regex>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) unique_items: bool,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
}

/// Combinations.
#[derive(Debug, Default)]
pub(super) struct Logic {
    pub(super) all_of: Vec<Schema>,
    pub(super) any_of: Vec<Schema>,
    pub(super) one_of: Vec<Schema>,
    pub(super) not: Option<Schema>,
}

/// Definitions that say more than their schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing more.
    Plain,
    /// `ObjectMeta`: labels, annotations, owners.
    ObjectMeta,
    /// `LabelSelector`: labels.
    LabelSelector,
}

/// A schema with a name.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) schema: Schema,
    /// It describes a Go type: `null` is absence, and zero values count as absent.
    pub(super) native: bool,
    pub(super) meaning: Meaning,
}

/// All schemas with a name.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    places: HashMap<String, usize>,
    all: Vec<Definition>,
}

impl Definitions {
    /// The place of a definition, which may be filled later.
    pub(super) fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let meaning = match name {
            OBJECT_META => Meaning::ObjectMeta,
            "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector" => Meaning::LabelSelector,
            _ => Meaning::Plain,
        };
        self.places.insert(name.to_owned(), self.all.len());
        self.all.push(Definition {
            schema: Schema::default(),
            native: name.starts_with("io.k8s."),
            meaning,
        });
        self.all.len() - 1
    }

    /// Fills a place.
    pub(super) fn fill(&mut self, place: usize, schema: Schema) {
        self.all[place].schema = schema;
    }

    /// What is at a place.
    pub(super) fn at(&self, place: usize) -> &Definition {
        &self.all[place]
    }
}
