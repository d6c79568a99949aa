package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gobahn/cases"
	"gobahn/templates"
)

var update = flag.Bool("update", false, "write the golden files")

// open is a writer with a clock that stands still.
func open(t *testing.T) *Writer {
	t.Helper()
	w, err := Open(t.TempDir(), Run{Product: "Gobahn/0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	w.now = func() time.Time { return time.Date(2026, 4, 2, 15, 20, 0, 0, time.UTC) }
	t.Cleanup(func() { abandon(w) })
	return w
}

// abandon leaves the journal of w as it is when a run is killed.
func abandon(w *Writer) {
	if w.journal != nil {
		w.journal.f.Close() // it may be closed
	}
}

// files are the names of the files in the directory of w.
func files(t *testing.T, w *Writer) []string {
	t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// golden compares got with a golden file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "testdata", "report", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test -update writes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestGolden(t *testing.T) {
	w := open(t)
	compressed := compressed1211()
	compressed.Agent, compressed.Number = "gorilla", 302
	records := []Record{
		case36(),
		replayed911(),
		wrong973(),
		compressed,
		refused1331(),
		played("stratus@2", "10.1.1", cases.OK, cases.OK),
		played("stratus@2", "2.1", cases.Unimplemented, cases.OK),
		played("stratus@2", "1.1.1", cases.NonStrict, cases.WrongCodeSent),
		played("Zoë <1> 🚀", "7.1.6", cases.Informational, cases.Informational),
		played("Zoë <1> 🚀", "2.1", cases.Failed, cases.Unclean),
	}
	for _, r := range records {
		if err := w.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	golden(t, "index.json", read(t, w, "index.json"))
	golden(t, "case_3_6.json", read(t, w, "stratus_2_case_3_6.json"))
	golden(t, "case_3_6.html", unstyled(read(t, w, "stratus_2_case_3_6.html")))
	golden(t, "case_12_1_1.json", read(t, w, "gorilla_case_12_1_1.json"))
	for _, id := range []string{"9_1_1", "9_7_3", "12_1_1", "13_3_1"} {
		golden(t, "case_"+id+".html", unstyled(read(t, w, "gorilla_case_"+id+".html")))
	}
	golden(t, "summary.txt", []byte(w.summary(chapters).String()))
	var page bytes.Buffer
	if err := templates.OverviewPage(w.overview(chapters)).Render(t.Context(), &page); err != nil {
		t.Fatal(err)
	}
	golden(t, "index.html", unstyled(page.Bytes()))
}

// unstyled is a page without its stylesheet, script and the hashes of scripts, which
// golden files need not repeat.
func unstyled(page []byte) []byte {
	for _, tag := range []string{"style", "script"} {
		content := regexp.MustCompile("(?s)<" + tag + ">.*</" + tag + ">")
		page = content.ReplaceAll(page, []byte("<"+tag+"></"+tag+">"))
	}
	return regexp.MustCompile(`&#39;sha256-[^ ;"]*&#39;`).ReplaceAll(page, []byte("&#39;sha256&#39;"))
}

// TestKeys compares the keys of the per-case file with the reference's.
func TestKeys(t *testing.T) {
	var file map[string]json.RawMessage
	w, _ := addOne(t, case36())
	body := read(t, w, "stratus_2_case_3_6.json")
	if err := json.Unmarshal(body, &file); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(`agent behavior behaviorClose case closedByMe createStats createWirelog description
		droppedByMe duration expectation expected expectedClose failedByMe httpRequest httpResponse id isServer
		localCloseCode localCloseReason received remoteCloseCode remoteCloseReason reportCompressionRatio reportTime
		result resultClose rxFrameStats rxOctetStats started trafficStats txFrameStats txOctetStats wasClean
		wasCloseHandshakeTimeout wasNotCleanReason wasOpenHandshakeTimeout wasServerConnectionDropTimeout wirelog`)
	var got []string
	for line := range strings.Lines(string(body)) {
		if name, ok := strings.CutPrefix(line, `   "`); ok {
			got = append(got, name[:strings.Index(name, `"`)])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys in the order of the file (-want +got):\n%s", diff)
	}
	if len(file) != len(want) {
		t.Errorf("%d keys, want %d", len(file), len(want))
	}
}

func TestReplace(t *testing.T) {
	w := open(t)
	for _, v := range []cases.Verdict{cases.Failed, cases.OK} {
		if err := w.Add(played("a", "1.1.1", v, cases.OK)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a_case_1_1_1.html", "a_case_1_1_1.json", "index.html", "index.json", "requirements.html", "results.jsonl"}, files(t, w)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	total := w.Summary()[0].Total
	if total.Cases != 1 || total.Verdicts[cases.OK] != 1 {
		t.Errorf("total is %+v, want one case, OK", total)
	}
}

// TestAgentNotUTF8 plays agents whose names differ in what is not UTF-8, which JSON
// could not tell apart.
func TestAgentNotUTF8(t *testing.T) {
	w := open(t)
	names := []string{"a\xff", "a\xfe", "a\xff\xfe", "\xed\xa0\x80", "\ufffd", "é\xc3", `back\slash`}
	for i, agent := range names {
		verdict := []cases.Verdict{cases.OK, cases.Failed}[i%2]
		if err := w.Add(played(agent, "1.1.1", verdict, cases.OK)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	var index map[string]map[string]indexEntry
	if err := json.Unmarshal(read(t, w, "index.json"), &index); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{`a\xff`, `a\xfe`, `a\xff\xfe`, `\xed\xa0\x80`, "\ufffd", `é\xc3`, `back\slash`} {
		if got, want := index[name]["1.1.1"].Behavior, []cases.Verdict{cases.OK, cases.Failed}[i%2]; got != want {
			t.Errorf("%s: %q, want %s", name, got, want)
		}
		if got := AgentName(AgentName(names[i])); got != name {
			t.Errorf("%q is called %s, and %s again", names[i], name, got)
		}
	}
	if len(index) != len(names) {
		t.Errorf("%d agents, want %d", len(index), len(names))
	}
}

// TestConcurrent adds and flushes from many goroutines while readers parse
// index.json, which must be whole at any time.
func TestConcurrent(t *testing.T) {
	w := open(t)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	const agents, ids = 4, 20
	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	readers.Go(func() {
		for {
			var index map[string]map[string]indexEntry
			b, err := os.ReadFile(filepath.Join(w.dir, "index.json"))
			if err == nil {
				err = json.Unmarshal(b, &index)
			}
			if err != nil {
				t.Errorf("index.json while it is written: %v", err)
				return
			}
			select {
			case <-done:
				return
			default:
			}
		}
	})
	for a := range agents {
		writers.Go(func() {
			for i := range ids {
				r := played(fmt.Sprintf("agent %d", a), cases.ID(fmt.Sprintf("1.%d", i)), cases.OK, cases.OK)
				if err := errors.Join(w.Add(r), w.Flush()); err != nil {
					t.Error(err)
				}
				w.Summary()
				w.Warnings()
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if n, want := len(files(t, w)), 2*agents*ids+4; n != want {
		t.Errorf("%d files, want %d: temporary ones must not stay", n, want)
	}
}

func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	locked := filepath.Join(dir, "locked")
	if err := os.Mkdir(locked, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, want string }{
		{file, "cannot be created: not a directory"},
		{filepath.Join(file, "sub"), "cannot be created: not a directory"},
		{locked, "cannot be written to: permission denied"},
		{filepath.Join(locked, "sub"), "cannot be created: permission denied"},
	} {
		if os.Geteuid() == 0 && strings.HasPrefix(tt.dir, locked) {
			continue // root may write everywhere
		}
		_, err := Open(tt.dir)
		if want := "reports directory " + tt.dir + ": " + tt.want; err == nil || err.Error() != want {
			t.Errorf("Open(%s):\n got %v\nwant %s", tt.dir, err, want)
		}
	}
}

// TestDirectoryVanishes removes the directory during the run, as scripts do
// that clean up before the next.
func TestDirectoryVanishes(t *testing.T) {
	w := open(t)
	w.dir = filepath.Join(w.dir, "reports", "clients")
	if err := w.Add(played("a", "1.1.1", cases.OK, cases.OK)); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(w.dir, "a_case_1_1_1.json"))
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != fs.FileMode(filePerm) {
		t.Errorf("mode is %v, want %v", got, fs.FileMode(filePerm))
	}
}

// TestUnwritable makes the place of a file a directory.
func TestUnwritable(t *testing.T) {
	w := open(t)
	if err := os.MkdirAll(filepath.Join(w.dir, "index.json", "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := w.Add(played("a", "1.1.1", cases.OK, cases.OK)); err != nil {
		t.Error(err)
	}
	if err := w.Flush(); err == nil || !strings.HasPrefix(err.Error(), "report index.json: ") {
		t.Errorf("error is %v, want one about index.json", err)
	}
	if diff := cmp.Diff([]string{"a_case_1_1_1.html", "a_case_1_1_1.json", "index.json", "results.jsonl"}, files(t, w)); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// BenchmarkFlush flushes after a case, as a peer may ask for after each, when
// whole runs are in the overview.
func BenchmarkFlush(b *testing.B) {
	for _, agents := range []int{1, 5} {
		b.Run(fmt.Sprintf("agents=%d", agents), func(b *testing.B) {
			w, err := Open(b.TempDir(), Run{Product: "Gobahn/0.1.0"})
			if err != nil {
				b.Fatal(err)
			}
			wholeRuns(b, w, agents)
			b.ReportAllocs()
			for b.Loop() {
				w.flushed = false
				if err := w.Flush(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// wholeRuns adds every case of the catalogue for each agent.
func wholeRuns(tb testing.TB, w *Writer, agents int) {
	for a := range agents {
		for _, chapter := range cases.Chapters {
			for _, c := range chapter.Cases {
				r := played(fmt.Sprintf("agent %d", a), c.ID, cases.OK, cases.OK)
				r.Case = c
				r.Observation.Traffic = compressed1211().Observation.Traffic
				if err := w.Add(r); err != nil {
					tb.Fatal(err)
				}
			}
		}
	}
}
