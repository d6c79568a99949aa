package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"gobahn/cases"
	"gobahn/templates"
)

// A Stage is how far the run of a report has come.
type Stage int

// The stages.
const (
	Waiting Stage = iota // there is no report and no run
	Running              // there is a journal: a run goes on, or was killed
	Ended                // there is a report
)

// A Progress is what a directory of reports shows of a run.
type Progress struct {
	Stage    Stage
	Runs     []Run           // of the journal
	Agents   []AgentProgress // in the order they were first seen; of a report that is done by name
	Failures []Failure       // of a run that goes on, the latest first
	Written  time.Time       // when the last result was, or the report
	Behind   bool            // there is more in the journal than was read so far
	Trouble  string          // what keeps the journal or the report from being read; empty: nothing
}

// An AgentProgress counts the results of an agent so far.
type AgentProgress struct {
	Agent       string
	Played      int
	Verdicts    map[cases.Verdict]int
	ClosedBadly int // cases whose ending was wrong, as templates.ClosedBadly says
}

// A Failure is a case that a peer has failed.
type Failure struct {
	Agent       string
	ID          cases.ID
	Explanation string // headline, what was sent, wanted and got
	File        string // of its page, beside the journal
}

// The limits of a look, lest who asks for one waits for long.
const (
	lookTime  = 300 * time.Millisecond
	lineLimit = 64 << 20 // octets of a line of a journal
)

// A Follower looks at how far the run of a directory has come, again and again. It reads
// what was added to the journal since it last did, and keeps the verdicts. It is safe
// for concurrent use.
type Follower struct {
	dir string

	mu      sync.Mutex
	head    []byte // the first line of the journal
	offset  int64  // of what was not read yet
	runs    []Run
	names   names
	agents  []string
	results map[key]followed
	count   int
}

// A followed is what is kept of a record.
type followed struct {
	Agent       string        `json:"agent"`
	ID          cases.ID      `json:"id"`
	Verdict     cases.Verdict `json:"verdict"`
	Close       cases.Verdict `json:"closeVerdict"`
	Explanation string        `json:"explanation"`

	order int
	file  string
}

// Follow prepares to look at dir, which need not exist yet.
func Follow(dir string) *Follower {
	f := &Follower{dir: dir}
	f.restart(nil, nil)
	return f
}

func (f *Follower) restart(head []byte, runs []Run) {
	f.head, f.runs, f.offset = head, runs, int64(len(head))
	f.names, f.agents, f.results, f.count = newNames(), nil, make(map[key]followed), 0
}

// Look says how far the run has come. It returns soon, however much there is to read.
func (f *Follower) Look() Progress {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.journal()
	if errors.Is(err, fs.ErrNotExist) {
		f.restart(nil, nil)
		p, err = f.report()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.Trouble = err.Error()
	}
	return p
}

// journal reads on in the journal.
func (f *Follower) journal() (Progress, error) {
	file, err := os.Open(filepath.Join(f.dir, journalName))
	if err != nil {
		return Progress{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Progress{}, err
	}
	behind, err := f.read(file, info.Size())
	p := f.progress()
	p.Written, p.Behind = info.ModTime(), behind
	return p, err
}

// read reads whole lines of the journal, for a while. A journal that has another head,
// or has become shorter, is another one.
func (f *Follower) read(file *os.File, size int64) (behind bool, err error) {
	same := make([]byte, len(f.head))
	if _, err := file.ReadAt(same, 0); err != nil || len(same) == 0 || !bytes.Equal(same, f.head) || size < f.offset {
		if err := f.begin(file); err != nil {
			return false, err
		}
	}
	begun := time.Now()
	in := bufio.NewReaderSize(io.NewSectionReader(file, f.offset, 1<<62), 64<<10)
	for {
		line, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF):
			return false, nil // what is there of a line is being written
		case err != nil:
			return false, f.located(err)
		}
		if err := f.add(line); err != nil {
			return false, f.located(err)
		}
		f.offset += int64(len(line))
		if time.Since(begun) > lookTime {
			return true, nil
		}
	}
}

