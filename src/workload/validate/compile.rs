//! OpenAPI and structural schemas, as JSON, to the form that checking walks over.

use serde_json::{Map, Value as Json};

use super::format::Format;
use super::limits;
use super::schema::{
    Definitions, Identity, List, Logic, OBJECT_META, Object, Others, Schema, Shape, Types,
};

/// Before the name of a definition.
const REFERENCE: &str = "#/components/schemas/";

/// Definitions whose Go type accepts what their schema does not tell.
const FREE: [&str; 2] = [
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
    "io.k8s.apimachinery.pkg.runtime.RawExtension",
];
/// Before what may stand in the place of a schema: `OrBool` and so on. Their own definitions have no type.
const SCHEMA: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// Fields that schemas call required because Go always writes them, and that API servers do not miss: last part of the
/// definition's name, and the field. Found by leaving out every field of every kind (`testdata/validate`).
const OPTIONAL: [(&str, &str); 18] = [
    ("CSIDriver", "spec"),
    ("CSINode", "spec"),
    ("CSINodeSpec", "drivers"),
    ("ControllerRevision", "revision"),
    ("DeviceCapacity", "value"),
    ("DeviceClass", "spec"),
    ("Event", "involvedObject"),
    ("HTTPHeader", "value"),
    ("LimitRangeSpec", "limits"),
    ("PodFailurePolicy", "rules"),
    ("PreferredSchedulingTerm", "preference"),
    ("ResourceClaim", "spec"),
    ("ResourceClaimTemplate", "spec"),
    ("ResourceClaimTemplateSpec", "spec"),
    ("ResourcePool", "generation"),
    ("StatefulSetSpec", "serviceName"),
    ("Sysctl", "value"),
    ("TokenRequest", "audience"),
];

