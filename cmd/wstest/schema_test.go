package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"gobahn/report"
)

// TestRunsWriteWhatTheSchemaSays validates what real runs write, and the schema itself
// as the command prints it.
func TestRunsWriteWhatTheSchemaSays(t *testing.T) {
	var schema, stdout, stderr bytes.Buffer
	if status := run(t.Context(), []string{"report", "schema"}, &schema, &stderr); status != exitOK {
		t.Fatalf("exit status %d: %s", status, &stderr)
	}
	if !bytes.Equal(schema.Bytes(), report.Schema) {
		t.Error("what is printed is not the schema")
	}
	doc, err := jsonschema.UnmarshalJSON(&schema)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("results.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled := c.MustCompile("results.json")
	for _, args := range []string{
		"demo --cases 1.1.*,2.*,3.*,5.*,6.3.*,7.*,9.7.1,12.1.1,13.3.1",
		"test-server ws://127.0.0.1:1 --cases 1.1.*",
	} {
		dir := t.TempDir()
		run(t.Context(), append(strings.Fields(args), "-o", dir), &stdout, &stderr)
		content, err := os.ReadFile(filepath.Join(dir, "results.json"))
		if err != nil {
			t.Fatalf("%v: %s", err, &stderr)
		}
		results, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err == nil {
			err = compiled.Validate(results)
		}
		if err != nil {
			t.Errorf("%s: %.2000v", args, err)
		}
	}
}
