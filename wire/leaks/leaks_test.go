package leaks

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// tests run a function that returns an exit status.
type tests func() int

func (f tests) Run() int { return f() }

func TestWhatIsLeftFailsTheTests(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	here := goleak.IgnoreCurrent()
	run := func(f tests) (status int, log string) {
		var out strings.Builder
		return watched{f, &out, []goleak.Option{here}}.Run(), out.String()
	}
	if status, log := run(func() int {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return 3
		}
		ln.Close()
		return 0
	}); status != 0 || log != "" {
		t.Errorf("with nothing left: status %d, %s", status, log)
	}
	if status, log := run(func() int { return 4 }); status != 4 || log != "" {
		t.Errorf("of tests that fail: status %d, %s", status, log)
	}

	path := filepath.Join(t.TempDir(), "forgotten")
	var file *os.File
	if status, log := run(func() int { file, _ = os.Create(path); return 0 }); status != 1 || !strings.Contains(log, path) {
		t.Errorf("with a file left: status %d, %s", status, log)
	}
	file.Close()

	ended := make(chan bool)
	if status, log := run(func() int { go func() { <-ended }(); return 0 }); status != 1 || !strings.Contains(log, "TestWhatIsLeftFailsTheTests") {
		t.Errorf("with a goroutine left: status %d, %s", status, log)
	}
	close(ended)
}