/// Makes schemas and keeps what it could not make sense of.
pub(super) struct Compiler<'a> {
    pub(super) definitions: &'a mut Definitions,
    /// Patterns that the regular expressions at hand do not cover.
    pub(super) unread_patterns: Vec<String>,
    /// Number of places with rules in CEL.
    pub(super) rules: usize,
    /// The schemas are for a release that does not know all forms.
    before_1_34: bool,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(definitions: &'a mut Definitions, before_1_34: bool) -> Self {
        Self {
            definitions,
            before_1_34,
            unread_patterns: Vec::new(),
            rules: 0,
        }
    }

    /// Adds a definition under its name; one that is there already is replaced.
    pub(super) fn define(&mut self, name: &str, json: &Json) -> usize {
        let mut schema = match name {
            QUANTITY => shaped(Shape::Quantity),
            name if FREE.contains(&name) => Schema::default(),
            _ => match name.strip_prefix(SCHEMA) {
                Some(or) if !or.is_empty() => self.schema_or(or),
                _ => self.schema(json),
            },
        };
        let place = self.definitions.place(name);
        if let Shape::Object(object) = &mut schema.shape
            && self.definitions.at(place).native
        {
            let own = name.rsplit('.').next().unwrap_or(name);
            let required = &mut object.required;
            required.retain(|field| !OPTIONAL.contains(&(own, field.as_str())));
        }
        self.definitions.fill(place, schema);
        place
    }

    /// A schema inside of a `CustomResourceDefinition`, or what may stand in its place.
    fn schema_or(&mut self, or: &str) -> Schema {
        let schema =
            |compiler: &mut Self| shaped(Shape::Reference(compiler.definitions.place(SCHEMA)));
        let list = |items| {
            let items = Some(items);
            Some(shaped(Shape::List(Box::new(List {
                items,
                ..List::default()
            }))))
        };
        let types = match or {
            "OrBool" => Types {
                object: schema(self),
                boolean: true,
                expected: "a schema or a boolean",
                ..Types::default()
            },
            "OrArray" => Types {
                object: schema(self),
                list: list(schema(self)),
                expected: "a schema or a list of schemas",
                ..Types::default()
            },
            "OrStringArray" => Types {
                object: schema(self),
                list: list(shaped(Shape::Text)),
                expected: "a schema or a list of names",
                ..Types::default()
            },
            _ => return Schema::default(),
        };
        shaped(Shape::OneOfTypes(Box::new(types)))
    }

    /// Makes one schema. Keywords that are not understood, or have the wrong type, are not there.
    pub(super) fn schema(&mut self, json: &Json) -> Schema {
        let Some(keywords) = json.as_object() else {
            return Schema::default();
        };
        if keywords.contains_key("x-kubernetes-validations") {
            self.rules += 1;
        }
        if let Some(name) = reference(keywords) {
            return Schema {
                shape: Shape::Reference(self.definitions.place(name)),
                default: keywords.get("default").cloned(),
                ..Schema::default()
            };
        }
        let values = keywords.get("enum").and_then(Json::as_array);
        Schema {
            shape: self.shape(keywords),
            format: self.format(keywords),
            nullable: is_set(keywords, "nullable"),
            values: values.cloned().unwrap_or_default(),
            default: keywords.get("default").cloned(),
            bounds: limits::read(json, &mut self.unread_patterns).map(Box::new),
            logic: self.logic(keywords).map(Box::new),
        }
    }

    fn shape(&mut self, keywords: &Map<String, Json>) -> Shape {
        let format = text(keywords, "format");
        if is_set(keywords, "x-kubernetes-int-or-string") || format == "int-or-string" {
            return Shape::IntOrText;
        }
        match text(keywords, "type") {
            "boolean" => Shape::Boolean,
            "integer" => Shape::Integer(if format == "int32" { 32 } else { 64 }),
            "number" => Shape::Number,
            "string" => Shape::Text,
            "array" => Shape::List(Box::new(self.list(keywords))),
            "object" => Shape::Object(Box::new(self.object(keywords, true))),
            _ if [
                "properties",
                "required",
                "additionalProperties",
                "x-kubernetes-embedded-resource",
            ]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword)) =>
            {
                Shape::Object(Box::new(self.object(keywords, false)))
            }
            _ if keywords.contains_key("items") => Shape::List(Box::new(self.list(keywords))),
            _ => Shape::Any,
        }
    }

    /// The form of text, if the schema is about text or does not say what it is about, as parts of a combination do.
    fn format(&self, keywords: &Map<String, Json>) -> Option<Format> {
        let about_text = ["", "string"].contains(&text(keywords, "type"));
        let format = Format::named(text(keywords, "format")).filter(|_| about_text)?;
        (!self.before_1_34 || !format.is_since_1_34()).then_some(format)
    }

    fn list(&mut self, keywords: &Map<String, Json>) -> List {
        let keys = || {
            let keys = keywords.get("x-kubernetes-list-map-keys")?.as_array()?;
            Some(
                keys.iter()
                    .filter_map(|key| key.as_str().map(str::to_owned))
                    .collect(),
            )
        };
        List {
            items: keywords.get("items").map(|items| self.schema(items)),
            identity: match text(keywords, "x-kubernetes-list-type") {
                "set" => Identity::Value,
                "map" => keys().map_or(Identity::None, Identity::Keys),
                _ => Identity::None,
            },
        }
    }

    fn object(&mut self, keywords: &Map<String, Json>, typed: bool) -> Object {
        let properties = keywords.get("properties").and_then(Json::as_object);
        let required = keywords.get("required").and_then(Json::as_array);
        let others = match keywords.get("additionalProperties") {
            _ if is_set(keywords, "x-kubernetes-preserve-unknown-fields") => Others::Any,
            Some(schema @ Json::Object(_)) => Others::Like(self.schema(schema)),
            Some(Json::Bool(true)) => Others::Any,
            // Only a type says that no other fields exist; a part of a combination does not.
            _ if !typed => Others::Any,
            _ => Others::None,
        };
        Object {
            properties: properties
                .into_iter()
                .flatten()
                .map(|(name, schema)| (name.clone(), self.schema(schema)))
                .collect(),
            required: required
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            others,
            embedded: is_set(keywords, "x-kubernetes-embedded-resource")
                .then(|| shaped(Shape::Reference(self.definitions.place(OBJECT_META)))),
            typed,
        }
    }

    fn logic(&mut self, keywords: &Map<String, Json>) -> Option<Logic> {
        let mut parts = |keyword| {
            let parts = keywords.get(keyword).and_then(Json::as_array);
            let parts = parts.into_iter().flatten();
            parts.map(|part| self.schema(part)).collect::<Vec<_>>()
        };
        let (all_of, any_of, one_of) = (parts("allOf"), parts("anyOf"), parts("oneOf"));
        let logic = Logic {
            all_of,
            any_of,
            one_of,
            not: keywords.get("not").map(|not| self.schema(not)),
        };
        let is_used = !logic.all_of.is_empty()
            || !logic.any_of.is_empty()
            || !logic.one_of.is_empty()
            || logic.not.is_some();
        is_used.then_some(logic)
    }
}

fn shaped(shape: Shape) -> Schema {
    Schema {
        shape,
        ..Schema::default()
    }
}

/// The definition that a schema refers to, alone or, beside a description, as its only part.
fn reference(keywords: &Map<String, Json>) -> Option<&str> {
    let direct = keywords.get("$ref");
    let wrapped = || match keywords.get("allOf")?.as_array()?.as_slice() {
        [only] => only.get("$ref"),
        _ => None,
    };
    let name = direct.or_else(wrapped)?.as_str()?;
    Some(name.strip_prefix(REFERENCE).unwrap_or(name))
}

fn text<'a>(keywords: &'a Map<String, Json>, keyword: &str) -> &'a str {
    keywords
        .get(keyword)
        .and_then(Json::as_str)
        .unwrap_or_default()
}

fn is_set(keywords: &Map<String, Json>, keyword: &str) -> bool {
    keywords
        .get(keyword)
        .and_then(Json::as_bool)
        .unwrap_or_default()
}
