package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// request is one server-side apply.
type request struct {
	Path string          `json:"path"`
	Body json.RawMessage `json:"body"`
}

// object is a manifest and the collection it belongs to.
type object struct {
	collection string
	name       string
	manifest   map[string]any
}

// generate writes COUNT objects: a namespace, a definition, and the usual kinds by turns. They are spread over files of
// different sizes, as people write them: one object each, and streams of ten.
func generate(folder, namespace string, count int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	file, err := os.Create(folder + ".requests")
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriter(file)
	requests := json.NewEncoder(out)
	var stream []byte
	for number, object := range objects(namespace, count) {
		body, err := json.MarshalIndent(object.manifest, "", "  ")
		if err != nil {
			return err
		}
		if err := requests.Encode(request{Path: object.collection + "/" + object.name, Body: body}); err != nil {
			return err
		}
		stream = append(append(stream, "---\n"...), yaml(object.manifest)...)
		if number < 500 || number%10 == 9 || number == count-1 {
			name := filepath.Join(folder, fmt.Sprintf("%04d.yaml", number))
			if err := os.WriteFile(name, stream, 0o644); err != nil {
				return err
			}
			stream = nil
		}
	}
	return out.Flush()
}

func objects(namespace string, count int) []object {
	const definition = "benches.loadgen.ksail.dev"
	all := []object{
		{"/api/v1/namespaces", namespace, of("v1", "Namespace", namespace, "", nil)},
		{"/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition, of("apiextensions.k8s.io/v1", "CustomResourceDefinition", definition, "", fields{
			"spec": fields{
				"group": "loadgen.ksail.dev", "scope": "Namespaced",
				"names": fields{"kind": "Bench", "listKind": "BenchList", "plural": "benches", "singular": "bench"},
				"versions": []any{fields{"name": "v1", "served": true, "storage": true, "schema": fields{"openAPIV3Schema": fields{
					"type": "object", "properties": fields{"spec": fields{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
				}}}},
			},
		})},
	}
	core, apps, rbac := "/api/v1/namespaces/"+namespace, "/apis/apps/v1/namespaces/"+namespace, "/apis/rbac.authorization.k8s.io/v1/namespaces/"+namespace
	for number := len(all); number < count; number++ {
		name := fmt.Sprintf("bench-%04d", number)
		labels := fields{"app": name}
		add := func(collection, version, kind string, more fields) {
			all = append(all, object{collection, name, of(version, kind, name, namespace, more)})
		}
		switch number % 10 {
		case 0, 1, 2:
			add(core+"/configmaps", "v1", "ConfigMap", fields{"data": fields{"mode": "0644", "text": "one\ntwo\nthree\n", "number": fmt.Sprint(number)}})
		case 3:
			add(core+"/secrets", "v1", "Secret", fields{"stringData": fields{"password": name}})
		case 4:
			add(core+"/services", "v1", "Service", fields{"spec": fields{"selector": labels, "ports": []any{fields{"name": "http", "port": 80, "targetPort": 8080}}}})
		case 5:
			add(apps+"/deployments", "apps/v1", "Deployment", fields{"spec": fields{
				"replicas": 0, "selector": fields{"matchLabels": labels},
				"template": fields{"metadata": fields{"labels": labels}, "spec": fields{"containers": []any{fields{
					"name": "main", "image": "registry.example/bench:v1",
					"ports":     []any{fields{"containerPort": 8080}},
					"resources": fields{"requests": fields{"cpu": "10m", "memory": "16Mi"}},
				}}}},
			}})
		case 6:
			add(core+"/serviceaccounts", "v1", "ServiceAccount", nil)
		case 7:
			add(rbac+"/roles", "rbac.authorization.k8s.io/v1", "Role", fields{"rules": []any{fields{"apiGroups": []any{""}, "resources": []any{"configmaps"}, "verbs": []any{"get", "list"}}}})
		case 8:
			add(rbac+"/rolebindings", "rbac.authorization.k8s.io/v1", "RoleBinding", fields{
				"roleRef":  fields{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": fmt.Sprintf("bench-%04d", number-1)},
				"subjects": []any{fields{"kind": "ServiceAccount", "name": fmt.Sprintf("bench-%04d", number-2), "namespace": namespace}},
			})
		default:
			add("/apis/loadgen.ksail.dev/v1/namespaces/"+namespace+"/benches", "loadgen.ksail.dev/v1", "Bench", fields{"spec": fields{"size": number, "words": []any{"a", "b"}}})
		}
	}
	return all
}

type fields = map[string]any

func of(version, kind, name, namespace string, more fields) fields {
	metadata := fields{"name": name, "labels": fields{"app.kubernetes.io/part-of": "loadgen"}}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	all := fields{"apiVersion": version, "kind": kind, "metadata": metadata}
	for key, value := range more {
		all[key] = value
	}
	return all
}
