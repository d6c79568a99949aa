package report

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gobahn/cases"
)

// TestCaseSchemaTakesEveryCase validates the whole catalogue against the schema of files
// of cases, which knows no other keys.
func TestCaseSchemaTakesEveryCase(t *testing.T) {
	doc := caseSchema(t)
	c := jsonschema.NewCompiler()
	if err := c.AddResource("cases.json", doc); err != nil {
		t.Fatal(err)
	}
	schema := c.MustCompile("cases.json")
	content, err := json.Marshal(cases.All)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, schema, content); err != nil {
		t.Errorf("%.3000v", err)
	}
	for _, tt := range []struct {
		text string
		good bool
	}{
		{`{"id": "a"}`, true},
		{`{"id": "a", "script": [{"frame": {"opcode": "text", "payload": {"hex": "FFfe"}}}]}`, true},
		{`{}`, false},
		{`[]`, false},
		{`{"id": "a", "scipt": []}`, false},
		{`{"id": "a", "script": [{"frame": {"opcode": "text", "fin": false}}]}`, false},
	} {
		if err := validate(t, schema, []byte(tt.text)); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
}

func caseSchema(t *testing.T) any {
	t.Helper()
	content, err := CaseSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestCaseSchemaKnowsEveryField compares it with the types, so that a field that is
// added is not forgotten, nor one that is gone kept.
func TestCaseSchemaKnowsEveryField(t *testing.T) {
	defs := caseSchema(t).(map[string]any)["$defs"].(map[string]any)
	seen := make(map[reflect.Type]bool)
	var walk func(path string, r reflect.Type, node map[string]any)
	walk = func(path string, r reflect.Type, node map[string]any) {
		if name, ok := node["$ref"].(string); ok {
			node = defs[strings.TrimPrefix(name, "#/$defs/")].(map[string]any)
		}
		if list, ok := node["oneOf"].([]any); ok { // a payload
			node = list[len(list)-1].(map[string]any)
		}
		properties, _ := node["properties"].(map[string]any)
		switch {
		case r.Kind() == reflect.Pointer:
			walk(path, r.Elem(), node)
		case r == reflect.TypeFor[cases.Step](), r == reflect.TypeFor[cases.Event]():
			kinds := cases.StepKinds()
			if r == reflect.TypeFor[cases.Event]() {
				kinds = cases.EventKinds()
			}
			for name, kind := range kinds {
				one, _ := properties[name].(map[string]any)
				if one == nil {
					t.Errorf("%s: kind %s is missing", path, name)
					continue
				}
				walk(path+"."+name, kind, one)
			}
		case r.Kind() == reflect.Slice:
			items, ok := node["items"].(map[string]any)
			if !ok {
				t.Errorf("%s is no list", path)
				return
			}
			walk(path, r.Elem(), items)
		case r.Kind() == reflect.Struct:
			if seen[r] {
				return
			}
			seen[r] = true
			names := make(map[string]bool)
			for i := range r.NumField() {
				name, _, _ := strings.Cut(r.Field(i).Tag.Get("json"), ",")
				names[name] = true
				one, ok := properties[name].(map[string]any)
				switch {
				case name == "":
				case !ok:
					t.Errorf("%s.%s is missing", path, name)
				default:
					walk(path+"."+name, r.Field(i).Type, one)
				}
			}
			for name := range properties {
				if !names[name] {
					t.Errorf("%s.%s is no field", path, name)
				}
			}
		}
	}
	walk("case", reflect.TypeFor[cases.Case](), defs["case"].(map[string]any))
}