// begin reads the head of another journal than before.
func (f *Follower) begin(file *os.File) error {
	f.restart(nil, nil)
	line, err := readLine(bufio.NewReader(io.NewSectionReader(file, 0, 1<<62)))
	if errors.Is(err, io.EOF) {
		return nil // it is being written
	}
	var head Head
	if err == nil {
		err = json.Unmarshal(line, &head)
	}
	if err == nil {
		err = check(head)
	}
	if err != nil {
		return f.located(err)
	}
	f.restart(line, head.Runs)
	return nil
}

func (f *Follower) located(err error) error {
	return fmt.Errorf("%s, octet %d: %w", filepath.Join(f.dir, journalName), f.offset, err)
}

// readLine is the next line with its end.
func readLine(in *bufio.Reader) (line []byte, err error) {
	for {
		part, err := in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > lineLimit:
			return nil, fmt.Errorf("a line of more than %d octets", lineLimit)
		}
	}
}

// add takes a line with a record.
func (f *Follower) add(line []byte) error {
	if f.head == nil {
		return errors.New("want a line that says what follows")
	}
	var r followed
	if err := json.Unmarshal(line, &r); err != nil {
		return err
	}
	k := key{r.Agent, r.ID}
	if !slices.Contains(f.agents, r.Agent) {
		f.agents = append(f.agents, r.Agent)
	}
	stem, _ := f.names.stem(k)
	f.count++
	r.order, r.file = f.count, stem+".html"
	f.results[k] = r
	return nil
}

// failuresShown is how many failures a progress has.
const failuresShown = 20

// progress counts what was read.
func (f *Follower) progress() Progress {
	p := Progress{Stage: Running, Runs: f.runs}
	at := make(map[string]int)
	for i, agent := range f.agents {
		at[agent] = i
		p.Agents = append(p.Agents, AgentProgress{Agent: agent, Verdicts: make(map[cases.Verdict]int)})
	}
	var failed []followed
	for _, r := range f.results {
		p.Agents[at[r.Agent]].add(r.Verdict, r.Close)
		if r.Explanation != "" {
			failed = append(failed, r)
		}
	}
	slices.SortFunc(failed, func(a, b followed) int { return b.order - a.order })
	for _, r := range failed[:min(len(failed), failuresShown)] {
		p.Failures = append(p.Failures, Failure{r.Agent, r.ID, r.Explanation, r.file})
	}
	return p
}

func (a *AgentProgress) add(verdict, closing cases.Verdict) {
	a.Played++
	a.Verdicts[verdict]++
	if templates.ClosedBadly(closing) {
		a.ClosedBadly++
	}
}

// report counts what index.json has.
func (f *Follower) report() (Progress, error) {
	name := filepath.Join(f.dir, indexJSON)
	file, err := os.Open(name)
	if err != nil {
		return Progress{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Stage: Ended, Written: info.ModTime()}
	var index map[string]map[cases.ID]indexEntry
	if err := json.NewDecoder(io.LimitReader(file, lineLimit)).Decode(&index); err != nil {
		return p, fmt.Errorf("%s: %w", name, err)
	}
	for _, agent := range slices.Sorted(maps.Keys(index)) {
		a := AgentProgress{Agent: agent, Verdicts: make(map[cases.Verdict]int)}
		for _, e := range index[agent] {
			a.add(e.Behavior, e.BehaviorClose)
		}
		p.Agents = append(p.Agents, a)
	}
	return p, nil
}

// Planned is how many cases there are to play with each agent; 0: it is not known.
func (p Progress) Planned() int {
	ids := make(map[cases.ID]bool)
	for _, run := range p.Runs {
		for _, id := range run.Cases {
			ids[id] = true
		}
	}
	return len(ids)
}
