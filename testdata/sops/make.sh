#!/bin/bash
# Makes the encrypted files here out of source/ with the official sops and the throw-away keys in keys/.
# What `sops -d` prints for them goes to clear/; fault/ holds damaged files named after the class of their fault.
# Needs: sops (go install github.com/getsops/sops/v3/cmd/sops@v3.13.3), age-keygen, python3.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.yaml ./*.json ./*.env ./*.ini ./*.bin ./*.txt clear/* fault/*
recipient() { age-keygen -y "keys/$1.txt"; }
test=$(recipient test) second=$(recipient second) stranger=$(recipient stranger)
ssh=$(cut -d' ' -f1,2 keys/ssh_ed25519.pub)
data='^(data|stringData)$'

encrypt() {
  local out=$1 source=$2
  shift 2
  sops --disable-version-check --encrypt "$@" "source/$source" > "$out"
}
for name in types strings secret multi; do
  encrypt "$name.yaml" "$name.yaml" --age "$test" --encrypted-regex "$data"
  encrypt "$name-all.yaml" "$name.yaml" --age "$test"
done
encrypt suffix-default.yaml suffix.yaml --age "$test"
encrypt suffix-encrypted.yaml suffix.yaml --age "$test" --encrypted-suffix _enc
encrypt suffix-unencrypted.yaml suffix.yaml --age "$test" --unencrypted-suffix _enc
encrypt regex-unencrypted.yaml secret.yaml --age "$test" --unencrypted-regex '^(apiVersion|kind|metadata|type)$'
encrypt mac-only.yaml secret.yaml --age "$test" --encrypted-regex "$data" --mac-only-encrypted
encrypt comments.yaml comments.yaml --age "$test"
encrypt object.json object.json --age "$test" --encrypted-regex "$data"
encrypt object-all.json object.json --age "$test"
encrypt recipients.yaml secret.yaml --age "$stranger,$test" --encrypted-regex "$data"
encrypt ssh.yaml secret.yaml --age "$ssh" --encrypted-regex "$data"

encrypt comment-rules.yaml comment-rules.yaml --age "$test" --encrypted-comment-regex sops:enc
encrypt comment-clear.yaml comment-clear.yaml --age "$test" --unencrypted-comment-regex sops:clear
for name in plain.env sections.ini bytes.bin text.txt numbers.json kinds.yaml beyond-json.yaml; do
  encrypt "$name" "$name" --age "$test"
done

groups() {
  printf 'creation_rules:\n  - shamir_threshold: %s\n    encrypted_regex: %s\n    key_groups:\n' "$1" "$data"
  printf '      - age: ["%s"]\n' "$test" "$second" "$stranger"
}
groups 2 > /tmp/groups-$$.yaml
encrypt groups.yaml secret.yaml --config /tmp/groups-$$.yaml --filename-override secret.yaml
for name in plain.env sections.ini; do
  encrypt "groups-$name" "$name" --config /tmp/groups-$$.yaml --filename-override "$name"
done
groups 3 > /tmp/groups-$$.yaml
encrypt fault/no_key-groups.yaml secret.yaml --config /tmp/groups-$$.yaml --filename-override secret.yaml
rm /tmp/groups-$$.yaml

# The metadata is not authenticated, so variants that other versions write can be made by editing it.
sed '/unencrypted_suffix:/d' suffix-default.yaml > rule-missing.yaml
sed 's/^    age:/    kms: null\n    gcp_kms: null\n    azure_kv: []\n    hc_vault: null\n    age:/; s/^    version: .*/    pgp: null\n    version: 3.7.3/' secret.yaml > old-nulls.yaml
printf '\xef\xbb\xbf%s\n---\n' "$(cat secret.yaml)" > mark-and-trailer.yaml
sed 's/$/\r/' secret.yaml > crlf.yaml

cat > /tmp/keys-$$ < keys/test.txt
cat keys/second.txt >> /tmp/keys-$$
for file in *.yaml *.json *.env *.ini *.bin *.txt; do
  SOPS_AGE_KEY_FILE=/tmp/keys-$$ SOPS_AGE_SSH_PRIVATE_KEY_FILE=keys/ssh_ed25519 \
    sops --disable-version-check -d "$file" > "clear/$file" || { echo "sops cannot read $file" >&2; rm "clear/$file"; }
done
rm /tmp/keys-$$

encrypt fault/no_key-stranger.yaml secret.yaml --age "$stranger" --encrypted-regex "$data"
python3 - <<'PYTHON'
import re
text = open('secret.yaml').read()
def fault(name, new):
    assert new != text, name
    open(f'fault/{name}.yaml', 'w').write(new)
def swap(first, second):
    a = re.search(rf'^    {first}: (ENC\S+)', text, re.M).group(1)
    b = re.search(rf'^    {second}: (ENC\S+)', text, re.M).group(1)
    return text.replace(a, '@').replace(b, a).replace('@', b)
user = re.search(r'^    user: (ENC\S+)', text, re.M).group(1)
age = text[text.index('    age:\n'):text.index('    encrypted_regex:')]
fault('mac_mismatch-clear', text.replace('name: secret', 'name: other'))
fault('mac_mismatch-removed', re.sub(r'\n    user: ENC.*', '', text))
fault('mac_mismatch-emptied', text.replace(user, '""'))
fault('mac_missing-removed', re.sub(r'\n    mac: ENC.*', '', text))
fault('mac_auth-time', re.sub(r'lastmodified: "\d+', 'lastmodified: "1999', text))
fault('value_auth-swapped', swap('user', 'password'))
fault('value_auth-renamed', text.replace('    user:', '    login:'))
fault('value_auth-flipped', text.replace(user, user[:22] + ('B' if user[22] != 'B' else 'C') + user[23:]))
fault('malformed_value-clear', text.replace(user, 'admin'))
fault('malformed_value-number', text.replace(user, '5'))
fault('malformed_value-long-iv', text.replace(user, user.replace(',iv:', ',iv:' + 'A' * 8)))
fault('malformed_value-long-tag', text.replace(user, user.replace(',tag:', ',tag:' + 'A' * 8)))
fault('malformed_value-type', text.replace(user, user.replace('type:str', 'type:zip')))
fault('malformed_value-int', text.replace(user, user.replace('type:str', 'type:int')))
fault('non_string_key-number', text.replace('        octal:', '        644:'))
fault('metadata-two-rules', text.replace('    encrypted_regex:', '    encrypted_suffix: x\n    encrypted_regex:'))
fault('metadata-time', re.sub(r'lastmodified: .*', 'lastmodified: yesterday', text))
fault('no_key-pgp', text.replace(age, '    pgp:\n        - fp: ABCD\n          enc: x\n'))
fault('no_key-kms', text.replace(age, '    kms:\n        - arn: x\n          enc: x\n'))
fault('no_key-nothing', text.replace(age, '    age: []\n'))
PYTHON
