//! Encrypts and decrypts the values of a tree in place, in the order that the authentication code has.

use std::collections::HashMap;

use aes_gcm::aead::OsRng;
use aes_gcm::aead::rand_core::RngCore;
use sha2::{Digest, Sha256};

use super::error::Error;
use super::leaf::{DataKey, Fault, Plain, Sealed, Sealer, Vector};
use super::mac::Mac;
use super::rules::{Rule, Scope};
use super::tree::{Branch, Comment, Element, Member, Tree, Value};

/// Initialisation vectors by what they were used for, so that a value that is encrypted again unchanged gets the same
/// ciphertext. Holds hashes only.
#[derive(Default)]
pub(crate) struct Stash(HashMap<[u8; 32], Vector>);

impl Stash {
    fn remember(&mut self, path: &str, value: &Plain, sealed: &Sealed<'_>) {
        if let Some(vector) = sealed.vector() {
            self.0.insert(fingerprint(path, value), vector);
        }
    }

    /// The vector to encrypt a value with: the one it had, or a random one.
    pub(crate) fn vector(&self, path: &str, value: &Plain) -> Vector {
        self.0
            .get(&fingerprint(path, value))
            .copied()
            .unwrap_or_else(|| {
                let mut vector = [0; 32];
                OsRng.fill_bytes(&mut vector);
                vector
            })
    }
}

fn fingerprint(path: &str, value: &Plain) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(value.kind().unwrap_or_default());
    hash.update([0]);
    hash.update(path.len().to_le_bytes());
    hash.update(path);
    hash.update(value.bytes());
    hash.finalize().into()
}

/// Decrypts the tree. The answer is the authentication code that it should have; `stash` learns how it was encrypted.
pub(crate) fn decrypt(
    tree: &mut Tree,
    rule: &Rule,
    only_encrypted: bool,
    key: &DataKey,
    stash: &mut Stash,
) -> Result<Mac, Error> {
    let step = Open { key, stash };
    run(tree, rule, Mac::new(only_encrypted), step)
}

/// Encrypts the tree. The answer is its authentication code.
pub(crate) fn encrypt(
    tree: &mut Tree,
    rule: &Rule,
    only_encrypted: bool,
    key: &DataKey,
    stash: &Stash,
) -> Result<Mac, Error> {
    let step = Seal {
        rule,
        sealer: Sealer::new(key),
        stash,
    };
    run(tree, rule, Mac::new(only_encrypted), step)
}

fn run<S: Step>(tree: &mut Tree, rule: &Rule, mac: Mac, step: S) -> Result<Mac, Error> {
    let mut walk = Walk {
        rule,
        mac,
        step,
        path: String::new(),
    };
    for document in &mut tree.documents {
        walk.branch(document, rule.top())?;
    }
    Ok(walk.mac)
}

/// What happens at a place that the rule says is encrypted. `path` is what authenticates it.
trait Step {
    /// Turns a value into what it becomes, and shows the clear one to `see`.
    fn value(
        &mut self,
        path: &str,
        value: &mut Value,
        see: &mut dyn FnMut(&Plain),
    ) -> Result<(), Fault>;

    /// Turns the text of a comment into what it becomes. Whether it stays a comment in a list is `Some`.
    fn comment(&mut self, path: &str, comment: &mut Comment) -> Result<(), Fault>;

    /// What an encrypted comment becomes in a list: sops makes it an item.
    fn listed(&self, comment: Comment) -> Option<Element>;
}

struct Walk<'r, S> {
    rule: &'r Rule,
    mac: Mac,
    step: S,
    path: String,
}

