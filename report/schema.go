package report

import (
	_ "embed"
	"encoding/json"
	"strings"
)

// Schema is the JSON Schema (draft 2020-12) of results.json.
//
//go:embed results.schema.json
var Schema []byte

// CaseSchema is the JSON Schema of files of cases, made of that of results: a case or a
// list of them, of which nothing but the id has to be there, and no key that means
// nothing.
func CaseSchema() ([]byte, error) {
	var doc map[string]any
	if err := json.Unmarshal(Schema, &doc); err != nil {
		return nil, err
	}
	defs, _ := doc["$defs"].(map[string]any)
	one, _ := defs["case"].(map[string]any)
	one["description"] = "A case. What is left out is as the RFCs have it; if \"accept\" or \"ending\" is, it comes from the model of a conforming peer."
	one["required"] = []string{"id"}
	used := make(map[string]any)
	collect(defs, one, used)
	used["case"] = one
	onlyKnown(used)
	reference := map[string]any{"$ref": "#/$defs/case"}
	text, err := json.MarshalIndent(map[string]any{
		"$schema": doc["$schema"], "$id": "urn:gobahn:cases:1", "title": "Cases of wstest",
		"description": "A file for --case-file: a case, or a list of cases.",
		"anyOf":       []any{reference, map[string]any{"type": "array", "minItems": 1, "items": reference}},
		"$defs":       used,
	}, "", "  ")
	return append(text, '\n'), err
}

// collect adds to used the definitions that node refers to.
func collect(defs map[string]any, node any, used map[string]any) {
	switch v := node.(type) {
	case map[string]any:
		to, _ := v["$ref"].(string)
		if name := strings.TrimPrefix(to, "#/$defs/"); to != "" && used[name] == nil {
			used[name] = defs[name]
			collect(defs, defs[name], used)
		}
		for _, one := range v {
			collect(defs, one, used)
		}
	case []any:
		for _, one := range v {
			collect(defs, one, used)
		}
	}
}

// onlyKnown makes every object below node one without further keys.
func onlyKnown(node any) {
	switch v := node.(type) {
	case map[string]any:
		if _, ok := v["properties"].(map[string]any); ok {
			v["additionalProperties"] = false
		}
		for _, one := range v {
			onlyKnown(one)
		}
	case []any:
		for _, one := range v {
			onlyKnown(one)
		}
	}
}
