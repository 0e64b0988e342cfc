//! All values at a path, which may be made: in objects and in texts within them.

use regex::Regex;

use super::path::Step;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing.
    Null,
    /// A text, number or boolean.
    Scalar,
    /// A mapping.
    Map,
    /// A list.
    List,
}

impl Shape {
    /// What a message calls it.
    fn name(self) -> &'static str {
        match self {
            Shape::Null => "nothing",
            Shape::Scalar => "a plain value",
            Shape::Map => "a mapping",
            Shape::List => "a list",
        }
    }
}

/// A tree of mappings, lists and plain values.
pub(super) trait Tree: Sized {
    /// What this is.
    fn shape(&self) -> Shape;
    /// A new one, a plain value without a type.
    fn make(shape: Shape, text: &str) -> Self;
    /// The field of a mapping.
    fn field(&mut self, name: &str) -> Option<&mut Self>;
    /// Adds a field to a mapping that does not have it.
    fn add_field(&mut self, name: &str, value: Self) -> Option<&mut Self>;
    /// The items of a list.
    fn items(&mut self) -> Option<&mut Vec<Self>>;
    /// Adds an item to a list.
    fn add_item(&mut self, item: Self);
    /// What expressions are compared with: the value as YAML.
    fn written(&self) -> String;
}

/// Sets a value; told whether it was made on the way.
pub(super) type Setter<'s, N> = &'s mut dyn FnMut(&mut N, bool) -> Result<(), String>;

/// Which items of a list are meant.
struct Items<'p> {
    /// The part of the path that says so.
    part: &'p str,
    /// The field whose value is compared; empty for the item itself.
    field: &'p str,
    /// What it is compared with.
    pattern: Regex,
}

/// How to walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    /// What stands at the end of a path whose missing parts are made; nothing is made without it.
    pub make: Option<Shape>,
}

impl Walk {
    /// Calls `set` with every value at a path and returns their number. The error is a sentence.
    pub(super) fn visit<N: Tree>(
        self,
        node: &mut N,
        path: &[String],
        set: Setter<'_, N>,
    ) -> Result<usize, String> {
        self.step(node, path, false, set)
    }

    fn step<N: Tree>(
        self,
        node: &mut N,
        path: &[String],
        fresh: bool,
        set: Setter<'_, N>,
    ) -> Result<usize, String> {
        let Some((part, rest)) = path.split_first() else {
            set(node, fresh)?;
            return Ok(1);
        };
        match Step::of(part)? {
            Step::Field(name) => self.field(node, name, rest, set),
            Step::Index(index) => self.index(node, index, rest, set),
            Step::Every => {
                let mut count = 0;
                for item in list(node, part)? {
                    count += self.step(item, rest, false, set)?;
                }
                Ok(count)
            }
            Step::Items(field, wanted) => {
                let pattern = Regex::new(wanted)
                    .map_err(|_| format!("`{wanted}` in `{part}` is not a regular expression"))?;
                let items = Items {
                    part,
                    field,
                    pattern,
                };
                let count = self.items(node, &items, rest, false, set)?;
                let Some(_) = self.make.filter(|_| count == 0) else {
                    return Ok(count);
                };
                let mut item = N::make(Shape::Scalar, wanted);
                if !field.is_empty() {
                    let mut map = N::make(Shape::Map, "");
                    map.add_field(field, item);
                    item = map;
                }
                if node.shape() == Shape::Null {
                    return Err(format!("`{part}` needs a list, and there is nothing"));
                }
                items_of(node, part)?;
                node.add_item(item);
                match self.items(node, &items, rest, true, set)? {
                    0 => Err(format!(
                        "an item with `{wanted}` is made for `{part}`, but that expression does not take it"
                    )),
                    count => Ok(count),
                }
            }
        }
    }

    fn field<N: Tree>(
        self,
        node: &mut N,
        name: &str,
        rest: &[String],
        set: Setter<'_, N>,
    ) -> Result<usize, String> {
        match node.shape() {
            Shape::Map => {}
            Shape::Null if self.make.is_none() => return Ok(0),
            shape => {
                return Err(format!(
                    "`{name}` needs a mapping, and there is {}",
                    shape.name()
                ));
            }
        }
        // Looked up twice for the borrow checker.
        if node.field(name).is_some() {
            return match node.field(name) {
                Some(field) => self.step(field, rest, false, set),
                None => Ok(0),
            };
        }
        let Some(shape) = self.make else {
            return Ok(0);
        };
        let made = N::make(shape_before(rest, shape), "");
        match node.add_field(name, made) {
            Some(field) => self.step(field, rest, true, set),
            None => Ok(0),
        }
    }

    fn index<N: Tree>(
        self,
        node: &mut N,
        index: usize,
        rest: &[String],
        set: Setter<'_, N>,
    ) -> Result<usize, String> {
        let part = index.to_string();
        let count = items_of(node, &part)?.len();
        let mut fresh = false;
        if let Some(shape) = self.make
            && count == index
        {
            node.add_item(N::make(shape_before(rest, shape), ""));
            fresh = true;
        }
        let items = items_of(node, &part)?;
        match items.get_mut(index) {
            Some(item) => self.step(item, rest, fresh, set),
            None => Err(format!("there is no item {index} in a list of {count}")),
        }
    }

    fn items<N: Tree>(
        self,
        node: &mut N,
        items: &Items<'_>,
        rest: &[String],
        made: bool,
        set: Setter<'_, N>,
    ) -> Result<usize, String> {
        let mut count = 0;
        let Items {
            part,
            field,
            pattern,
        } = items;
        for item in list(node, part)? {
            if field.is_empty() {
                // Whatever is behind it in the path does not count.
                if pattern.is_match(item.written().trim()) {
                    set(item, made)?;
                    count += 1;
                }
            } else if item
                .field(field)
                .is_some_and(|value| pattern.is_match(value.written().trim()))
            {
                count += self.step(item, rest, false, set)?;
            }
        }
        Ok(count)
    }
}

/// What a made node has to be for what follows in its path.
fn shape_before(rest: &[String], last: Shape) -> Shape {
    match rest.first().map(String::as_str) {
        None | Some("") => last,
        Some(next) if Step::is_of_list(next) => Shape::List,
        Some(_) => Shape::Map,
    }
}

fn list<'n, N: Tree>(node: &'n mut N, part: &str) -> Result<std::slice::IterMut<'n, N>, String> {
    match node.shape() {
        Shape::Null => Ok([].iter_mut()),
        _ => Ok(items_of(node, part)?.iter_mut()),
    }
}

fn items_of<'n, N: Tree>(node: &'n mut N, part: &str) -> Result<&'n mut Vec<N>, String> {
    let shape = node.shape();
    node.items()
        .ok_or_else(|| format!("`{part}` needs a list, and there is {}", shape.name()))
}
