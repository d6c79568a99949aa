package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gobahn/cases"
)

// readIndexFile reads the index.json that o comes from.
func (o *Outcomes) readIndexFile() error {
	f, err := os.Open(o.Source)
	if err != nil {
		return err
	}
	defer f.Close()
	return o.readIndex(f)
}

// readIndex reads r, which is what is in the index.json that o comes from.
func (o *Outcomes) readIndex(r textFile) error {
	x := &indexReader{reader: reader{name: o.Source, lines: lines{r: r}}, into: o, seen: make(map[key]bool)}
	x.dec = json.NewDecoder(bufio.NewReaderSize(&x.lines, 64<<10))
	if err := x.all(); err != nil {
		return x.located(err)
	}
	x.codes.settle(o, filepath.Dir(o.Source))
	return nil
}

// An indexReader reads the index.json of a report, by whomever it was written: an
// object of agents, each an object of cases. Keys of a case that it does not know are
// left alone.
type indexReader struct {
	reader
	into  *Outcomes
	seen  map[key]bool
	codes closeCodes
}

// A misplaced error is one of a value that is not where the reader is.
type misplaced struct {
	offset int64
	error
}

// located is err with the place where it was found.
func (x *indexReader) located(err error) error {
	if m, ok := errors.AsType[misplaced](err); ok {
		line, column := x.lines.position(m.offset)
		return fmt.Errorf("%s:%d:%d: %w", x.name, line, column, m.error)
	}
	return x.reader.located(err)
}

func (x *indexReader) all() error {
	if err := x.open('{'); err != nil {
		return err
	}
	for x.dec.More() {
		agent, err := x.key()
		if err != nil {
			return err
		}
		if err := x.agent(agent); err != nil {
			return err
		}
	}
	if err := x.open('}'); err != nil {
		return err
	}
	return x.end()
}

// key takes the name of a member.
func (x *indexReader) key() (string, error) {
	token, err := x.dec.Token()
	if err != nil {
		return "", err
	}
	return token.(string), nil // nothing else can stand there
}

// agent reads the cases of an agent.
func (x *indexReader) agent(name string) error {
	if err := x.object(fmt.Sprintf("an object with the cases of agent %.60q", name)); err != nil {
		return err
	}
	for x.dec.More() {
		id, err := x.key()
		if err != nil {
			return err
		}
		k := key{name, cases.ID(id)}
		switch at := x.dec.InputOffset() - 1; {
		case id == "" || len(id) > maxID:
			return misplaced{at, fmt.Errorf("case %.60q: want an id, like 1.1.1", id)}
		case x.seen[k]:
			return misplaced{at, fmt.Errorf("case %s of agent %.60q is there twice", id, name)}
		}
		x.seen[k] = true
		if err := x.entry(k); err != nil {
			return err
		}
	}
	return x.open('}')
}

// maxID is how long an id can be.
const maxID = 100

// object takes the beginning of one.
func (x *indexReader) object(want string) error {
	token, err := x.dec.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("found %.60v, want %s", token, want)
	}
	return nil
}

// entry reads a case.
func (x *indexReader) entry(k key) error {
	if err := x.object(fmt.Sprintf("an object with the verdicts of case %s", k.id)); err != nil {
		return err
	}
	one := Outcome{Agent: k.agent, Case: k.id}
	var file string
	fields := map[string]func(json.RawMessage) error{
		"behavior":        verdictOf(&one.Behaviour),
		"behaviorClose":   verdictOf(&one.Close),
		"remoteCloseCode": decoded(&one.CloseCode, "a close code or null"),
		"duration": func(raw json.RawMessage) error {
			const most = 1e12
			var ms float64
			if err := json.Unmarshal(raw, &ms); err != nil || ms < 0 || ms > most {
				return fmt.Errorf("found %.60s, want milliseconds", raw)
			}
			one.Duration = cases.Duration(ms * float64(time.Millisecond))
			return nil
		},
		"reportfile": decoded(&file, "the name of a file"),
	}
	for x.dec.More() {
		name, err := x.key()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := x.dec.Decode(&raw); err != nil {
			return err
		}
		if read, known := fields[name]; known {
			if err := read(raw); err != nil {
				return misplaced{x.dec.InputOffset() - int64(len(raw)), fmt.Errorf("%q of case %s: %w", name, k.id, err)}
			}
		}
	}
	switch {
	case one.Behaviour == "":
		return fmt.Errorf(`case %s of agent %.60q: there is no "behavior": want an index.json or a results.json`, k.id, k.agent)
	case one.Close == "":
		return fmt.Errorf(`case %s of agent %.60q: there is no "behaviorClose"`, k.id, k.agent)
	}
	x.into.add(one)
	x.codes.note(k, file)
	return x.open('}')
}

// verdictOf reads a verdict, which is one of a closed set.
func verdictOf(p *cases.Verdict) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		var v cases.Verdict
		if err := json.Unmarshal(raw, &v); err != nil || !slices.Contains(verdicts, v) {
			return fmt.Errorf("found %.60s, want one of %s", raw, wordList(verdicts))
		}
		*p = v
		return nil
	}
}

// decoded reads a value into p.
func decoded[T any](p *T, want string) func(json.RawMessage) error {
	return func(raw json.RawMessage) error {
		if json.Unmarshal(raw, p) != nil {
			return fmt.Errorf("found %.60s, want %s", raw, want)
		}
		return nil
	}
}

// wordList shows verdicts with commas between, each once.
func wordList(list []cases.Verdict) string {
	var words []string
	for _, v := range list {
		if !slices.Contains(words, string(v)) {
			words = append(words, string(v))
		}
	}
	return strings.Join(words, ", ")
}
