package main

import (
	"encoding/json"
	"strings"
	"testing"
)

const config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"

func ask(t *testing.T, questions ...question) []answer {
	t.Helper()
	var in, out strings.Builder
	for _, asked := range questions {
		line, err := json.Marshal(asked)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	if err := run(strings.NewReader(in.String()), &out); err != nil {
		t.Fatal(err)
	}
	var answers []answer
	for decoder := json.NewDecoder(strings.NewReader(out.String())); decoder.More(); {
		var found answer
		if err := decoder.Decode(&found); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, found)
	}
	if len(answers) != len(questions) {
		t.Fatalf("%d answers to %d questions", len(answers), len(questions))
	}
	return answers
}

func TestEachQuestionHasAnAnswer(t *testing.T) {
	answers := ask(t,
		question{Target: "over", Files: map[string]string{
			"over/kustomization.yaml": "namePrefix: x-\nresources: [../base]\n",
			"base/kustomization.yaml": "resources: [a.yaml]\n",
			"base/a.yaml":             config,
		}},
		question{Target: "none"},
	)
	want := `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x-a"}}`
	if len(answers[0].Objects) != 1 || string(answers[0].Objects[0]) != want || answers[0].Error != "" {
		t.Errorf("got %+v", answers[0])
	}
	if answers[1].Error == "" {
		t.Error("a folder that is not there was built")
	}
}

func TestFilesOutsideNeedAnOption(t *testing.T) {
	files := map[string]string{"over/kustomization.yaml": "resources: [../a.yaml]\n", "a.yaml": config}
	answers := ask(t,
		question{Target: "over", Files: files},
		question{Target: "over", Files: files, Unrestricted: true},
	)
	if !strings.Contains(answers[0].Error, "security") || answers[1].Error != "" {
		t.Errorf("got %+v", answers)
	}
}

func TestObjectsAreOnlySortedWhenAsked(t *testing.T) {
	files := map[string]string{
		"kustomization.yaml": "resources: [a.yaml, b.yaml]\n",
		"a.yaml":             config,
		"b.yaml":             "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: b\n",
	}
	answers := ask(t, question{Files: files}, question{Files: files, Legacy: true})
	for at, want := range []string{"ConfigMap", "Namespace"} {
		if !strings.Contains(string(answers[at].Objects[0]), want) {
			t.Errorf("%d: got %s first", at, answers[at].Objects[0])
		}
	}
}

// The second kustomization has a kind whose list the first one's schema merges by key.
func TestSchemasDoNotOutliveTheirQuestion(t *testing.T) {
	patched := "patches: [{path: p.yaml}]\nresources: [c.yaml]\n"
	files := map[string]string{
		"c.yaml": "apiVersion: x.example/v1\nkind: Crate\nmetadata: {name: a}\nspec: {items: [{name: one, size: 1}]}\n",
		"p.yaml": "apiVersion: x.example/v1\nkind: Crate\nmetadata: {name: a}\nspec: {items: [{name: two, size: 2}]}\n",
		"schema.json": `{"definitions":{"crate":{"properties":{"spec":{"properties":{"items":{"type":"array",
			"items":{"type":"object"},"x-kubernetes-patch-merge-key":"name","x-kubernetes-patch-strategy":"merge"}}}},
			"x-kubernetes-group-version-kind":[{"group":"x.example","kind":"Crate","version":"v1"}]}}}`,
	}
	with := map[string]string{"kustomization.yaml": patched + "openapi: {path: schema.json}\n"}
	without := map[string]string{"kustomization.yaml": patched}
	for name, text := range files {
		with[name], without[name] = text, text
	}
	answers := ask(t, question{Files: with}, question{Files: without})
	for at, want := range []bool{true, false} {
		if answers[at].Error != "" || strings.Contains(string(answers[at].Objects[0]), "one") != want {
			t.Errorf("%d: got %s %s", at, answers[at].Objects, answers[at].Error)
		}
	}
}
