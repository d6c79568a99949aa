package report

import _ "embed"

// Schema is the JSON Schema (draft 2020-12) of results.json.
//
//go:embed results.schema.json
var Schema []byte
