use super::super::testing::{built, check};
use super::maker::encode;

const ENV: &[u8] = b"\xef\xbb\xbfA=1\r\n  #c\n\n  B\n=x\nC=a=b \n\xc2\xa0D=\" q\"\n";

#[test]
fn every_source_and_every_hash() {
    let kustomization = br#"
configMapGenerator:
- name: empty
- name: esc
  files: [esc]
- name: bin
  files: [bin]
- name: env
  envs: [e.env]
- name: imm
  options: {immutable: true, labels: {a: b}, disableNameSuffixHash: true}
  literals: ['q="x"', "r='", "s='a\"", 'n=']
secretGenerator:
- name: s
- name: big
  files: [sub/big]
sortOptions: {order: fifo}
"#;
    check(
        &[
            ("kustomization.yaml", kustomization),
            ("bin", b"\xff\xfeab"),
            ("esc", "<&>\"x\"\u{2028}\u{2029}é😀\ttab\\".as_bytes()),
            ("e.env", ENV),
            ("sub/big", &[0; 52]),
        ],
        r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: empty-6ct58987ht}
---
apiVersion: v1
data: {esc: "<&>\"x\"\L\Pé😀\ttab\\"}
kind: ConfigMap
metadata: {name: esc-4k695cg667}
---
apiVersion: v1
binaryData: {bin: "//5hYg=="}
kind: ConfigMap
metadata: {name: bin-6hhc5hk8h9}
---
apiVersion: v1
data: {A: "1", B: "", C: "a=b ", D: '" q"'}
kind: ConfigMap
metadata: {name: env-77g9g82ttf}
---
apiVersion: v1
data: {"n": "", q: x, r: "'", s: "'a\""}
immutable: true
kind: ConfigMap
metadata: {labels: {a: b}, name: imm}
---
apiVersion: v1
data: {}
kind: Secret
metadata: {name: s-46f8b28mk5}
type: Opaque
---
apiVersion: v1
data:
  big: |
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    ==
kind: Secret
metadata: {name: big-mdggh7h456}
type: Opaque
"#,
    );
}

#[test]
fn long_data_is_on_lines() {
    assert_eq!(encode(b""), "");
    assert_eq!(encode(b"hello"), "aGVsbG8=");
    assert_eq!(encode(&[0; 51]), "A".repeat(68));
    assert_eq!(encode(&[0; 52]), format!("{}\n==\n", "A".repeat(70)));
}

#[test]
fn what_generators_refuse() {
    for (entry, error) in [
        (
            "literals: [a]",
            "a literal has the form `KEY=VALUE`, and this one has no `=`",
        ),
        ("literals: [=a]", "the literal has no key before `=`"),
        ("literals: [a=1, a=2]", "the key `a` is there twice in `x`"),
        ("files: [=a]", "`=a` has no key before `=`"),
        ("files: [a=]", "`a=` has no path behind `=`"),
        ("files: [a=b=c]", "more than one `=`"),
        ("files: [none]", "`none` was not read"),
        ("envs: [bin]", "bin:1:1: the line is not a UTF-8 text"),
        ("behavior: merge", "there is no configmap/x to merge with"),
        ("behavior: replace", "there is no configmap/x to replace"),
    ] {
        let text = format!("configMapGenerator:\n- name: x\n  {entry}\n");
        let files: &[(&str, &[u8])] = &[("kustomization.yaml", text.as_bytes()), ("bin", b"\xff")];
        let found = built(files).unwrap_err();
        assert!(found.contains(error), "{entry}: {found}");
    }
    let text = b"configMapGenerator:\n- literals: [a=b]\n";
    let found = built(&[("kustomization.yaml", text)]).unwrap_err();
    assert!(found.contains("needs a `name`"), "{found}");
}