impl<S: Step> Walk<'_, S> {
    fn branch(&mut self, branch: &mut Branch, mut scope: Scope) -> Result<(), Error> {
        for member in branch {
            match member {
                Member::Comment(comment) => {
                    if self.rule.comment(&mut scope, &comment.text) {
                        self.comment(comment)?;
                    }
                }
                Member::Pair(key, value) => {
                    let length = self.path.len();
                    self.path.push_str(key);
                    self.path.push(':');
                    self.value(value, scope.key(self.rule, key))?;
                    self.path.truncate(length);
                    scope.value_passed();
                }
            }
        }
        Ok(())
    }

    fn list(&mut self, list: &mut Vec<Element>, mut scope: Scope) -> Result<(), Error> {
        let mut kept = Vec::with_capacity(list.len());
        for element in list.drain(..) {
            match element {
                Element::Comment(mut comment) => {
                    if self.rule.comment(&mut scope, &comment.text) {
                        self.comment(&mut comment)?;
                        kept.extend(self.step.listed(comment));
                    } else {
                        kept.push(Element::Comment(comment));
                    }
                }
                Element::Item(mut value) => {
                    self.value(&mut value, scope)?;
                    scope.value_passed();
                    kept.push(match value {
                        Value::Leaf(Plain::Comment(text)) => Element::Comment(Comment::above(text)),
                        value => Element::Item(value),
                    });
                }
            }
        }
        *list = kept;
        Ok(())
    }

    fn value(&mut self, value: &mut Value, scope: Scope) -> Result<(), Error> {
        match value {
            Value::Null => Ok(()),
            Value::Map(branch) => self.branch(branch, scope.inside()),
            Value::Seq(list) => self.list(list, scope.inside()),
            Value::Leaf(plain) if !self.rule.encrypts(scope) => {
                self.mac.add(plain, false);
                Ok(())
            }
            leaf @ Value::Leaf(_) => {
                let mac = &mut self.mac;
                let mut see = |plain: &Plain| mac.add(plain, true);
                self.step
                    .value(path(&self.path), leaf, &mut see)
                    .map_err(|fault| at(&self.path, fault))
            }
        }
    }

    fn comment(&mut self, comment: &mut Comment) -> Result<(), Error> {
        self.step
            .comment(path(&self.path), comment)
            .map_err(|fault| at(&self.path, fault))
    }
}

/// The authenticated path: that of a comment at the top is a lone colon.
fn path(path: &str) -> &str {
    if path.is_empty() { ":" } else { path }
}

/// The error for a fault at a place.
pub(crate) fn at(path: &str, fault: Fault) -> Error {
    let path = path.trim_end_matches(':').replace(':', ".");
    match fault {
        Fault::Auth => Error::ValueAuth { path },
        Fault::Malformed(reason) => Error::MalformedValue { path, reason },
    }
}

struct Open<'k> {
    key: &'k DataKey,
    stash: &'k mut Stash,
}

impl Step for Open<'_> {
    fn value(
        &mut self,
        path: &str,
        value: &mut Value,
        see: &mut dyn FnMut(&Plain),
    ) -> Result<(), Fault> {
        let Some(text) = value.as_str() else {
            return Err(Fault::Malformed(
                "is clear text where an encrypted value belongs",
            ));
        };
        if text.is_empty() {
            return Ok(());
        }
        let sealed = Sealed::parse(text)?;
        let plain = sealed.open(self.key, path)?;
        self.stash.remember(path, &plain, &sealed);
        see(&plain);
        *value = Value::Leaf(plain);
        Ok(())
    }

    /// A comment that does not decrypt was never encrypted: old versions of sops left comments alone.
    fn comment(&mut self, path: &str, comment: &mut Comment) -> Result<(), Fault> {
        let opened = Sealed::parse(&comment.text).and_then(|sealed| {
            let plain = sealed.open(self.key, path)?;
            self.stash.remember(path, &plain, &sealed);
            Ok(plain)
        });
        if let Ok(Plain::Comment(text) | Plain::Str(text)) = opened {
            *comment = Comment::above(text);
        }
        Ok(())
    }

    fn listed(&self, comment: Comment) -> Option<Element> {
        Some(Element::Comment(comment))
    }
}

struct Seal<'k> {
    rule: &'k Rule,
    sealer: Sealer,
    stash: &'k Stash,
}

impl Step for Seal<'_> {
    fn value(
        &mut self,
        path: &str,
        value: &mut Value,
        see: &mut dyn FnMut(&Plain),
    ) -> Result<(), Fault> {
        let Value::Leaf(plain) = value else {
            return Ok(());
        };
        see(plain);
        let vector = self.stash.vector(path, plain);
        let sealed = self.sealer.seal(plain, path, &vector)?;
        zeroize::Zeroize::zeroize(plain);
        *plain = Plain::Str(sealed);
        Ok(())
    }

    fn comment(&mut self, path: &str, comment: &mut Comment) -> Result<(), Fault> {
        let plain = Plain::Comment(std::mem::take(&mut comment.text));
        let vector = self.stash.vector(path, &plain);
        comment.text = self.sealer.seal(&plain, path, &vector)?;
        if self.rule.clears_by_comment() && self.rule.matches(&comment.text) {
            return Err(Fault::Malformed(
                "has a comment whose ciphertext matches `unencrypted_comment_regex`; make the regular expression narrower",
            ));
        }
        Ok(())
    }

    /// An empty comment cannot be told from an empty text when it has become an item, so it is dropped.
    fn listed(&self, comment: Comment) -> Option<Element> {
        (!comment.text.is_empty()).then(|| Element::Item(Value::text(comment.text)))
    }
}
