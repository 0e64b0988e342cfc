package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// yaml writes a manifest in block style. Strings are quoted as JSON, which YAML readers understand.
func yaml(manifest map[string]any) []byte {
	var out strings.Builder
	writeMap(&out, manifest, 0)
	return []byte(out.String())
}

func writeMap(out *strings.Builder, of map[string]any, indent int) {
	for _, key := range slices.Sorted(maps.Keys(of)) {
		out.WriteString(strings.Repeat(" ", indent) + key + ":")
		writeValue(out, of[key], indent)
	}
}

// writeValue writes what follows a colon.
func writeValue(out *strings.Builder, value any, indent int) {
	switch value := value.(type) {
	case map[string]any:
		out.WriteString("\n")
		writeMap(out, value, indent+2)
	case []any:
		out.WriteString("\n")
		for _, item := range value {
			dash := strings.Repeat(" ", indent) + "- "
			if item, ok := item.(map[string]any); ok {
				var inner strings.Builder
				writeMap(&inner, item, indent+2)
				out.WriteString(dash + inner.String()[indent+2:])
				continue
			}
			out.WriteString(dash + scalar(item) + "\n")
		}
	default:
		out.WriteString(" " + scalar(value) + "\n")
	}
}

func scalar(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}
