package report

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"

	"gobahn/cases"
	"gobahn/templates"
)

// A Writer writes the reports of a run into a directory. It is safe for
// concurrent use.
type Writer struct {
	dir    string
	disk   disk
	now    func() time.Time
	opened time.Time // when the writer was, also on the clock that does not jump
	runs   []Run
	ids    []cases.ID       // that are played or were to be, in the order of the catalogue
	at     map[cases.ID]int // where in ids

	mu       sync.Mutex
	baseline *Outcomes                   // to compare with; nil: none
	skip     func(string, cases.ID) bool // cases that are not missing
	agents   []string                    // in the order they were first seen
	entries  map[key]*entry
	journal  *journal              // nil: there is no record yet
	tested   map[cases.ID][]string // the requirements that cases named
	roles    map[string]role       // by agent
	names    names
	warnings []string
	flushed  bool         // the overview on disk is up to date
	single   bool         // all pages are in one file
	buffer   bytes.Buffer // for the page that is being written
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
	clauses      []string
	report       cases.Report
	verdict      cases.Verdict
	closeVerdict cases.Verdict
	headline     string // what the peer did wrong
	duration     cases.Duration
	remoteCode   *uint16
	sent         *int           // as in Outcome
	traffic      *cases.Traffic // nil: not shown
	stem         string         // name of its files without extension
	links        uint64         // the digest of those of its page on disk
}

// The names of the files of a run.
const (
	indexJSON    = "index.json"
	indexHTML    = "index.html"
	requiredHTML = "requirements.html"
	resultsJSON  = "results.json"
	journalName  = "results.jsonl"
)

// Open prepares dir for the reports of runs, creating it if need be. It is an error
// if dir cannot be written to.
func Open(dir string, runs ...Run) (*Writer, error) {
	w := newWriter()
	if err := w.disk.probe(dir); err != nil {
		return nil, fmt.Errorf("reports directory %s: %w", dir, err)
	}
	w.dir, w.runs = dir, slices.Clone(runs)
	for _, run := range runs {
		w.plan(run.Cases...)
	}
	return w, nil
}

func newWriter() *Writer {
	return &Writer{
		disk:    systemDisk(),
		now:     time.Now,
		opened:  time.Now(),
		at:      make(map[cases.ID]int),
		entries: make(map[key]*entry),
		names:   newNames(),
		tested:  make(map[cases.ID][]string),
		roles:   make(map[string]role),
	}
}

// plan notes cases that are to be played, or have been without having been planned.
func (w *Writer) plan(ids ...cases.ID) {
	sorted := true
	for _, id := range ids {
		if _, ok := w.at[id]; ok {
			continue
		}
		if n := len(w.ids); n > 0 && compareIDs(w.ids[n-1], id) > 0 {
			sorted = false
		}
		w.at[id] = len(w.ids)
		w.ids = append(w.ids, id)
	}
	if sorted {
		return
	}
	slices.SortFunc(w.ids, compareIDs)
	for i, id := range w.ids {
		w.at[id] = i
	}
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
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.key(r)
	r.Agent = k.agent
	e := w.note(r)
	if err := w.keep(r); err != nil {
		return err
	}
	return w.writeFiles(r, e, w.links(k, true))
}

// writeFiles writes both files of r.
func (w *Writer) writeFiles(r Record, e *entry, links templates.Links) error {
	if err := w.disk.writeCaseFile(w.dir, e.stem, r); err != nil {
		return err
	}
	return w.writeCase(r, e, links)
}

// LeaveOut notes that a case is not to be played with an agent, so that it is not missing.
func (w *Writer) LeaveOut(agent string, id cases.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.runs); n > 0 {
		w.runs[n-1].leaveOut(AgentName(agent), id)
	}
}

// key is that of r, whose agent's name JSON has to hold.
func (w *Writer) key(r Record) key { return keyOf(r) }

// note remembers what the overview needs to know of r.
func (w *Writer) note(r Record) *entry {
	k := w.key(r)
	if _, known := w.names.agents[k.agent]; !known {
		w.agents = append(w.agents, k.agent)
	}
	w.plan(k.id)
	e := &entry{
		description:  r.Case.Description,
		clauses:      r.Case.Spec,
		report:       r.Case.Report,
		verdict:      r.Result.Verdict,
		closeVerdict: r.Result.CloseVerdict,
		headline:     r.Result.Headline,
		duration:     r.Observation.Duration,
		remoteCode:   r.Observation.Closing.RemoteCode,
		sent:         codeSent(r.Case),
		traffic:      r.compressed(),
		stem:         w.stem(k),
	}
	w.entries[k] = e
	w.remember(k, r)
	w.flushed = false
	return e
}

// writeCaseFile writes the reference's JSON file of r.
func (d disk) writeCaseFile(dir, stem string, r Record) error {
	body, err := encode(caseFileOf(r))
	if err != nil {
		return fmt.Errorf("case %s: %w", r.Case.ID, err)
	}
	return d.write(dir, stem+".json", body)
}

// keep appends r to the journal.
func (w *Writer) keep(r Record) (err error) {
	if w.journal == nil {
		if w.journal, err = w.disk.beginJournal(w.dir, newHead(w.runs), nil); err != nil {
			return err
		}
	}
	return w.journal.add(r)
}

// Stem is the name, without extension, of the files of a case.
func (w *Writer) Stem(agent string, id cases.ID) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stem(w.key(Record{Agent: agent, Case: cases.Case{ID: id}}))
}

