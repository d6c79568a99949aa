package main

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"gobahn/fuzzer/hostile"
)

// Whatever agents call themselves, each has its report, in files with safe names, and
// nothing of their names becomes markup, an escape sequence or a line of its own.
func TestHostileAgentsLeaveReportAndTerminalIntact(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "reports")
	server := start(t, "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "-o", out, "--cases", "1.1.1")
	for _, agent := range hostile.Agents {
		converse(t, "127.0.0.1:"+server.port, "/runCase?case=1&agent="+url.QueryEscape(agent))
	}
	if got := server.stop(); got != exitOK {
		t.Fatalf("exit status %d, %s", got, server.stderr)
	}
	b, err := os.ReadFile(filepath.Join(out, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]struct{ Behavior, Reportfile string }
	if err := json.Unmarshal(b, &index); err != nil {
		t.Fatal(err)
	}
	files := make(map[string]bool)
	for _, one := range index {
		if one["1.1.1"].Behavior != "OK" {
			t.Errorf("verdicts %v", one)
		}
		files[one["1.1.1"].Reportfile] = true
	}
	if len(index) < len(hostile.Agents)-2 || len(files) != len(index) { // what is not UTF-8 is one name
		t.Errorf("%d agents and %d files, want %d", len(index), len(files), len(hostile.Agents))
	}
	safe := regexp.MustCompile(`^[a-z0-9_]+\.(html|json)$`)
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !safe.MatchString(e.Name()) || len(e.Name()) > 255 {
			t.Errorf("a file is called %q", e.Name())
		}
		page, err := os.ReadFile(filepath.Join(out, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script>alert", "<img", "\x1b", "\u202e", "onmouseover=\"alert"} {
			if bytes.Contains(page, []byte(bad)) && strings.HasSuffix(e.Name(), ".html") {
				t.Errorf("%s contains %q", e.Name(), bad)
			}
		}
	}
	if above, err := os.ReadDir(dir); err != nil || len(above) != 1 {
		t.Errorf("beside the reports there are %v, %v", above, err)
	}
	for line := range strings.Lines(server.stdout.String() + server.stderr.String()) {
		if slices.ContainsFunc([]rune(strings.TrimSuffix(line, "\n")), func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("printed %q", line)
		}
	}
}
