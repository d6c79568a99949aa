package intact

import (
	"os"
	"path/filepath"
	"testing"

	"gobahn/wire/leaks"
)

func TestMain(m *testing.M) { os.Exit(leaks.Watch(m).Run()) }

// A counter counts errors in place of a test.
type counter struct {
	testing.TB
	errors int
}

func (c *counter) Helper()               {}
func (c *counter) Errorf(string, ...any) { c.errors++ }

func TestWhatAPeerHasPutIntoAReportIsFound(t *testing.T) {
	for _, test := range []struct {
		file, content string
		errors        int
	}{
		{"index.html", `<html><body><a href="a_case_1.html">a</a> &lt;script></body></html>`, 0},
		{"index.html", `<html><body><script>alert(1)</script></body></html>`, 1},
		{"index.html", `<html><body><img></body></html>`, 1},
		{"index.html", `<html><body><p onclick="x">a</p></body></html>`, 1},
		{"index.html", `<html><body><a href="http://a/">a</a></body></html>`, 1},
		{"index.html", `<html><body><a href="../index.html">a</a></body></html>`, 1},
		{"index.html", "<html><body>\x1b[31m</body></html>", 1},
		{"index.html", "<html><body><!-- a --></body></html>", 1},
		{"index.json", `{"a":"b"}`, 0},
		{"index.json", `{"a":"b"`, 1},
		{"index.json", "{\"a\":\"\x7f\"}", 1},
		{"a b.json", `{}`, 1},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, test.file), []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		c := &counter{TB: t}
		if Check(c, dir); c.errors != test.errors {
			t.Errorf("%s: %q: %d errors, want %d", test.file, test.content, c.errors, test.errors)
		}
	}
}