// stem is the name of the files for k.
func (w *Writer) stem(k key) string {
	stem, warning := w.names.stem(k)
	if warning != "" {
		w.warnings = append(w.warnings, warning)
	}
	return stem
}

// writeCase writes the page of r.
func (w *Writer) writeCase(r Record, e *entry, links templates.Links) error {
	e.links = links.Digest()
	return w.writePage(e.stem+".html", templates.CasePage(w.page(r, e, links)))
}

// page is what the page of r shows.
func (w *Writer) page(r Record, e *entry, links templates.Links) templates.Page {
	p := templates.Page{
		Product:     w.product(),
		Agent:       r.Agent,
		Number:      r.Number,
		Case:        r.Case,
		Observation: r.Observation,
		Result:      r.Result,
		Links:       links,
		JSON:        e.stem + ".json",
		Overview:    w.alone(indexHTML),
		Anchor:      e.stem,

		Requirements: w.alone(requiredHTML),
	}
	if w.single {
		p.JSON = ""
	}
	return p
}

// alone is the name of a file with other pages; empty: they are in the same.
func (w *Writer) alone(name string) string {
	if w.single {
		return ""
	}
	return name
}

// file is where the page of that stem is, as links have it.
func (w *Writer) file(stem string) string {
	if w.single {
		return "#" + templates.SheetID(stem)
	}
	return stem + ".html"
}

// product is what made the report.
func (w *Writer) product() string {
	if len(w.runs) == 0 {
		return "Gobahn"
	}
	return w.runs[0].Product
}

// Flush writes index.json, index.html and requirements.html, each of them whole or not at all. It
// does nothing if no record was added since it was last called; without any, it
// leaves the overview of an earlier run as it is.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.flush()
}

func (w *Writer) flush() error {
	if w.flushed || len(w.entries) == 0 && exists(filepath.Join(w.dir, indexJSON)) {
		return nil
	}
	body, err := encode(w.index())
	if err != nil {
		return err
	}
	if err := w.disk.write(w.dir, indexJSON, body); err != nil {
		return err
	}
	if err := w.writePage(indexHTML, templates.OverviewPage(w.overview(cases.AllChapters()))); err != nil {
		return err
	}
	if err := w.writePage(requiredHTML, templates.RequirementsPage(w.requirements())); err != nil {
		return err
	}
	w.flushed = true
	return nil
}

// Finish writes what remains to be written when all records are there: what Flush
// does, the links of pages to others that were played later or not at all, and
// results.json, which takes the place of the journal. The writer is not to be used
// after that.
func (w *Writer) Finish() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.runs {
		if w.runs[i].Ended.IsZero() {
			// The wall clock may have jumped since the run began.
			w.runs[i].Ended = w.opened.Add(w.now().Sub(w.opened)).UTC()
			w.flushed = false // the overview shows it
		}
	}
	return w.finishLocked()
}

// finish is Finish for runs of the past, which ended when they did, or never.
func (w *Writer) finish() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.finishLocked()
}

func (w *Writer) finishLocked() error {
	w.flushed = w.flushed && w.baseline == nil // what is missing is known now
	if err := w.flush(); err != nil || w.journal == nil {
		return err
	}
	keys := slices.DeleteFunc(w.keys(), func(k key) bool { return !w.journal.has(k) }) // what could not be written
	if err := w.relink(keys); err != nil {
		return err
	}
	err := w.disk.stream(w.dir, resultsJSON, func(out io.Writer) error {
		return w.journal.writeTo(out, newHead(w.runs), keys)
	})
	if err != nil {
		return err
	}
	return w.journal.remove()
}

// keys are those of all entries, agent by agent, in the order of the catalogue.
func (w *Writer) keys() (keys []key) {
	for _, agent := range w.agents {
		for _, id := range w.ids {
			if _, ok := w.entries[key{agent, id}]; ok {
				keys = append(keys, key{agent, id})
			}
		}
	}
	return keys
}

// relink writes the pages again that have other links now, and the files that are not
// there any more.
func (w *Writer) relink(keys []key) error {
	for _, k := range keys {
		e := w.entries[k]
		links := w.links(k, false)
		gone := !exists(filepath.Join(w.dir, e.stem+".html")) || !exists(filepath.Join(w.dir, e.stem+".json"))
		if links.Digest() == e.links && !gone {
			continue
		}
		r, err := w.journal.record(k)
		if err != nil {
			return err
		}
		write := w.writeCase
		if gone {
			write = w.writeFiles
		}
		if err := write(r, e, links); err != nil {
			return err
		}
	}
	return nil
}

// links are the pages next to that for k. While a run goes on, those of planned cases
// are taken to come.
func (w *Writer) links(k key, planned bool) (l templates.Links) {
	near := func(step int) (string, cases.ID) {
		for i := w.at[k.id] + step; i >= 0 && i < len(w.ids); i += step {
			one := key{k.agent, w.ids[i]}
			if _, played := w.entries[one]; played || planned {
				return w.file(w.stem(one)), one.id
			}
		}
		return "", ""
	}
	l.Previous, l.PreviousID = near(-1)
	l.Next, l.NextID = near(+1)
	for _, agent := range w.agents {
		if e, ok := w.entries[key{agent, k.id}]; ok && agent != k.agent {
			l.Others = append(l.Others, templates.Other{
				Agent: agent, Verdict: e.verdict, CloseVerdict: e.closeVerdict, File: w.file(e.stem),
			})
		}
	}
	return l
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func (w *Writer) writePage(name string, page templ.Component) error {
	w.buffer.Reset()
	if err := page.Render(context.Background(), &w.buffer); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.disk.write(w.dir, name, w.buffer.Bytes())
}
