package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// Enums are the allowed values that the published documents leave out, by definition and path of the property. They
// come from the Go source that the API server makes its own documents of.
type Enums map[string]map[string][]any

func readEnums(path string) (Enums, error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	enums := Enums{}
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(function.Name.Name, "schema_") {
			continue
		}
		found := map[string][]any{}
		collect(function.Body, "", found)
		if len(found) > 0 {
			enums[lastThree(strings.Split(function.Name.Name, "_"))] = found
		}
	}
	return enums, nil
}

// collect finds `Enum: []interface{}{…}` below a node; steps are the keys of maps and the fields on the way.
func collect(node ast.Node, path string, found map[string][]any) {
	ast.Inspect(node, func(node ast.Node) bool {
		pair, ok := node.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		switch key := pair.Key.(type) {
		case *ast.BasicLit:
			name, _ := strconv.Unquote(key.Value)
			collect(pair.Value, path+"/properties/"+name, found)
			return false
		case *ast.Ident:
			switch key.Name {
			case "Items":
				collect(pair.Value, path+"/items", found)
				return false
			case "AdditionalProperties":
				collect(pair.Value, path+"/additionalProperties", found)
				return false
			case "Enum":
				for _, value := range pair.Value.(*ast.CompositeLit).Elts {
					text, err := strconv.Unquote(value.(*ast.BasicLit).Value)
					if err != nil {
						panic(err)
					}
					found[path] = append(found[path], text)
				}
			}
		}
		return true
	})
}

// addTo adds the values to a reduced definition. The source also has types that are no longer served.
func (enums Enums) addTo(name string, schema map[string]any) error {
	for path, values := range enums[lastThree(strings.Split(name, "."))] {
		at := schema
		for step := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			next, ok := at[step].(map[string]any)
			if !ok {
				return fmt.Errorf("allowed values of %s have no place %s", name, path)
			}
			at = next
		}
		at["enum"] = values
	}
	return nil
}

func lastThree(parts []string) string {
	return strings.Join(parts[max(0, len(parts)-3):], "_")
}
