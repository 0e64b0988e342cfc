# shellcheck shell=bash
# Writes container images as an OCI layout with tar, sha256sum and jq only
# (sourced by image.sh): every layer is stored once and uncompressed.

# oci_layer LAYOUT FOLDER: stores the folder as a layer and prints its digest.
oci_layer() {
  local blobs=$1/blobs/sha256 digest
  mkdir -p "$blobs"
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -C "$2" -cf "$blobs/layer" .
  digest=$(sha256sum "$blobs/layer" | cut -d' ' -f1)
  mv "$blobs/layer" "$blobs/$digest"
  echo "$digest"
}

# oci_image LAYOUT NAME CONFIG LAYER...: adds an image of these layers; CONFIG is JSON such as {"Entrypoint": [...]}.
oci_image() {
  local layout=$1 name=$2 config=$3 digests sizes
  shift 3
  digests=$(printf '%s\n' "$@" | jq -R '"sha256:" + .' | jq -s .)
  sizes=$(cd "$layout/blobs/sha256" && stat -c %s "$@" | jq -s .)
  config=$(jq -cn --argjson config "$config" --argjson layers "$digests" --arg arch "$(dpkg --print-architecture)" \
    '{architecture: $arch, os: "linux", config: $config, rootfs: {type: "layers", diff_ids: $layers}}' | oci_blob "$layout")
  jq -cn --argjson config "$config" --argjson layers "$digests" --argjson sizes "$sizes" '{
      schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: ({mediaType: "application/vnd.oci.image.config.v1+json"} + $config),
      layers: [range($layers | length) | {mediaType: "application/vnd.oci.image.layer.v1.tar", digest: $layers[.], size: $sizes[.]}]
    }' | oci_blob "$layout" |
    jq -c --arg name "$name" '{mediaType: "application/vnd.oci.image.manifest.v1+json"} + . + {annotations: {"io.containerd.image.name": $name}}' >>"$layout/manifests"
}

# oci_blob LAYOUT: stores stdin and prints its digest and size as JSON.
oci_blob() {
  local blobs=$1/blobs/sha256 digest
  cat >"$blobs/blob"
  digest=$(sha256sum "$blobs/blob" | cut -d' ' -f1)
  mv "$blobs/blob" "$blobs/$digest"
  jq -cn --arg digest "sha256:$digest" --argjson size "$(stat -c %s "$blobs/$digest")" '{digest: $digest, size: $size}'
}

# oci_finish LAYOUT: writes the index of all images added.
oci_finish() {
  jq -s '{schemaVersion: 2, manifests: .}' "$1/manifests" >"$1/index.json"
  rm "$1/manifests"
  echo '{"imageLayoutVersion": "1.0.0"}' >"$1/oci-layout"
}
