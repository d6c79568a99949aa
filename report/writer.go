package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"gobahn/cases"
	"gobahn/templates"
)

// A Record is one case played against one peer.
type Record struct {
	Agent       string
	Case        cases.Case
	Number      int // the number in the run, as in /runCase?case=
	Observation cases.Observation
	Result      cases.Result
}

// A Writer writes the reports of a run into a directory. It is safe for
// concurrent use.
type Writer struct {
	dir     string
	product string
	now     func() time.Time

	mu       sync.Mutex
	agents   []string // in the order they were first seen
	entries  map[key]entry
	names    names
	warnings []string
	flushed  bool // the overview on disk is up to date
}

// A key says which case against which agent. Playing it again replaces the
// former result.
type key struct {
	agent string
	id    cases.ID
}

// An entry is what the overview needs to know of a record.
type entry struct {
	description  string
	report       cases.Report
	verdict      cases.Verdict
	closeVerdict cases.Verdict
	duration     cases.Duration
	remoteCode   *uint16
	traffic      *cases.Traffic // nil: not shown
	stem         string         // name of its files without extension
}

// The names of the files of a run.
const (
	indexJSON = "index.json"
	indexHTML = "index.html"
)

// Open prepares dir for reports, creating it if need be. The product, such as
// "Gobahn/0.1.0", is named on every page. It is an error if dir cannot be
// written to.
func Open(dir string, product string) (*Writer, error) {
	if err := probe(dir); err != nil {
		return nil, fmt.Errorf("reports directory %s: %w", dir, err)
	}
	return &Writer{
		dir:     dir,
		product: product,
		now:     time.Now,
		entries: make(map[key]entry),
		names:   newNames(),
	}, nil
}

// Index is the path of the overview page.
func (w *Writer) Index() string { return filepath.Join(w.dir, indexHTML) }

// Warnings are what users should be told about the names of files, in the
// order it came up, one line each.
func (w *Writer) Warnings() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.warnings)
}

// Add writes the JSON and HTML files of r at once, and remembers what the
// overview needs. The overview shows r from the next Flush on, even if its
// files could not be written.
func (w *Writer) Add(r Record) error {
	r.Agent = strings.ToValidUTF8(r.Agent, "\uFFFD")
	w.mu.Lock()
	defer w.mu.Unlock()
	k := key{r.Agent, r.Case.ID}
	if _, known := w.names.agents[r.Agent]; !known {
		w.agents = append(w.agents, r.Agent)
	}
	stem, warning := w.names.stem(k)
	if warning != "" {
		w.warnings = append(w.warnings, warning)
	}
	w.entries[k] = entry{
		description:  r.Case.Description,
		report:       r.Case.Report,
		verdict:      r.Result.Verdict,
		closeVerdict: r.Result.CloseVerdict,
		duration:     r.Observation.Duration,
		remoteCode:   r.Observation.Closing.RemoteCode,
		traffic:      r.compressed(),
		stem:         stem,
	}
	w.flushed = false
	body, err := encode(caseFileOf(r))
	if err != nil {
		return fmt.Errorf("case %s: %w", r.Case.ID, err)
	}
	if err := writeFile(w.dir, stem+".json", body); err != nil {
		return err
	}
	return w.writePage(stem+".html", templates.CasePage(templates.Page{
		Product:     w.product,
		Agent:       r.Agent,
		Number:      r.Number,
		Case:        r.Case,
		Observation: r.Observation,
		Result:      r.Result,
		JSON:        stem + ".json",
		Overview:    indexHTML,
		Anchor:      stem,
	}))
}

// Flush writes index.json and index.html, each of them whole or not at all. It
// does nothing if no record was added since it was last called; without any, it
// leaves the overview of an earlier run as it is.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flushed || len(w.entries) == 0 && exists(filepath.Join(w.dir, indexJSON)) {
		return nil
	}
	body, err := encode(w.index())
	if err != nil {
		return err
	}
	if err := writeFile(w.dir, indexJSON, body); err != nil {
		return err
	}
	if err := w.writePage(indexHTML, templates.OverviewPage(w.overview(cases.Chapters))); err != nil {
		return err
	}
	w.flushed = true
	return nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func (w *Writer) writePage(name string, page templ.Component) error {
	var body bytes.Buffer
	if err := page.Render(context.Background(), &body); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return writeFile(w.dir, name, body.Bytes())
}
